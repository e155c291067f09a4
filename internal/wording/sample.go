package wording

import (
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/locales"
)

// samples are what stands in the place of open words where a sentence is only looked at. All of it is
// invented.
var samples = map[string][2]string{ // English, Swahili
	"code": {"4829172", "4829172"}, "place": {"Bura, Tana River", "Bura, Tana River"}, "Place": {"Bura", "Bura"}, "county": {"Kilifi", "Kilifi"},
	"matches": {"1 Bura, Garissa\n2 Bura, Tana River", "1 Bura, Garissa\n2 Bura, Tana River"}, "stands": {"Someone has taken it up.", "Kuna anayeishughulikia."},
	"keys": {"1-6", "1-6"}, "level": {" HIGH", " HARAKA"}, "n": {"4", "4"}, "critical": {"1", "1"}, "time": {"06:30", "06:30"}, "office": {"Sample station", "Kituo cha mfano"},
	"what": {"child hurt", "mtoto kuteswa"}, "What": {"Child hurt", "Mtoto kuteswa"}, "about": {"child hurt", "mtoto kuteswa"}, "About": {"Child hurt", "Mtoto kuteswa"},
	"yes": {"reply 1 4829172", "jibu 1 4829172"}, "Reply": {"Reply", "Jibu"}, "reply": {"reply", "jibu"}, "elapsed": {"20 min", "dakika 20"}, "within": {"1 hr", "saa 1"},
	"Accept": {"Accept in 1 hr", "Kubali ndani ya saa 1"}, "day": {"30", "30"}, "at": {"today 18:00", "leo 18:00"}, "in": {"2 hrs", "saa 2"}, "to": {"OCS", "OCS"},
	"number": {"21000", "21000"}, "person": {"child", "mtoto"}, "need": {"hospital care", "huduma ya hospitali"}, "outcome": {"convicted", "amehukumiwa"},
	"from": {"1", "1"}, "of": {"8", "8"}, "who": {"One coordinator", "Mratibu mmoja"}, "name": {"Sample", "Mfano"}, "typed": {"56", "56"}, "phone": {"0700 000 000", "0700 000 000"},
	"hours": {"Call 06:00-12:00 only.", "Piga 06:00-12:00 tu."}, "kind": {"day 1", "siku 1"}, "codes": {"4829172, 5501239", "4829172, 5501239"}, "one_time": {"482917", "482917"},
	"figures": {"new 4 (1 critical)", "mpya 4 (dharura 1)"}, "told": {"OCS", "OCS"}, "duty": {"yes", "ndiyo"}, "moved": {"hospital", "hospitali"}, "side": {"the officer", "afisa"},
	"how": {"", ""}, "note": {"", ""}, "cannot": {"", ""}, "next": {"", ""}, "ask": {"", ""}, "vehicle": {"", ""},
}

// Look is a sentence as it stands on a phone, with invented words in it.
func Look(words *locales.Catalogue, lang ripoti.Lang, key string) string {
	at := 0
	if lang == ripoti.Swahili {
		at = 1
	}
	var pairs []string
	for _, word := range words.Words(lang, key) {
		value, known := samples[word]
		if !known {
			value[at] = "(" + word + ")"
		}
		pairs = append(pairs, word, value[at])
	}
	return sms.Fold(words.Text(lang, key, pairs...))
}

// Tried is a catalogue in which one sentence is said otherwise; a text that cannot be read is an error.
func (r *Room) Tried(lang ripoti.Lang, key, text string) (*locales.Catalogue, error) {
	return r.Words.With(locales.Edition{Texts: locales.Texts{lang: {key: text}}})
}
