package flows

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hidden stands for what may be a name.
const hidden = "***"

// Words that tell what the next word is (domain brief 3.4: names are masked until they are opened).
var (
	naming = wordSet("anaitwa naitwa aitwaye anayeitwa wanaitwa ameitwa jina jinale majina named called name")
	// betweenNames may stand between such a word and the name.
	betweenNames = wordSet("lake langu lao yake is ni la wa zao zake")
	titles       = wordSet("mr mrs ms miss madam madame mwalimu teacher mzee mama baba bwana bi bibi chief chifu pastor pasta father sheikh sheik imam " +
		"uncle aunt auntie anti mjomba shangazi dada kaka brother sister ocs afande officer corporal sergeant sgt inspector dr daktari " +
		"baby mtoto binti msichana kijana")
	placeWords = wordSet("near karibu mtaa kijiji soko market stage shule school church kanisa msikiti mosque hospital hospitali estate bar hotel " +
		"lodge plot gate opposite opp behind nyuma mbele at in from street road barabara town mji ward wadi kaunti county area eneo kituo station ya la cha za")
	homes = wordSet("nyumba nyumbani boma house home shamba plot duka shop kwa")
	// plainCapitals are no names though they begin with a capital.
	plainCapitals = wordSet("i ob ocs p3 prc hiv pep sms fgm dci gbv polisi police mungu god kiswahili english jumatatu jumanne jumatano alhamisi " +
		"ijumaa jumamosi jumapili monday tuesday wednesday thursday friday saturday sunday january february march april may june july august " +
		"september october november december christmas krismasi please tafadhali help saidia")
)

// longNumber is a number long enough to be somebody's: a phone, an identity card.
var longNumber = regexp.MustCompile(`\+?[0-9][0-9 ./-]{4,}[0-9]`)

// MaskNames hides what looks like somebody's name or number in a text, and says whether anything was
// hidden. It errs on the side of hiding, but it is no proof: a name in small letters that nothing
// announces stays.
func MaskNames(text string) (masked string, any bool) {
	masked = longNumber.ReplaceAllString(text, hidden)
	shouted := strings.ToUpper(masked) == masked
	words := strings.Split(masked, " ")
	start, announced := true, false // of a sentence; the next word is a name
	var before, before2 string
	for i, word := range words {
		bare := strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		small := strings.ToLower(bare)
		if small == "" {
			start = start || endsSentence(word)
			continue
		}
		capitalised := startsUpper(bare) && !shouted
		name := false
		switch {
		case announced && betweenNames[small]:
		case announced:
			name, announced = letters(bare), false
		case naming[small]:
			announced = true
		case capitalised && !plainCapitals[small] && !titles[small] && !naming[small]:
			place := placeWords[before] && !homes[before2]
			name = !place && (!start || titles[before])
		}
		if name {
			words[i] = strings.Replace(word, bare, hidden, 1)
		}
		start = endsSentence(word)
		before, before2 = small, before
	}
	masked = strings.Join(words, " ")
	return masked, masked != text
}

func endsSentence(word string) bool { return strings.ContainsAny(word, ".!?\n") }

func startsUpper(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r)
}

func letters(word string) bool {
	return strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' }) < 0
}
