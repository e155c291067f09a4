package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/config"
	"ripoti/internal/ripoti"
)

// evidenceCommand gives out a report for a court: everything that is kept, unaltered, with what proves
// it.
type evidenceCommand struct {
	onStore
	Number       string `arg:"" help:"The report's number."`
	Out          string `required:"" help:"The archive to write: a new file, readable by its owner only." placeholder:"FILE.zip"`
	By           string `required:"" help:"Who opens it: a contact's id or a role. It stands in the history." placeholder:"WHO"`
	Reason       string `required:"" help:"Why, in a few words without names or numbers. It stands in the history." placeholder:"WHY"`
	WithReporter string `enum:",court_order,consent" default:"" help:"Give out the reporter's phone number too, on this ground: court_order or consent." placeholder:"GROUND"`
}

// Run writes the archive.
func (c evidenceCommand) Run(ctx context.Context) error {
	return c.keeper(ctx, func(desk *casework.Desk) error { return c.write(ctx, desk) })
}

func (c evidenceCommand) write(ctx context.Context, desk *casework.Desk) error {
	if _, err := os.Stat(c.Out); err == nil {
		return fmt.Errorf("%s is there already: name a new file", c.Out)
	}
	code, err := numberTyped(c.Number)
	if err != nil {
		return err
	}
	e, err := desk.Evidence(ctx, code, c.By, c.Reason, c.WithReporter)
	if err != nil {
		return inWords(err)
	}
	archive, manifest, err := pack(e)
	if err != nil {
		return err
	}
	if err := writeNew(c.Out, archive); err != nil {
		return err
	}
	if err := desk.EvidenceMade(ctx, e.ReportID, c.By, manifest); err != nil {
		return err
	}
	fmt.Printf("%s: report %s\nSHA-256 of its SHA256SUMS: %s\n", c.Out, e.Number, manifest)
	if !e.Verified.Holds {
		return fmt.Errorf("the history of report %s does not hold: the certificate says so", e.Number)
	}
	return nil
}

// packed is one file of the archive.
type packed struct {
	name    string
	content []byte
}

// pack makes the archive, and the hash of its list of hashes. The certificate holds that hash, so it
// stands beside the list and not on it.
func pack(e casework.Evidence) (archive []byte, manifest string, err error) {
	files, err := evidenceFiles(e)
	if err != nil {
		return nil, "", err
	}
	var sums bytes.Buffer
	var lines []string
	for _, f := range files {
		line := hash(f.content) + "  " + f.name
		lines = append(lines, line)
		fmt.Fprintln(&sums, line)
	}
	manifest = hash(sums.Bytes())
	signed, err := certificate(e, lines, manifest)
	if err != nil {
		return nil, "", err
	}
	files = append(files, packed{"SHA256SUMS", sums.Bytes()}, packed{"certificate.pdf", signed})
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: e.ExportedAt})
		if err != nil {
			return nil, "", fmt.Errorf("evidence: %w", err)
		}
		if _, err := w.Write(f.content); err != nil {
			return nil, "", fmt.Errorf("evidence: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, "", fmt.Errorf("evidence: %w", err)
	}
	return b.Bytes(), manifest, nil
}

// evidenceFiles are the records: each text as it came, and everything else as JSON.
func evidenceFiles(e casework.Evidence) (files []packed, err error) {
	for i := range e.Texts {
		e.Texts[i].File = fmt.Sprintf("texts/%03d.txt", i+1)
		files = append(files, packed{e.Texts[i].File, []byte(e.Texts[i].Body)})
	}
	words, err := openWords(config.Config{})
	if err != nil {
		return nil, err
	}
	whole := struct {
		casework.Evidence
		AsAsked []flows.Told `json:"answers_as_asked,omitempty"`
	}{Evidence: e}
	if e.Channel == ripoti.ByUSSD { // a text was asked nothing: its answers were read out of it
		whole.AsAsked = flows.AsTold(words, e.Lang, e.Answers)
	}
	for _, part := range []struct {
		name string
		of   any
	}{{"report.json", whole}, {"history.json", e.History}} {
		raw, err := json.MarshalIndent(part.of, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
		files = append(files, packed{part.name, append(raw, '\n')})
	}
	return append(files, packed{"README.txt", []byte(evidenceReadme)}), nil
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

const evidenceReadme = `report.json      everything that is kept of the report. Times are UTC.
                 answers_as_asked: of a report that was dialled, each question of the menu, the key
                 that was pressed and the words behind it, in the language of the call; "note" says
                 what of it is not kept. A report by text was asked nothing: "answers" is what was
                 read out of the texts, and history.json says by whom it was confirmed.
                 routing_decisions: to whom it went; "trace" says for each rule and office why.
                 "after" counts nanoseconds: 600000000000 is ten minutes.
history.json     who did what when. Each line's "Hash" is the SHA-256 of report, line number, time
                 in microseconds, kind, actor, data and the hash of the line before it, joined by
                 the byte 1F.
texts/           each text message as it was received, one a file, unaltered.
SHA256SUMS       the hashes of these files: sha256sum -c SHA256SUMS
certificate.pdf  particulars under section 106B of the Evidence Act, with the hash of SHA256SUMS.
                 To be read, completed and signed by whoever is responsible for the system.

This archive holds what a person told in confidence. Keep it as you keep the case file.
`
