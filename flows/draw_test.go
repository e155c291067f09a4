package flows

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

const committedPicture = "../docs/img/report-flow.svg"

func TestPicture(t *testing.T) {
	b := newBook(t)
	drawn := b.Draw()
	if *update {
		if err := os.WriteFile(committedPicture, drawn, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("the committed picture is that of the tables", func(t *testing.T) {
		committed, err := os.ReadFile(committedPicture)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(committed, drawn) {
			t.Error("docs/img/report-flow.svg is out of date: run `go run ./cmd/ripoti flows draw`")
		}
	})
	t.Run("every screen is in it", func(t *testing.T) {
		for step := range steps {
			if !strings.Contains(string(drawn), ">"+step.String()+"<") {
				t.Errorf("%v is missing", step)
			}
		}
	})
	t.Run("it is well-formed", func(t *testing.T) {
		for d := xml.NewDecoder(bytes.NewReader(drawn)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestSheets(t *testing.T) {
	sheets := newBook(t).Sheets()
	t.Run("none is longer than a screen", func(t *testing.T) {
		for _, s := range sheets {
			if s.Units > ScreenUnits || s.Units == 0 {
				t.Errorf("%s %s: %d", s.Screen, s.Lang, s.Units)
			}
		}
	})
	t.Run("both languages of every screen are there", func(t *testing.T) {
		seen := map[string]int{}
		for _, s := range sheets {
			seen[s.Screen+" "+string(s.Lang)]++
		}
		for step := range steps {
			if en, sw := seen[step.String()+" en"], seen[step.String()+" sw"]; en == 0 || en != sw {
				t.Errorf("%v: %d in English, %d in Swahili", step, en, sw)
			}
		}
	})
}
