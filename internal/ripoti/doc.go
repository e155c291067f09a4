// Package ripoti holds the words of the house: reports, offices, contacts, places, numbers.
//
// Everything imports it and it imports nobody of ours. Nothing here waits, reads a clock or throws
// dice except where a source of randomness is handed in.
package ripoti
