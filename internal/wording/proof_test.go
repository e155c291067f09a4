package wording

import (
	"strings"
	"testing"

	"ripoti/internal/ripoti"
	"ripoti/locales"
)

func catalogue(t *testing.T) *locales.Catalogue {
	t.Helper()
	lines, err := locales.Helplines("")
	if err != nil {
		t.Fatal(err)
	}
	words, err := locales.Load(locales.Fixed("*483#", "*484#", lines))
	if err != nil {
		t.Fatal(err)
	}
	return words
}

func TestEverySentenceThatIsBuiltInKeepsTheRules(t *testing.T) {
	words := catalogue(t)
	all := locales.Edition{Texts: locales.Texts{}}
	for _, lang := range ripoti.Langs {
		all.Texts[lang] = map[string]string{}
		for _, key := range words.Keys(lang) {
			all.Texts[lang][key] = words.Written(lang, key)
		}
	}
	p, err := NewProof(words, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range p.Problems(all) {
		t.Errorf("%+v: %s", problem, words.Written(problem.Lang, problem.Key))
	}
}

func TestWhatASentenceMustKeep(t *testing.T) {
	words := catalogue(t)
	for _, c := range []struct {
		name, key, text, want string
	}{
		{"other words", "report.menu", "What do you need?\n1 Danger now\n2 Tell us about a problem\n3 Follow up\n4 Free help numbers\n5 How to stay safe\n0 Exit", ""},
		{"nothing", "report.menu", " \n", "wording.empty"},
		{"an open word lost", "report.end_more", "1 {place}", "wording.words"},
		{"the report's number lost", "text.how", "How are things? Reply 1 better, 2 same, 3 worse. Reply 0 to stop messages.", "wording.words"},
		{"a curly quote", "text.stopped", "OK. You won’t get messages from us.", "wording.letter"},
		{"a line of a menu lost", "report.harmful", "Which one?\n1 Child marriage\n2 FGM\n9 Back", "wording.lines"},
		{"lines of a menu changed", "report.harmful", "Which one?\n2 Child marriage\n1 FGM\n3 Both\n9 Back", "wording.lines"},
		{"hours changed", "report.end_hospital", "Received: {code}. Go to hospital now, within 96 hours. Do not wash. Help: {violence}", "wording.numbers"},
		{"a screen that is too long", "report.where", strings.Repeat("Where is it? ", 13) + "\n9 Back", "wording.long"},
		{"a message that is too long", "text.new", strings.Repeat("Please write. ", 12), "wording.long"},
		{"a message longer than the built-in one, and short enough", "text.stopped", "OK. You will get no more messages from us. Dial when you wish.", ""},
		{"a part longer than the built-in one", "sms.level.high", "HIGHEST", "wording.long"},
		{"the harm on a reporter's phone", "text.new", "Write what the new rape is.", "wording.improper"},
		{"a word that shames", "parade.7", "A malaya is a child to protect, never a suspect.", "wording.improper"},
		{"one language alone, before one is chosen", "report.exit", "Thank you. Asante.", "wording.same"},
	} {
		e := locales.Edition{Texts: locales.Texts{ripoti.English: {c.key: c.text}}}
		p, err := NewProof(words, e)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, problem := range p.Problems(e) {
			got = append(got, problem.Say)
		}
		if c.want == "" && len(got) > 0 || c.want != "" && !strings.Contains(strings.Join(got, " "), c.want) {
			t.Errorf("%s: %v, not %s", c.name, got, c.want)
		}
	}
	if _, err := NewProof(words, locales.Edition{Texts: locales.Texts{ripoti.English: {"report.menu": "{code"}}}); ripoti.KeyOf(err) != "wording.brace" {
		t.Errorf("an open brace: %v", err)
	}
}

func TestAHelpNumberFitsEverySentenceThatTellsIt(t *testing.T) {
	words := catalogue(t)
	for number, want := range map[string]string{"117": "", "12": "wording.digits", "call me": "wording.digits", "080012345678": "wording.number_long"} {
		e := locales.Edition{Numbers: map[string]string{"children": number}}
		p, err := NewProof(words, e)
		if err != nil {
			t.Fatal(err)
		}
		problems := p.Problems(e)
		if (want == "") != (len(problems) == 0) || want != "" && problems[0].Say != want {
			t.Errorf("%s: %v", number, problems)
		}
	}
}
