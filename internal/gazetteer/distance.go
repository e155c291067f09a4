package gazetteer

// Costs of misspelling are counted in twentieths of a plain wrong letter.
const (
	costWhole  = 20
	costSoft   = 10 // a vowel, h, m, n or r too many or too few
	costShort  = 5  // a vowel left out on purpose, SMS style
	costSlip   = 3  // the first letter twice
	costSwap   = 12 // two neighbours swapped
	costOpener = 4  // more, where the first letter is wrong: thumbs get that one right
)

// costs are the tables of one symbol for another and of a symbol too many or too few.
type costs struct {
	sub [32][32]uint8
	gap [32]uint8
}

// likeness lists symbols that are taken for each other, with what that costs.
var likeness = []struct {
	cost    uint8
	symbols []string
}{
	{5, []string{"lr", "bp", "kg", "dt", "dT", "tT", "vf", "nN", "CS", "sS", "Ck"}},
	{6, []string{"ei", "ou", "bv", "CT"}},
	{7, []string{"ae", "ao", "iu", "Cj", "sC", "gj"}},
	{9, []string{"ai", "au", "eo", "eu", "io"}},
	{9, []string{"mn", "bf", "pf", "ub", "uv", "sT", "gh", "kh", "jd", "js"}},
}

func newCosts() *costs {
	c := new(costs)
	for a := range c.sub {
		for b := range c.sub[a] {
			if a != b {
				c.sub[a][b] = costWhole
			}
		}
		c.gap[a] = costWhole
	}
	for _, l := range likeness {
		for _, s := range l.symbols {
			a, b := symbol(s[0]), symbol(s[1])
			c.sub[a][b], c.sub[b][a] = l.cost, l.cost
		}
	}
	for _, s := range "aeiouhmnr" {
		c.gap[symbol(byte(s))] = costSoft
	}
	return c
}

// symbol numbers the letters of a folded base, 0 to 30; 31 is the border of a word.
func symbol(c byte) byte {
	switch {
	case c >= 'a' && c <= 'z':
		return c - 'a'
	case c == 'C':
		return 26
	case c == 'S':
		return 27
	case c == 'T':
		return 28
	case c == 'N':
		return 29
	}
	return 30 // digits; what is left of them in a base is rare
}

const border = 31

// far is more than any limit and leaves room to add to it.
const far = 1 << 12

// distance is the weighted cost of reading key where query was typed, with swaps of neighbours
// (optimal string alignment), and the least cost of reading some beginning of key. Both are over
// limit as soon as they must be. Names are at most 64 symbols long: fold sees to that. Only the band
// of the table is worked out that the limit can reach.
func (c *costs) distance(query, key []byte, limit int, shortVowels bool) (whole, start int) {
	var rows [3][66]uint16
	prev2, prev, cur := &rows[0], &rows[1], &rows[2]
	band := limit/costSoft + 1
	if shortVowels {
		band = limit/costShort + 1
	}
	c.firstRow(prev, key, band, shortVowels)
	for i, q := range query {
		extra := uint16(c.gap[q])
		if i == 1 && q == query[0] { // fold leaves a doubled first letter
			extra = costSlip
		}
		from, to := max(0, i-band), min(len(key), i+band+1)
		least := uint16(far)
		cur[from] = far
		if from == 0 {
			cur[0] = prev[0] + extra
			if i == 0 {
				cur[0] += opener(q)
			}
			least = cur[0]
		}
		sub := &c.sub[q]
		for j := from; j < to; j++ {
			k := key[j]
			best := prev[j] + uint16(sub[k])
			if i == 0 && j == 0 && sub[k] >= costSoft {
				best += costOpener
			}
			best = min(best, prev[j+1]+extra, cur[j]+uint16(c.missing(k, shortVowels)))
			if i > 0 && j > 0 && q == key[j-1] && query[i-1] == k && q != k {
				best = min(best, prev2[j-1]+costSwap)
			}
			cur[j+1] = best
			least = min(least, best)
		}
		cur[to+1] = far
		if int(least) > limit {
			return limit + 1, limit + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return c.lastRow(prev, len(query), len(key), band, limit)
}

func (c *costs) firstRow(row *[66]uint16, key []byte, band int, shortVowels bool) {
	to := min(len(key), band+1)
	for j := range to {
		row[j+1] = row[j] + uint16(c.missing(key[j], shortVowels))
		if j == 0 {
			row[1] += opener(key[0])
		}
	}
	row[to+1] = far
}

// lastRow reads the costs off the last row, of which only the band was worked out.
func (c *costs) lastRow(row *[66]uint16, query, key, band, limit int) (whole, start int) {
	whole, start = limit+1, limit+1
	from, to := max(0, query-1-band), min(key, query+band)
	for j := from; j <= to; j++ {
		start = min(start, int(row[j]))
	}
	if key >= from && key <= to {
		whole = int(row[key])
	}
	return whole, start
}

// opener is what it costs more to lack or add the first letter. A leading m or n is often swallowed:
// "peketoni", "kubu".
func opener(s byte) uint16 {
	if s == 'm'-'a' || s == 'n'-'a' {
		return 0
	}
	return costOpener
}

// missing is what it costs that the key's symbol was not typed.
func (c *costs) missing(k byte, shortVowels bool) uint8 {
	if shortVowels && c.gap[k] == costSoft && vowelSymbol(k) {
		return costShort
	}
	return c.gap[k]
}

func vowelSymbol(s byte) bool { return s == 0 || s == 4 || s == 8 || s == 14 || s == 20 }
