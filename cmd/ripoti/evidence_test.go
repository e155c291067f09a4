package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/sms"
	"ripoti/internal/store"
)

const witness = "+254711000099"

// caseOnDisk is a folder as `ripoti dev` keeps it, with one report that was texted.
type caseOnDisk struct {
	*testing.T
	dir  string
	code ripoti.Code
	id   string
}

func newCaseOnDisk(t *testing.T, wish ripoti.Wish) caseOnDisk {
	t.Helper()
	c := caseOnDisk{T: t, dir: t.TempDir()}
	keys, err := seal.New()
	c.must(err)
	document, err := keys.Document()
	c.must(err)
	c.must(os.WriteFile(filepath.Join(c.dir, "keyset.json"), []byte(document), 0o600))
	s := c.open()
	defer s.Close()
	_, err = s.Migrate(t.Context())
	c.must(err)
	_, err = s.Receive(t.Context(), sms.Inbound{Provider: "twilio", ProviderID: "SM1", From: witness, To: "21094", Body: "Mtoto anapigwa \u2013 karibu na kioski", At: time.Now()},
		store.Duty{Kind: "read", Queue: "default", Due: time.Now()})
	c.must(err)
	c.must(s.InTx(t.Context(), func(tx *store.Tx) error {
		filed, err := tx.File(t.Context(), store.Filing{Conversation: "c1", From: witness, Event: "{}", Report: ripoti.Report{ID: store.NewID(), Channel: ripoti.BySMS, Lang: ripoti.English,
			Stage: ripoti.StageComplete, Category: ripoti.ChildAbuse, Urgency: ripoti.High, Rule: "H3", Status: ripoti.StatusFiled, FiledAt: time.Now(),
			Answers: ripoti.Answers{What: ripoti.WhatChild, Contact: wish, More: "behind the blue kiosk"}}})
		c.code, c.id = filed.Code, filed.ID
		return err
	}))
	c.exec("update inbound set report_id = $1", c.id)
	return c
}

func (c caseOnDisk) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c caseOnDisk) open() *store.Store {
	c.Helper()
	s, err := onStore{c.dir}.open(c.Context())
	c.must(err)
	return s
}

// exec reaches past the store into the database, as an intruder would.
func (c caseOnDisk) exec(query string, args ...any) {
	c.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(c.dir, "ripoti.db"))
	c.must(err)
	defer db.Close()
	_, err = db.ExecContext(c.Context(), query, args...)
	c.must(err)
}

// archive runs the command and opens what it wrote.
func (c caseOnDisk) archive(change func(*evidenceCommand)) (files map[string]string, err error) {
	c.Helper()
	out := filepath.Join(c.T.TempDir(), "case.zip")
	command := evidenceCommand{onStore: onStore{c.dir}, Number: c.code.Spaced(), Out: out, By: "dpo", Reason: "court case 45 of 2027"}
	if change != nil {
		change(&command)
	}
	err = command.Run(c.Context())
	raw, rerr := os.ReadFile(out)
	if rerr != nil {
		return nil, err
	}
	if info, serr := os.Stat(out); serr != nil || info.Mode().Perm() != 0o600 {
		c.Errorf("others can read the archive: %v, %v", info.Mode(), serr)
	}
	z, zerr := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	c.must(zerr)
	files = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		c.must(err)
		content, err := io.ReadAll(r)
		c.must(err)
		files[f.Name] = string(content)
	}
	return files, err
}

// sumsHold checks every file against SHA256SUMS, which must name all but itself and the certificate.
func (c caseOnDisk) sumsHold(files map[string]string) {
	c.Helper()
	listed := 0
	for _, line := range strings.Split(strings.TrimSpace(files["SHA256SUMS"]), "\n") {
		sum, name, _ := strings.Cut(line, "  ")
		if content, ok := files[name]; !ok || hash([]byte(content)) != sum {
			c.Errorf("%s is not what SHA256SUMS says", name)
		}
		listed++
	}
	if listed != len(files)-2 {
		c.Errorf("%d of %d files are listed", listed, len(files))
	}
}

func TestEvidenceIsWholeAndProvesItself(t *testing.T) {
	c := newCaseOnDisk(t, ripoti.WishNone)
	files, err := c.archive(nil)
	c.must(err)
	c.sumsHold(files)
	if got := files["texts/001.txt"]; got != "Mtoto anapigwa \u2013 karibu na kioski" {
		t.Errorf("the text is %q", got)
	}
	var told struct {
		casework.Evidence
		AsAsked []struct{ Screen, Words string } `json:"answers_as_asked"`
	}
	c.must(json.Unmarshal([]byte(files["report.json"]), &told))
	if told.Number != c.code || !told.Verified.Holds || told.Answers.More != "behind the blue kiosk" || len(told.Texts) != 1 || !told.Texts[0].Unaltered ||
		told.Texts[0].ProviderID != "SM1" || told.Texts[0].SHA256 != hash([]byte(files["texts/001.txt"])) {
		t.Errorf("report.json: %+v", told.Evidence)
	}
	if len(told.AsAsked) != 0 {
		t.Errorf("a text was asked nothing, and yet %+v", told.AsAsked)
	}
	for name, content := range files {
		if strings.Contains(content, witness) || strings.Contains(content, witness[4:]) {
			t.Errorf("%s holds the reporter's number", name)
		}
	}
	pdf, manifest := files["certificate.pdf"], hash([]byte(files["SHA256SUMS"]))
	for _, want := range []string{string(c.code), manifest, hash([]byte(files["report.json"])), "106B", "IT HOLDS", "Signature"} {
		if !strings.Contains(pdf, want) {
			t.Errorf("the certificate does not say %s", want)
		}
	}
	if strings.Contains(pdf, "kiosk") {
		t.Error("the certificate tells what was reported")
	}
	s := c.open()
	defer s.Close()
	events, err := s.Events(t.Context(), c.id)
	c.must(err)
	if n := len(events); n != 3 || events[1].Kind != "evidence" || events[1].Actor != "dpo" || events[2].Kind != "evidence_made" || !strings.Contains(events[2].Data, manifest) {
		t.Errorf("history %+v", events)
	}
	seen, err := (&casework.Desk{Store: s, Now: time.Now}).SeenBy(t.Context(), c.id)
	if err != nil || len(seen) != 2 || seen[0].Who != "dpo" {
		t.Errorf("seen by %+v, %v", seen, err)
	}
}

