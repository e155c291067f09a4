//go:build race

package flows

const oneIn = 5
