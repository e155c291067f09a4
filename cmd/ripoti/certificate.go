package main

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"ripoti/internal/casework"
	"ripoti/internal/routing"
)

// certificate writes the particulars that section 106B of the Evidence Act asks for, for a person to
// read, complete and sign. It tells nothing of what was reported. manifest is the SHA-256 of the
// archive's SHA256SUMS.
func certificate(e casework.Evidence, files []string, manifest string) ([]byte, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCompression(false) // small, and its words can be found by anybody's tools
	pdf.SetCreationDate(e.ExportedAt)
	pdf.SetModificationDate(e.ExportedAt)
	pdf.SetTitle("Certificate of electronic records, report "+string(e.Number), false)
	pdf.SetMargins(20, 18, 20)
	pdf.SetAutoPageBreak(true, 18)
	pdf.AddPage()
	plain := pdf.UnicodeTranslatorFromDescriptor("")
	write := func(style string, size float64, text string) {
		pdf.SetFont("Helvetica", style, size)
		pdf.MultiCell(0, size*0.5, plain(text), "", "L", false)
		pdf.Ln(1.5)
	}
	write("B", 14, "Certificate of electronic records")
	write("", 10, "Evidence Act (Cap. 80), sections 78A and 106B. Report number "+string(e.Number))
	for _, p := range particulars(e, manifest) {
		write("B", 10, p.head)
		write("", 10, p.text)
	}
	write("B", 10, "Hash of the archive")
	write("", 10, "SHA-256 of the file SHA256SUMS, which holds the SHA-256 of every other file of this archive:")
	pdf.SetFont("Courier", "", 9)
	pdf.MultiCell(0, 5, manifest, "", "L", false)
	pdf.Ln(1.5)
	write("B", 10, "Files")
	pdf.SetFont("Courier", "", 7)
	for _, f := range files {
		pdf.MultiCell(0, 3.6, plain(f), "", "L", false)
	}
	pdf.Ln(3)
	write("", 10, "I have read this certificate. I am responsible for the operation of the system that it describes, and what it states is true to the best of my knowledge and belief.")
	for _, blank := range []string{"Name", "Position and office", "Place and date", "Signature"} {
		write("", 10, blank+": "+strings.Repeat("_", 60))
		pdf.Ln(2)
	}
	var b bytes.Buffer
	if err := pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	return b.Bytes(), nil
}

type particular struct{ head, text string }

func particulars(e casework.Evidence, manifest string) []particular {
	unaltered := 0
	for _, t := range e.Texts {
		if t.Unaltered {
			unaltered++
		}
	}
	chain := fmt.Sprintf("%d lines, each bound by SHA-256 to the one before it, read again when this was made", e.Verified.Lines)
	history := "IT HOLDS: " + chain + ". No line was changed, taken out or put in."
	if !e.Verified.Holds {
		history = "IT DOES NOT HOLD: " + chain + ". " + strings.Join(e.Verified.Breaks, "; ") + "."
	}
	texts := fmt.Sprintf("Unaltered: %d of %d. The words of each were kept as they came, encrypted, with their SHA-256, before anything was made of them, and compared again.", unaltered, len(e.Texts))
	if len(e.Texts) == 0 {
		texts = "No text message belongs to this report."
	}
	if unaltered < len(e.Texts) {
		texts += " THE OTHERS WERE CHANGED or cannot be read: report.json names them."
	}
	if e.StoryBroken {
		texts += " THE STORY that was typed WAS CHANGED since it was written and cannot be opened: it is missing in report.json."
	}
	number := "The reporter's phone number is not in this archive."
	if e.Disclosed != "" {
		number = "The reporter's phone number is in report.json. Ground: " + strings.ReplaceAll(e.Disclosed, "_", " ") + "."
	}
	return []particular{
		{"The records", fmt.Sprintf("All that the system keeps of report %s, received by %s on %s, as of %s: what was pressed or texted, how it was routed and why, to whom it was given, messages with their receipts, and the history of who did what. %s",
			e.Number, e.Channel, clockTime(e.FiledAt), clockTime(e.ExportedAt), number)},
		{"The system that produced them", fmt.Sprintf("Ripoti, %s, for %s/%s: a service that takes reports of harm by USSD and SMS. A gateway of the mobile operators hands each message over with its own id; the report is written to a database with full durability before anybody is told that it was received. Texts and numbers are encrypted with AES-256-GCM.",
			version(), runtime.GOOS, runtime.GOARCH)},
		{"How they were produced", fmt.Sprintf("By the command \"ripoti evidence\" from the system's own database, by %s, on %s. Reason given: %s. Nobody edited them. That the record was opened is itself a line of its history.",
			e.ExportedBy, clockTime(e.ExportedAt), e.Reason)},
		{"Whether the system worked properly", "The system was in regular use for this purpose, and records were fed into it in the ordinary course. Whoever signs states here anything that bore on the accuracy of these records while they were made: __________________________________________"},
		{"The history: does it prove itself?", history},
		{"Texts as they were received", texts},
	}
}

func clockTime(t time.Time) string {
	return t.In(routing.Nairobi).Format("2 January 2006, 15:04:05") + " (Nairobi, UTC+3)"
}

// version is which program it is.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "version unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "revision " + s.Value
		}
	}
	return "version " + info.Main.Version
}