func TestEvidenceSaysWhatWasChanged(t *testing.T) {
	t.Run("a line of the history", func(t *testing.T) {
		c := newCaseOnDisk(t, ripoti.WishNone)
		c.exec("update events set actor = 'reportex' where seq = 1")
		files, err := c.archive(nil)
		if err == nil || !strings.Contains(err.Error(), "does not hold") || !strings.Contains(files["certificate.pdf"], "IT DOES NOT HOLD") {
			t.Errorf("%v", err)
		}
		c.sumsHold(files)
	})
	t.Run("one byte of the sealed story", func(t *testing.T) {
		c := newCaseOnDisk(t, ripoti.WishNone)
		c.exec("update reports set story_sealed = cast(substr(story_sealed, 1, length(story_sealed) - 1) || x'00' as blob)")
		files, err := c.archive(nil)
		c.must(err)
		if !strings.Contains(files["report.json"], `"story_altered": true`) || !strings.Contains(files["certificate.pdf"], "STORY") {
			t.Error("nobody says so")
		}
	})
	for name, query := range map[string]string{
		"one byte of a sealed text": "update inbound set body_sealed = cast(substr(body_sealed, 1, length(body_sealed) - 1) || x'00' as blob)",
		"the hash of a text":        "update inbound set body_sha256 = '00' || substr(body_sha256, 3)",
	} {
		t.Run(name, func(t *testing.T) {
			c := newCaseOnDisk(t, ripoti.WishNone)
			c.exec(query)
			files, err := c.archive(nil)
			c.must(err)
			if !strings.Contains(files["certificate.pdf"], "Unaltered: 0 of 1") || !strings.Contains(files["report.json"], `"unaltered": false`) {
				t.Error("nobody says so")
			}
		})
	}
}

func TestEvidenceOfACallSaysWhatWasAsked(t *testing.T) {
	files, err := evidenceFiles(casework.Evidence{Channel: ripoti.ByUSSD, Lang: ripoti.English, Answers: ripoti.Answers{What: ripoti.WhatChild}})
	if err != nil {
		t.Fatal(err)
	}
	if report := string(files[0].content); !strings.Contains(report, `"question": "What is it?"`) || !strings.Contains(report, `"words": "Child hurt/neglected"`) {
		t.Errorf("report.json: %s", report)
	}
}

func TestTheReportersNumberIsDisclosedOnAGroundOnly(t *testing.T) {
	for _, with := range []struct {
		wish   ripoti.Wish
		ground string
		given  bool
	}{
		{ripoti.WishNone, "court_order", true}, {ripoti.WishNone, "consent", false}, {ripoti.WishAny, "consent", true}, {ripoti.WishAny, "", false},
	} {
		c := newCaseOnDisk(t, with.wish)
		files, err := c.archive(func(e *evidenceCommand) { e.WithReporter = with.ground })
		if got := strings.Contains(files["report.json"], witness); got != with.given {
			t.Errorf("wish %s, ground %q: given %v, %v", with.wish, with.ground, got, err)
		}
	}
}

func TestEvidenceNamesWhoAndWhy(t *testing.T) {
	c := newCaseOnDisk(t, ripoti.WishNone)
	for name, change := range map[string]func(*evidenceCommand){
		"a person's name": func(e *evidenceCommand) { e.By = "Jane Sample" },
		"no reason":       func(e *evidenceCommand) { e.Reason = "" },
		"no such report":  func(e *evidenceCommand) { e.Number = "1000009" },
	} {
		if files, err := c.archive(change); err == nil || files != nil {
			t.Errorf("%s: an archive of %d files, %v", name, len(files), err)
		}
	}
}

func TestABreakOfTheHistoryIsNamedByTheReportsNumber(t *testing.T) {
	c := newCaseOnDisk(t, ripoti.WishNone)
	c.exec("update events set actor = 'nobody' where seq = 1")
	s := c.open()
	defer s.Close()
	_, breaks, err := s.VerifyChains(t.Context(), func(int) {})
	c.must(err)
	if len(breaks) == 0 {
		t.Fatal("nothing is broken")
	}
	var out bytes.Buffer
	for _, b := range []store.Break{breaks[0], {ReportID: "gone", Seq: 2, Why: "x"}, {Seq: 3, Why: "y"}} {
		c.must(auditVerifyCommand{}.print(t.Context(), &out, s, b))
	}
	want := fmt.Sprintf("report %s, line 1: the line was changed\na report that is gone (gone), line 2: x\nthe network's own history, line 3: y\n", c.code)
	if out.String() != want {
		t.Errorf("it says %q, not %q", out.String(), want)
	}
}
