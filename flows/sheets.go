package flows

import (
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// Sheet is one screen as a proof-reader sees it: in one language, with the longest words it may be
// filled with, and how much of the 160 units it takes.
type Sheet struct {
	Screen string      `json:"screen"` // its number in the domain brief, "S5b"
	Key    string      `json:"key"`    // of its sentence in the catalogues
	Lang   ripoti.Lang `json:"lang"`
	Units  int         `json:"units"`
	Text   string      `json:"text"`
}

// Sheets are all screens in every language, in the order of the domain brief.
func (b *Book) Sheets() []Sheet {
	var all []Sheet
	add := func(screen, key string, lang ripoti.Lang, text string) {
		units, _ := sms.Units(text)
		all = append(all, Sheet{Screen: screen, Key: key, Lang: lang, Units: units, Text: text})
	}
	for step := range steps {
		var keys []string
		for w := range wordings {
			key := screens[step].sentence(w)
			if w > unsent && key == screens[step].sentence(w-1) {
				continue
			}
			keys = append(keys, key)
		}
		if step == ReadBack {
			keys = append(keys, "report.read_county")
		}
		for _, key := range keys {
			for _, lang := range ripoti.Langs {
				add(step.String(), key, lang, b.specimen(step, key, lang))
			}
		}
	}
	for _, key := range []string{"report.unsaved", "report.unsaved_answer", "report.follow_unsaved"} {
		for _, lang := range ripoti.Langs {
			add("P6", key, lang, b.cat.Text(lang, key, "code", widest.Spaced()))
		}
	}
	return all
}

// widest is a report's number of the greatest length.
const widest = ripoti.Code("987654328")

// specimen is a screen filled with long words.
func (b *Book) specimen(step Step, key string, lang ripoti.Lang) string {
	long := ripoti.PlaceRef{Name: "Cherang'any/Chebororwa Kaskazini", County: "Elgeyo-Marakwet"}
	if step == Which {
		return b.which(State{Step: Which, Offer: []ripoti.PlaceRef{long, long, long, long}}, lang, false)
	}
	text := b.cat.Text(lang, key, "code", widest.Spaced(), "place", b.label(lang, long, nameCut), "county", long.County, "stands", b.cat.Text(lang, "report.stands.taken"))
	for _, l := range endings[:len(endings)-1] { // behind these another may wait
		if l.step == step {
			text += "\n" + b.cat.Text(lang, "report.end_more")
		}
	}
	return text
}
