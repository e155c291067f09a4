package flows

import (
	"strconv"
	"strings"
	"unicode"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// longestKeyword is how much of a text is looked at for keys and keywords, in bytes.
const longestKeyword = 400

// textWords are the words and numbers at the beginning of a text, in plain small letters.
func textWords(body string) []string {
	if len(body) > longestKeyword {
		body = body[:longestKeyword]
	}
	return plainWords(body)
}

// SameWords is what two texts share that say the same: their words in plain small letters. A text
// without words stands for itself.
func SameWords(body string) string {
	if words := plainWords(body); len(words) > 0 {
		return strings.Join(words, " ")
	}
	return body
}

// WantsStop says that an officer's text is nothing but a word for STOP.
func WantsStop(body string) bool {
	words := textWords(body)
	key, ok := keywordOf(words)
	return ok && key.does == keyStop && words[0] != "0"
}

func plainWords(body string) []string {
	text := strings.ToLower(sms.Fold(strings.ToValidUTF8(body, " ")))
	var b strings.Builder
	for _, r := range text {
		switch d := digit(r); {
		case d >= 0:
			b.WriteByte(byte('0' + d))
		case unicode.IsLetter(r):
			b.WriteRune(r)
		case r != '\'':
			b.WriteByte(' ')
		}
	}
	return strings.Fields(b.String())
}

// keyDoes is what a word that stands alone in a text asks for.
type keyDoes string

const (
	keyNumbers keyDoes = "numbers" // R8
	keyStop    keyDoes = "stop"    // R6, then silence
	keyStart   keyDoes = "start"
	keyMenu    keyDoes = "menu" // how to dial
)

type keyword struct {
	does keyDoes
	lang ripoti.Lang // "" where the word is of both languages
}

// keywords are what stands alone in a text, as thumbs type it.
var keywords = keywordTable([]struct {
	keyword
	phrases string // parted by commas
}{
	{keyword{keyNumbers, ripoti.English}, "help,hlp,halp,helpp,hep,helf,heip,info,number,numbers,nambers,numers,free numbers,help numbers,help number"},
	{keyword{keyNumbers, ripoti.Swahili}, "msaada,msada,masaada,msaaada,usaidizi,usaidisi,saidia,nambari,namba,nambali,nambari za bure,nambari za msaada,namba za msaada"},
	{keyword{keyStop, ""}, "0,stop,stopp,stp,sto,stoop,stpo,sotp,tsop,sstop,stob,stap,sitop,stopu,stop all,stopall,stop sms,unsubscribe,quit"},
	{keyword{keyStop, ripoti.English}, "stop it,stop messages,stop texting,stop texting me,stop sending,stop messaging,no more messages,do not text me,dont text me"},
	{keyword{keyStop, ripoti.Swahili}, "simama,simamisha,acha,wacha,achana,acheni,komesha,koma,simameni,acha sms,simamisha sms,acha kutuma,acha kunitumia,wacha kutuma,wacha kunitumia,acheni kutuma,acheni kunitumia,usinitumie,msinitumie,msitume,usitume"},
	{keyword{keyStart, ripoti.English}, "start,unstop,strat,begin"},
	{keyword{keyStart, ripoti.Swahili}, "anza,endelea,anzisha,anza tena"},
	{keyword{keyMenu, ripoti.English}, "menu,manu,menue"},
	{keyword{keyMenu, ripoti.Swahili}, "menyu,meniu"},
})

func keywordTable(rows []struct {
	keyword
	phrases string
}) map[string]keyword {
	table := map[string]keyword{}
	for _, row := range rows {
		for _, phrase := range strings.Split(row.phrases, ",") {
			table[phrase] = row.keyword
		}
	}
	return table
}

// keywordOf reads a text that is nothing but a keyword, said once or several times: "STOP stop!". A
// text that says more is a report.
func keywordOf(words []string) (keyword, bool) {
	if len(words) == 0 || len(words) > 8 {
		return keyword{}, false
	}
	if key, ok := keywords[strings.Join(words, " ")]; ok {
		return key, true
	}
	if key, ok := keywords[strings.Join(withoutFrames(words), " ")]; ok && key.does == keyStop {
		return key, true
	}
	for _, w := range words[1:] {
		if w != words[0] {
			return keyword{}, false
		}
	}
	key, ok := keywords[words[0]]
	return key, ok
}

// stopFrames may stand around a word for STOP, and say nothing more: "please stop now", "acheni kunitumia meseji".
var stopFrames = wordSet("please plz pls tafadhali naomba basi sasa now tu jamani thanks asante me us mimi all sms msg message messages texts ujumbe meseji jumbe hii hizi to this these")

func withoutFrames(words []string) (left []string) {
	for _, w := range words {
		if !stopFrames[w] {
			left = append(left, w)
		}
	}
	return left
}

// newReports are the words that begin another report.
var newReports = []struct {
	words string
	lang  ripoti.Lang
}{
	{"new report", ripoti.English}, {"another report", ripoti.English}, {"new repot", ripoti.English},
	{"ripoti mpya", ripoti.Swahili}, {"report mpya", ripoti.Swahili}, {"ripoti nyingine", ripoti.Swahili}, {"ripoti ingine", ripoti.Swahili},
	{"ripot mpya", ripoti.Swahili}, {"new ripoti", ripoti.Swahili},
}

// newReport reads a text that begins with the wish for another report, and gives what follows.
func newReport(body string) (rest string, lang ripoti.Lang, ok bool) {
	words := textWords(body)
	if len(words) < 2 {
		return "", "", false
	}
	for _, n := range newReports {
		if words[0]+" "+words[1] != n.words {
			continue
		}
		rest := body
		for range 2 {
			rest = strings.TrimLeftFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && digit(r) < 0 })
			rest = strings.TrimLeftFunc(rest, func(r rune) bool { return unicode.IsLetter(r) || digit(r) >= 0 })
		}
		return strings.TrimLeft(rest, " \t\r\n.,:;-!"), n.lang, true
	}
	return "", "", false
}

