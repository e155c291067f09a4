package flows_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// A transcript is a whole talk by SMS, played on a real database with the real reader of texts:
//
//	# what it shows
//	> what the person texts, ↵ for a new line
//	< what comes back, one line a message
//	! how a report stands, whenever that changes
//	~ 3m | again | part: how much time passes | the same text comes under another id
//
// -update keeps # > ~ and writes the rest anew.
func TestTextTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/texts/*.txt")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d transcripts, %v", len(files), err)
	}
	update := flag.Lookup("update").Value.String() == "true"
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := replayText(t, string(want))
			if update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(want) {
				t.Errorf("the talk went\n%s\nand not\n%s", got, want)
			}
		})
	}
}

// handset is the person who texts.
type handset struct {
	*stage.Stage
	out     strings.Builder
	last    string
	read    int
	reports []ripoti.Code
	stands  map[ripoti.Code]string
}

const handsetNumber = "+254711000095"

// printedCodes are the numbers that stand in transcripts for those that were drawn.
var printedCodes = []string{"482 9172", "519 3308", "733 4016"}

func replayText(t *testing.T, script string) string {
	h := &handset{Stage: stage.New(t, nil), stands: map[ripoti.Code]string{}}
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "<", "!", "":
			continue
		}
		fmt.Fprintln(&h.out, line)
		switch mark {
		case "#":
			continue
		case ">":
			h.last = strings.ReplaceAll(rest, "↵", "\n")
			h.Text(handsetNumber, h.last)
		case "~":
			h.happen(rest)
		default:
			t.Fatalf("no such line: %q", line)
		}
		h.tell()
	}
	return h.out.String()
}

func (h *handset) happen(what string) {
	if what == "again" {
		h.Text(handsetNumber, h.last)
		return
	}
	d, err := time.ParseDuration(what)
	if err != nil {
		h.Fatal(err)
	}
	h.Wait(d)
}

// tell writes down what came back and which reports stand otherwise than before.
func (h *handset) tell() {
	reports, err := h.Store.Reports(h.Context(), "", 10)
	if err != nil {
		h.Fatal(err)
	}
	slices.Reverse(reports)
	for _, r := range reports {
		if !slices.Contains(h.reports, r.Code) {
			h.reports = append(h.reports, r.Code)
		}
	}
	got := h.Got(handsetNumber)
	for _, m := range got[h.read:] {
		fmt.Fprintln(&h.out, "<", h.masked(strings.ReplaceAll(m.Text, "\n", " | ")))
	}
	h.read = len(got)
	for _, r := range reports {
		if now := h.standing(r); now != h.stands[r.Code] {
			h.stands[r.Code] = now
			fmt.Fprintln(&h.out, "!", h.masked(r.Code.Spaced())+":", now)
		}
	}
}

func (h *handset) masked(text string) string {
	for i, code := range h.reports {
		text = strings.ReplaceAll(text, code.Spaced(), printedCodes[i])
	}
	return text
}

// standing is a report on one line.
func (h *handset) standing(r ripoti.Report) string {
	a := r.Answers
	parts := []string{fmt.Sprintf("%s %s %s", r.Urgency, r.Rule, r.Category)}
	if r.Second != "" {
		parts = append(parts, "and "+string(r.Second))
	}
	if a.Place.Known() {
		parts = append(parts, "at "+a.Place.Name+" ("+a.Place.County+")")
	}
	if a.Place.Typed != "" {
		parts = append(parts, "typed "+a.Place.Typed)
	}
	if a.Danger != "" {
		parts = append(parts, "danger "+string(a.Danger))
	}
	if a.Contact != "" {
		parts = append(parts, "contact "+string(a.Contact))
	}
	if r.Walled {
		parts = append(parts, "walled")
	}
	if r.RoutedAt.IsZero() {
		parts = append(parts, "waits")
	}
	texts, err := h.Store.TextsOf(h.Context(), r.ID)
	if err != nil {
		h.Fatal(err)
	}
	return strings.Join(append(parts, fmt.Sprintf("texts %d", texts)), "; ")
}
