package flows

// SaySameEvent tells who holds a report that another one is about the same event: numbers alone.
const SaySameEvent = "same_event"
