//go:build race

package casework_test

const watched = true // by the race detector
