package triage

import (
	"os"
	"slices"
	"strings"
	"testing"

	"ripoti/internal/gazetteer"
)

const textsFile = "testdata/texts.tsv"

func readTexts(t testing.TB, file string) []Labelled {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := ReadLabelled(f)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func labelled(t testing.TB) (tune, judge []Labelled) {
	t.Helper()
	for _, l := range readTexts(t, textsFile) {
		if l.Judge() {
			judge = append(judge, l)
		} else {
			tune = append(tune, l)
		}
	}
	return tune, judge
}

func reader(t testing.TB) *Reader {
	t.Helper()
	r, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func places(t testing.TB) *gazetteer.Gazetteer {
	t.Helper()
	g, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGoals(t *testing.T) {
	_, judge := labelled(t)
	s := Assess(reader(t), places(t), judge)
	var table strings.Builder
	if err := s.Write(&table); err != nil {
		t.Fatal(err)
	}
	t.Logf("judge half, %d texts\n%s", len(judge), table.String())
	for _, goal := range []struct {
		name  string
		share Share
		least float64
	}{
		{"the language is right in 95 %", s.Language, 95},
		{"the category is right in 88 %", s.Category, 88},
		{"critical and high are read as high or more in 97 %", s.Urgent, 97},
		{"under 5 % of calm texts are read as critical", s.Calm, 95.01},
		{"a place that is named is found in 85 %", s.Place, 85},
	} {
		t.Run(goal.name, func(t *testing.T) {
			if got := goal.share.Percent(); got < goal.least {
				t.Errorf("%s", goal.share)
			}
		})
	}
}

// TestTune says what the tune half gets wrong (with -v); it is for working on the lexicon.
func TestTune(t *testing.T) {
	tune, _ := labelled(t)
	s := Assess(reader(t), places(t), tune)
	for _, m := range s.Misses {
		t.Logf("%s: %s\n\twant %s got %s\n\t%s", m.What, m.Text, m.Want, m.Got, m.Words)
	}
	if s.Category.Percent() < 97 {
		t.Errorf("category: %s", s.Category)
	}
}

func TestTexts(t *testing.T) {
	tune, judge := labelled(t)
	all := slices.Concat(tune, judge)
	count := map[string]int{}
	for _, l := range all {
		count[l.Kind]++
		count[l.Langs[0]]++
	}
	t.Run("there are at least 420 of three languages, 40 of them calm and 40 traps", func(t *testing.T) {
		if len(all) < 420 || count["calm"] < 40 || count["trap"] < 40 || min(count[English], count[Swahili], count[Mixed]) < 140 {
			t.Errorf("%d: %v", len(all), count)
		}
	})
	t.Run("every place of a label is in the gazetteer", func(t *testing.T) {
		g := places(t)
		for _, l := range all {
			for _, id := range l.Places {
				if _, ok := g.Place(id); !ok {
					t.Errorf("%s: %s", l.Text, id)
				}
			}
		}
	})
}