// says is a yes or a no.
type says string

const (
	saysYes says = "yes"
	saysNo  says = "no"
)

// Words of short answers.
var (
	yesTexts = map[ripoti.Lang]map[string]bool{
		ripoti.English: wordSet("yes y yeah yea yap yep yess yes1 ok okay okey sure agree fine"),
		ripoti.Swahili: wordSet("ndio ndiyo ndyo ndo ndioo ndivyo naam eeh ehe ee sawa sawasawa swa nakubali poa"),
	}
	noTexts = map[ripoti.Lang]map[string]bool{
		ripoti.English: wordSet("no nope nah never dont not none"),
		ripoti.Swahili: wordSet("hapana hapan apana la sitaki sikubali siyo sio hakuna usitume"),
	}
	// nowTexts answer whether it is urgent; around them may stand what frames an answer.
	nowTexts    = wordSet("sasa hivi sahi saa sasahivi now urgent haraka dharura immediately right")
	framesTexts = wordSet("1 2 please tafadhali sana tu asante thanks thank you it is kabisa mnaweza can me jibu reply si bado of these hizi any tuma nitumie unaweza text sms sir madam at the moment")
)

// said is a short answer: yes, no or neither.
type said struct {
	says  says
	lang  ripoti.Lang // of the word that said it, "" for a key
	plain bool        // nothing else was said
	lone  bool        // it is short enough to tell the person's language
}

const (
	// mostAround is how many words may stand around a yes in words. A key or a no must stand alone: "no
	// one helps me" and "1 girl was hurt" are stories.
	mostAround = 12
	// mostLone is how many words an answer may have to tell the person's language, or that it is urgent.
	mostLone = 6
)

// saidIn reads "1", "1.", "ndio sasa hivi", "yes now", "2 hapana".
func saidIn(words []string) (s said) {
	if len(words) == 0 {
		return s
	}
	var key bool
	switch words[0] {
	case "1", "01", "1ndio", "1yes":
		s.says, key = saysYes, true
	case "2", "02", "2no", "2hapana":
		s.says, key = saysNo, true
	}
	around := 0
	for i, w := range words {
		lang, says := sayOf(w)
		if i == 0 && !key {
			s.says = says
		}
		if says != "" && s.lang == "" {
			s.lang = lang
		}
		if says == "" && !framesTexts[w] && !nowTexts[w] && !(i == 0 && key) {
			around++
		}
	}
	s.plain, s.lone = around == 0, len(words) <= mostLone
	if around > 0 && (key || s.says == saysNo) || around > mostAround {
		s.says = ""
	}
	return s
}

func sayOf(word string) (ripoti.Lang, says) {
	for _, lang := range ripoti.Langs {
		switch {
		case yesTexts[lang][word]:
			return lang, saysYes
		case noTexts[lang][word]:
			return lang, saysNo
		}
	}
	return "", ""
}

