package flows

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

var update = flag.Bool("update", false, "rewrite the transcripts and the picture")

// A transcript is a whole talk:
//
//	# what it shows
//	< a screen, its lines parted by |
//	<< the last screen: the call ends
//	> what the caller types
//	~ cut | redial | broken      the line is cut; the caller dials again; the next save fails
//	! what the host must do, and with which answers
//
// -update keeps # > ~ and writes the rest anew.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d transcripts, %v", len(files), err)
	}
	b := newBook(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, b, string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(want) {
				t.Errorf("the talk went\n%s\nand not\n%s", got, want)
			}
		})
	}
}

// phone is one caller and a host that has no database.
type phone struct {
	t      *testing.T
	b      *Book
	out    strings.Builder
	state  State
	broken bool // the next save fails
}

const shortCode = ripoti.Code("4829172")

func replay(t *testing.T, b *Book, script string) string {
	p := &phone{t: t, b: b}
	started := false
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		mark, rest, _ := strings.Cut(line, " ")
		switch mark {
		case "#":
			fmt.Fprintln(&p.out, line)
			continue
		case "<", "<<", "!", "":
			continue
		}
		if !started {
			p.show(b.Start())
			started = true
		}
		fmt.Fprintln(&p.out, line)
		switch mark {
		case ">":
			p.press(rest)
		case "~":
			p.happen(rest)
		default:
			t.Fatalf("no such line: %q", line)
		}
	}
	return p.out.String()
}

func (p *phone) press(input string) {
	turn := p.b.Next(p.state, input)
	switch turn.Do {
	case Nothing:
	case Look, Tell:
		p.asked(turn)
	default:
		p.host(string(turn.Do), turn.Draft)
	}
	switch {
	case p.broken && (turn.Do == Look || turn.Do == Tell):
		p.broken = false
		turn = p.b.Unsaved(p.state)
	case turn.Do == Look || turn.Do == Tell:
		turn = host(p.b, turn)
	case p.broken && (turn.Do == File || turn.Do == Add):
		p.broken = false
		turn = p.b.Unsaved(turn.State)
	case turn.Do == File:
		if turn.Screen != "" {
			p.t.Errorf("a screen before the report was saved: %q", turn.Screen)
		}
		turn = p.b.Received(turn, shortCode)
	}
	p.show(turn)
}

func (p *phone) happen(what string) {
	switch what {
	case "broken":
		p.broken = true
	case "cut", "redial":
		if draft, ok := p.b.Cut(p.state); ok {
			p.host(string(File), draft)
			p.state = p.b.Taken(p.state, shortCode)
		}
		if what == "redial" {
			p.show(p.b.Redial(p.state))
		}
	default:
		p.t.Fatalf("no such happening: %q", what)
	}
}

// host writes down what the host must do.
func (p *phone) host(do string, d ripoti.Draft) {
	fmt.Fprint(&p.out, "! ", do)
	if d.Stage != "" {
		fmt.Fprint(&p.out, " ", d.Stage, ":", told(d.Answers))
	}
	fmt.Fprintln(&p.out)
}

// asked writes down what a follow-up asks of the host.
func (p *phone) asked(t Turn) {
	fmt.Fprint(&p.out, "! ", t.Do)
	for _, word := range []string{string(t.Asked.Code), string(t.Asked.Act), string(t.Asked.Danger), string(t.Asked.Wish), t.Asked.Text} {
		if word != "" {
			fmt.Fprint(&p.out, " ", word)
		}
	}
	fmt.Fprintln(&p.out)
}

// told are the answers on one line.
func told(a ripoti.Answers) (line string) {
	where := a.Place.Name
	if a.Place.County != "" {
		where += " (" + a.Place.County + ", " + string(a.Place.Precision) + ")"
	}
	if a.Place.Typed != "" {
		where = strings.TrimSpace(where + " typed " + a.Place.Typed)
	}
	for _, f := range [][2]string{
		{"danger", string(a.Danger)}, {"what", string(a.What)}, {"detail", string(a.Detail)}, {"place", where},
		{"at risk", string(a.AtRisk)}, {"by", string(a.ByWhom)}, {"when", string(a.When)}, {"suspect", string(a.Suspect)},
		{"weapon", string(a.Weapon)}, {"choice", string(a.Choice)}, {"contact", string(a.Contact)}, {"more", a.More},
	} {
		if f[1] != "" {
			line += " " + f[0] + "=" + f[1] + ";"
		}
	}
	return strings.TrimSuffix(line, ";")
}

// show writes the screen down and keeps the state as a host does: as bytes.
func (p *phone) show(turn Turn) {
	mark := "<"
	if turn.End {
		mark = "<<"
	}
	fmt.Fprintln(&p.out, mark, strings.ReplaceAll(turn.Screen, "\n", " | "))
	kept, err := Parse(turn.State.Append(nil))
	if err != nil {
		p.t.Fatal(err)
	}
	if !reflect.DeepEqual(kept, turn.State) {
		p.t.Errorf("kept %+v\nof %+v", kept, turn.State)
	}
	p.state = kept
}
