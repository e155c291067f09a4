package gazetteer

import (
	"math/rand/v2"
	"testing"
)

func symbolsOf(s string) []byte { return (&scratch{}).symbols(fold(s)) }

// plainDistance is the whole table without a band: what distance must agree with.
func plainDistance(c *costs, query, key []byte) (whole, start int) {
	d := make([][]int, len(query)+1)
	for i := range d {
		d[i] = make([]int, len(key)+1)
		for j := range d[i] {
			if i == 0 && j == 0 {
				continue
			}
			best := far * 4
			if j > 0 {
				cost := int(c.gap[key[j-1]])
				if i == 0 && j == 1 {
					cost += int(opener(key[0]))
				}
				best = min(best, d[i][j-1]+cost)
			}
			if i > 0 {
				cost := int(c.gap[query[i-1]])
				if i == 2 && query[1] == query[0] {
					cost = costSlip
				}
				if j == 0 && i == 1 {
					cost += int(opener(query[0]))
				}
				best = min(best, d[i-1][j]+cost)
			}
			if i > 0 && j > 0 {
				cost := int(c.sub[query[i-1]][key[j-1]])
				if i == 1 && j == 1 && cost >= costSoft {
					cost += costOpener
				}
				best = min(best, d[i-1][j-1]+cost)
			}
			if i > 1 && j > 1 && query[i-1] == key[j-2] && query[i-2] == key[j-1] && query[i-1] != key[j-1] {
				best = min(best, d[i-2][j-2]+costSwap)
			}
			d[i][j] = best
		}
	}
	start = far * 4
	for _, v := range d[len(query)] {
		start = min(start, v)
	}
	return d[len(query)][len(key)], start
}

func TestDistance(t *testing.T) {
	c := newCosts()
	t.Run("the band agrees with the whole table up to the limit", func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 2))
		const letters = "aaeiiounkmrlbgtwsych"
		word := func() string {
			b := make([]byte, 1+random.IntN(14))
			for i := range b {
				b[i] = letters[random.IntN(len(letters))]
			}
			return string(b)
		}
		for range 20_000 {
			a, b := symbolsOf(word()), symbolsOf(word())
			limit := 5 + random.IntN(41)
			whole, start := c.distance(a, b, limit, false)
			wantWhole, wantStart := plainDistance(c, a, b)
			if min(whole, limit+1) != min(wantWhole, limit+1) || min(start, limit+1) != min(wantStart, limit+1) {
				t.Fatalf("%v %v limit %d: %d %d, want %d %d", a, b, limit, whole, start, wantWhole, wantStart)
			}
		}
	})
	t.Run("slips of a thumb cost less than other letters", func(t *testing.T) {
		for slip, name := range map[string]string{
			"maralar": "maralal", "nakulu": "nakuru", "pomet": "bomet", "wejir": "wajir", "kisumo": "kisumu", "machakosi": "machakos",
			"gilgli": "gilgil", "eldret": "eldoret", "mobasa": "mombasa", "chafakali": "chavakali", "chuka": "kuka", "nnakuru": "nakuru",
		} {
			slipped, _ := c.distance(symbolsOf(slip), symbolsOf(name), 60, false)
			wrong, _ := c.distance(symbolsOf(name[:2]+"x"+name[3:]), symbolsOf(name), 60, false)
			if slipped == 0 || slipped >= wrong {
				t.Errorf("%s for %s costs %d, a wrong letter %d", slip, name, slipped, wrong)
			}
		}
	})
	t.Run("the beginning of a long name is free", func(t *testing.T) {
		if _, start := c.distance(symbolsOf("kawan"), symbolsOf("kawangware"), 10, false); start != 0 {
			t.Errorf("%d", start)
		}
	})
}
