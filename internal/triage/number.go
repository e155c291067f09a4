package triage

import (
	"fmt"
	"strconv"
)

// units are number words of both languages, folded.
var units = foldedNumbers(map[string]int{
	"moja": 1, "mmoja": 1, "mbili": 2, "wawili": 2, "tatu": 3, "nne": 4, "tano": 5, "sita": 6, "saba": 7, "nane": 8, "tisa": 9, "kumi": 10,
	"ishirini": 20, "thelathini": 30, "arobaini": 40, "hamsini": 50, "sitini": 60, "sabini": 70, "themanini": 80, "tisini": 90,
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
	"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
	"kuminamoja": 11, "kuminambili": 12, "kuminatatu": 13, "kuminanne": 14, "kuminatano": 15, "kuminasita": 16, "kuminasaba": 17, "kuminanane": 18, "kuminatisa": 19,
})

func foldedNumbers(words map[string]int) map[string]int {
	m := make(map[string]int, len(words))
	for w, n := range words {
		m[fold(w)] = n
	}
	return m
}

// number reads the number that begins at token i and answers how many tokens it takes, 0 for none.
func (r *reading) number(i int) (value, took int) {
	word := r.tokens[i].folded
	if isNumber(word) {
		n, err := strconv.Atoi(word)
		if err != nil {
			return 0, 0
		}
		return n, 1
	}
	n, ok := units[word]
	if !ok {
		return 0, 0
	}
	if n < 10 || n > 90 || n%10 != 0 {
		return n, 1
	}
	if r.word(i+1) == "na" { // kumi na tatu
		if m, ok := units[r.word(i+2)]; ok && m < 10 {
			return n + m, 3
		}
	}
	if m, ok := units[r.word(i+1)]; ok && m < 10 && n >= 20 { // twenty five
		return n + m, 2
	}
	return n, 1
}

// word is the folded word of token i, "" outside the text.
func (r *reading) word(i int) string {
	if i < 0 || i >= len(r.tokens) {
		return ""
	}
	return r.tokens[i].folded
}

// age is an age in years that the text tells.
type age struct {
	years    int
	from, to int
	self     bool // the sender's own
}

const (
	adultAge  = 18 // Children Act: a child is under 18
	oldestAge = 99
)

var (
	yearWords  = folded("yrs yr years year yo old miaka age")
	beforeAge  = folded("miaka mika myaka umri aged age mwaka mwenye")
	selfBefore = folded("niko nko nina am im ninae nikiwa naitimiza")
	spanBefore = folded("for since tangu kwa past last muda over after baada within jela kifungo jail")
	spanBehind = folded("ago iliyopita iliopita zilizopita sasa now jela jail prison ndoa marriage later baadaye")
	menBefore  = folded("man men mzee mzae mwanaume wanaume jamaa mse msee uncle neighbour neighbor jirani teacher mwalimu suspect mshukiwa guy husband mume baba father elder by")
	notYears   = folded("days siku weeks wiki months miezi hours masaa saa bob k shillings km am pm people watu girls boys children watoto watoi wasichana women men minutes dakika cows ng'ombe mbuzi goats times mara kids phase area number houses nyumba wives bibi")
	ageIntro   = folded("is only are ako ana yuko just was about")
	onlyWord   = fold("only")
	below      = folded("under below chini")
)

// readAges finds every age: "girl of 9", "13yrs", "miaka kumi na tatu", "niko 14", "she is 15".
func (r *reading) readAges() {
	for i := 0; i < len(r.tokens); i++ {
		n, took := r.number(i)
		if took == 0 || n == 0 || n > oldestAge || r.tokens[i].used {
			continue
		}
		if a, ok := r.ageAt(i, took, n); ok {
			r.ages = append(r.ages, a)
		}
		i += took - 1
	}
}

func (r *reading) ageAt(i, took, n int) (age, bool) {
	before, behind := r.word(i-1), r.word(i+took)
	a := age{years: n, from: i, to: i + took - 1}
	counted := beforeAge[before] || yearWords[behind]
	switch {
	case below[before] || below[r.word(i-2)]:
		return a, false
	case counted:
		next := behind
		if yearWords[behind] {
			next = r.word(i + took + 1)
			a.to++
		}
		first := i - 1
		if before == "miaka" || before == "mika" {
			first = i - 2
		}
		if spanBehind[next] || spanBehind[r.word(a.to+2)] && next == "kwa" || spanBefore[before] || spanBefore[r.word(first)] && r.word(first) != "kwa" {
			return a, false
		}
		if r.word(first) == "kwa" && beforeAge[before] {
			return a, false
		}
		a.self = selfBefore[before] || selfBefore[r.word(i-2)] || before == "mimi"
	case notYears[behind] || n < 2:
		return a, false
	case selfBefore[before]:
		a.self = true
		if n < 7 {
			return a, false
		}
	case before == onlyWord && selfBefore[r.word(i-2)]:
		a.self = true
	case before == "of" || before == "wa":
		if !r.personNear(i - 2) {
			return a, false
		}
	case ageIntro[before]:
		if n < 3 || before == "are" && !(behind == "" || r.tokens[min(i+took, len(r.tokens)-1)].after || behind == "or" || behind == "and") {
			return a, false
		}
	default:
		return a, false
	}
	return a, true
}

// personNear says that token i or the one before is a child or a youth: "girl of 9", "dem wa 15".
func (r *reading) personNear(i int) bool {
	for j := i; j >= i-1 && j >= 0; j-- {
		for _, h := range r.tokens[j].hits {
			if r.l.isPerson[h.signal] {
				return true
			}
		}
	}
	return false
}

// otherMan says that the age is told of somebody who is likely the one accused.
func (r *reading) otherMan(a age) bool {
	for i := a.from - 1; i >= 0 && i >= a.from-4; i-- {
		if menBefore[r.word(i)] {
			return true
		}
		if r.personNear(i) {
			return false
		}
	}
	return false
}

// dayParts turn the Swahili clock, which begins at sunrise and sunset, into ours.
var dayParts = map[string]bool{"usiku": true, "jioni": true, "asubuhi": false, "mchana": false, "alasiri": false, "alfajiri": true}

// hourWords stand before an hour.
var hourWords = folded("saa masaa")

const halfDay = 12

// readClock reads "saa tatu usiku" as 21:00 and "saa nane mchana" as 14:00; "saa hii" is no time.
func (r *reading) readClock() {
	for i := range r.tokens {
		if !hourWords[r.word(i)] {
			continue
		}
		if i+1 >= len(r.tokens) {
			return
		}
		n, took := r.number(i + 1)
		if took == 0 || n < 1 || n > halfDay {
			continue
		}
		for j := i + 1 + took; j < i+5+took && j < len(r.tokens); j++ {
			if dark, ok := dayParts[r.word(j)]; ok {
				r.clock = fmt.Sprintf("%02d:00", swahiliHour(n, dark, r.word(j)))
				return
			}
		}
	}
}

// swahiliHour is the hour of the day. Hours of the dark count from 18:00, those of the day from 6:00.
func swahiliHour(n int, dark bool, part string) int {
	switch {
	case part == "jioni" && n >= 10: // saa kumi jioni is 16:00
		return n + 6
	case dark:
		return (n + 18) % 24
	}
	return (n + 6) % 24
}
