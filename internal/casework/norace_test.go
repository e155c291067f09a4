//go:build !race

package casework_test

const watched = false // by the race detector
