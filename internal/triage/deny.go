package triage

import "strings"

// denials say no to the words behind them; English and Swahili words that stand alone.
var denials = folded("not never no nobody without isnt wasnt arent werent hasnt havent hadnt didnt doesnt dont none neither nor sio si wala hakuna hajawahi sijawahi hatujawahi haikuwa hakuwa")

// unbound take a denial for themselves: "I do not know who beat her" denies no beating.
var unbound = folded("know want tell believe think care understand wish like sure help only just why reason tena yet jua taka elewa")

// turns end what a denial reaches: "not the mother but the father beats her".
var turns = folded("but only bali lakini rather except because since it who ila isipokuwa juu ndiye ndio ndo aliyempiga although")

const denialReach = 3 // words

func folded(words string) map[string]bool {
	m := map[string]bool{}
	start := -1
	for i := 0; i <= len(words); i++ {
		if i == len(words) || words[i] == ' ' {
			if start >= 0 {
				m[fold(words[start:i])] = true
			}
			start = -1
		} else if start < 0 {
			start = i
		}
	}
	return m
}

// foldedList is the words, folded, in their order.
func foldedList(words string) []string {
	out := strings.Fields(words)
	for i, w := range out {
		out[i] = fold(w)
	}
	return out
}

// denied says that a word of denial reaches token i.
func (r *reading) denied(i int) bool {
	for back := 0; back <= denialReach && i-back >= 0; back++ {
		t := &r.tokens[i-back]
		if back > 0 {
			if denials[t.folded] {
				return !unbound[r.tokens[i-back+1].folded]
			}
			if turns[t.folded] {
				return false
			}
		}
		if t.after {
			return false
		}
	}
	return false
}

// deniesItself says that the phrase at i is written with its own denial: "no food".
func (r *reading) deniesItself(i int) bool { return denials[r.tokens[i].folded] }
