package directory

import (
	"bytes"
	_ "embed"
	"fmt"
)

//go:generate go run ./sample/gen -out sample

//go:embed sample/offices.csv
var sampleOffices []byte

//go:embed sample/contacts.csv
var sampleContacts []byte

// Sample is an invented directory that covers every county, for trying the house out: every name
// starts with "Sample", every row carries the mark, and no real sender ever sends to its numbers.
func Sample() (Rows, error) {
	offices, err := ReadCSV(bytes.NewReader(sampleOffices))
	if err != nil {
		return Rows{}, fmt.Errorf("sample offices: %w", err)
	}
	contacts, err := ReadCSV(bytes.NewReader(sampleContacts))
	if err != nil {
		return Rows{}, fmt.Errorf("sample contacts: %w", err)
	}
	return offices.With(contacts), nil
}
