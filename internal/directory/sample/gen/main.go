// Command gen writes the sample directory: invented offices at real places of Kenya, so that the
// house can be tried out with nothing imported. Run it by `go generate ./internal/directory`.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"ripoti/internal/directory"
	"ripoti/internal/gazetteer"
)

func main() {
	out := flag.String("out", ".", "folder to write offices.csv and contacts.csv to")
	flag.Parse()
	if err := write(*out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	g, err := gazetteer.Load()
	if err != nil {
		return err
	}
	rows := invent(g.All())
	if err := rows.Check(); err != nil {
		return err
	}
	var offices, contacts bytes.Buffer
	if err := directory.WriteOffices(&offices, rows.Offices); err != nil {
		return err
	}
	if err := directory.WriteContacts(&contacts, rows.Contacts); err != nil {
		return err
	}
	for name, content := range map[string][]byte{"offices.csv": offices.Bytes(), "contacts.csv": contacts.Bytes()} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