// urgentIn reads the answer to "is it urgent right now": a yes, a no, or a word for now.
func urgentIn(words []string, s said) says {
	if s.says != "" {
		return s.says
	}
	if len(words) > mostLone || !hasAny(words, nowTexts) {
		return ""
	}
	for _, w := range words {
		if _, says := sayOf(w); says == saysNo || w == "si" || w == "bado" {
			return saysNo
		}
	}
	return saysYes
}

// picked is the number of a choice, 0 for none.
func picked(words []string) int {
	if len(words) == 0 || len(words) > 3 {
		return 0
	}
	n, err := strconv.Atoi(words[0])
	if err != nil || n < 0 || n > 9 {
		return 0
	}
	return n
}

// isStoryWord says that a word is neither number nor part of an answer to an alert.
func isStoryWord(w string) bool {
	if _, says := sayOf(w); says != "" {
		return false
	}
	_, err := strconv.Atoi(w)
	return err != nil && !frameWords[w] && !yesWords[w] && !noWords[w] && !cannotWords[w]
}

// automaticPhrases stand in texts that no person wrote: whoever sent them reads no answer.
var automaticPhrases = []string{
	"this is an automated", "this is an automatic", "auto reply", "autoreply", "automatic reply", "automated message", "automated response",
	"do not reply to this", "please do not reply", "usijibu ujumbe huu", "usijibu sms hii", "ujumbe huu umetumwa kiotomatiki", "ujibu wa kiotomatiki",
	"out of office", "out of the office", "i am driving", "im driving right now", "cant talk right now", "can t talk right now", "i will call you back",
	"delivery report", "message delivered", "message not delivered", "delivery failed", "failed to deliver", "undeliverable",
	"your message has been received and", "tuma neno stop", "text stop to", "reply stop to", "to opt out", "to unsubscribe",
	"umepokea ksh", "you have received ksh", "confirmed ksh", "mpesa balance", "m pesa balance", "airtime balance", "salio lako",
	"is your otp", "verification code is",
}

// automatic says that a text looks like a machine's.
func automatic(body string) bool {
	text := strings.Join(textWords(body), " ")
	for _, phrase := range automaticPhrases {
		if strings.Contains(text, phrase) {
			return true
		}
	}
	return false
}

// silencePhrases say that an answer would endanger the sender: then there is none (domain brief 3.6, 3.8).
var silencePhrases = []string{
	"dont reply", "do not reply", "dont text", "do not text", "dont call", "do not call", "dont send", "do not send", "dont answer", "no reply please",
	"reads my phone", "reads my messages", "reads my sms", "checks my phone", "has my phone", "takes my phone", "not my phone", "his phone", "using his phone",
	"usijibu", "msijibu", "usinijibu", "msinijibu", "usinitumie", "msinitumie", "usinipigie", "msinipigie", "usipige", "msipige",
	"anasoma simu", "anasoma sms", "anasoma meseji", "anaangalia simu", "anashika simu", "anachukua simu", "anakagua simu", "simu yake", "si simu yangu", "sio simu yangu",
}

// homePhrases name somebody who may live with the sender and hold the phone.
var homePhrases = []string{
	"my husband", "my wife", "my father", "my dad", "my stepfather", "my step father", "my stepdad", "my step dad", "my stepmother", "my step mother", "my mother",
	"my uncle", "my aunt", "my aunty", "my brother", "my cousin", "my grandfather", "my guardian", "my boyfriend", "my partner", "my boss", "my employer", "my in law",
	"mume wangu", "bwana yangu", "bwanangu", "mzee wangu", "mke wangu", "bibi yangu", "baba yangu", "babangu", "baba angu", "mama yangu", "mamangu",
	"mjomba wangu", "mjombangu", "shangazi yangu", "ndugu yangu", "kaka yangu", "binamu yangu", "babu yangu", "mpenzi wangu", "boyfriend wangu", "mlezi wangu",
	"ananinajisi", "ananibaka", "ananilazimisha", "ananipiga", "ananichapa", "ananitesa", "wananipiga", "wananitesa", "ananishika",
}

// atHome says that whoever does the harm may live with the sender.
func atHome(body string) bool { return saysAny(body, homePhrases) }

// wantsSilence says that a text asks not to be answered, or that another reads the phone.
func wantsSilence(body string) bool { return saysAny(body, silencePhrases) }

// Hushed says that another may read what is answered to a text.
func Hushed(body string) bool { return wantsSilence(body) || atHome(body) }

// saysAny looks for phrases of whole words.
func saysAny(body string, phrases []string) bool {
	text := " " + strings.Join(plainWords(body), " ") + " "
	for _, phrase := range phrases {
		if strings.Contains(text, " "+phrase+" ") {
			return true
		}
	}
	return false
}
