package ripoti

// WordingChange is one sentence that somebody wants to say otherwise, or the number of a helpline.
type WordingChange struct {
	Lang   Lang   `json:"lang,omitempty"` // "" for a helpline
	Key    string `json:"key"`            // of the sentence, or the helpline's name
	Before string `json:"before"`         // what was in force when it was written
	After  string `json:"after"`
}
