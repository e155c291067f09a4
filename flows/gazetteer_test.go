package flows

import (
	"slices"
	"testing"

	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
)

// kenya is the real gazetteer.
type kenya struct{ *gazetteer.Gazetteer }

func (k kenya) Find(query, county string) Matches {
	r := k.Gazetteer.Find(query, county)
	m := Matches{Decision: string(r.Decision)}
	for _, match := range r.Matches {
		m.Places = append(m.Places, match.Place)
	}
	return m
}

func TestPlacesOfKenya(t *testing.T) {
	g, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := New(catalogue(t), kenya{g})
	t.Run("any four of the places with the longest names fit, with and without a hint", func(t *testing.T) {
		for four := range slices.Chunk(g.Longest(400), maxOffer) {
			for _, lang := range ripoti.Langs {
				s := State{Step: Which, Lang: lang, Offer: refs(four)}
				for _, wrong := range []bool{false, true} {
					turn := b.show(s, wrong)
					if !fits(turn.Screen) || menuLines(turn.Screen) < len(four) && !wrong {
						t.Errorf("%s", turn.Screen)
					}
				}
			}
		}
	})
	t.Run("every place fits when it is read back", func(t *testing.T) {
		for _, p := range g.All() {
			for _, lang := range ripoti.Langs {
				if turn := b.show(State{Step: ReadBack, Lang: lang, Offer: refs([]ripoti.Place{p})}, true); !fits(turn.Screen) {
					t.Errorf("%s", turn.Screen)
				}
			}
		}
	})
	t.Run("naming any county where a name was not found leads on", func(t *testing.T) {
		for _, county := range g.Counties() {
			s := State{Step: County, Lang: ripoti.English, Typed: "xqzwv", Tries: 1}
			turn := b.Next(s, county.Name)
			if turn.State.Step != ReadBack || turn.State.Offer[0].CountyID != county.CountyID || !wholeCounty(turn.State.Offer[0]) {
				t.Errorf("%s: %v %s", county.Name, turn.State.Step, turn.Screen)
				continue
			}
			settled := b.Next(turn.State, "1").State.Answers.Place
			if settled.Precision != ripoti.PrecisionCounty || settled.Typed != "xqzwv" {
				t.Errorf("%s: %+v", county.Name, settled)
			}
		}
	})
}
