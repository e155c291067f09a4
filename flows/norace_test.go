//go:build !race

package flows

// oneIn is how much of a walk is walked: all of it, in the README's test command. What walks here is pure and
// walks alone, so that the race detector, five times as slow, has nothing to find in it: under it, one in five
// will do, and the test's log says so.
const oneIn = 1
