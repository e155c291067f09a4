package triage

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

func TestTraps(t *testing.T) {
	r := reader(t)
	calm := map[string][]string{
		"remained is not raped":            {"chakula kimebaki", "mtoto amebaki nyumbani", "nimebaki peke yangu ofisini", "watoto wamebaki shuleni"},
		"a call or a picture is no blow":   {"nipigie simu kesho", "amepiga picha ya mtoto", "watu wanapiga kura", "mtoto anapigwa picha"},
		"to fetch water is no abduction":   {"wasichana wanateka maji mtoni"},
		"circumcision of boys is lawful":   {"wavulana watatahiriwa mwezi ujao", "the boys were circumcised in august", "tohara ya vijana ni december"},
		"a grown woman may marry":          {"dada yangu ameolewa akiwa na miaka 27", "my sister of 30 got married"},
		"to print or to work is no blow":   {"tunachapa vitabu na kadi", "amechapa kazi sana leo"},
		"a ball may be a ball":             {"watoto wanacheza ball kwa field"},
		"a lost phone is no lost child":    {"simu yangu imepotea", "i lost my phone yesterday", "simu ya mtoto imepotea"},
		"a sponsor may pay fees":           {"sponsor wa shule amelipa fees za watoto"},
		"nakufa is a figure of speech":     {"nakufa na njaa", "nakufa kwa kicheko", "i am dying of laughter"},
		"a negated harm is none":           {"mtoto hajapigwa", "sijabakwa", "hakupigwa alianguka tu", "she was not beaten"},
		"a subject is no event":            {"what is the meaning of defilement", "ubakaji ni nini", "how can we prevent rape in our school"},
		"police may be thanked":            {"polisi walitusaidia kumpata mtoto tunawashukuru"},
		"words that look like harm":        {"two brothers are looking for work", "kukata nywele ni pesa ngapi", "we are shooting a video for the choir"},
		"greetings and thanks are no harm": {"hello", "asante sana", "habari za asubuhi"},
	}
	for promise, texts := range calm {
		t.Run(promise, func(t *testing.T) {
			for _, text := range texts {
				if got := r.Read(text); got.Category != ripoti.Unclear || got.Urgency.Rank() > ripoti.Medium.Rank() {
					t.Errorf("%q: %s %s %v", text, got.Category, got.Rule, got.Signals)
				}
			}
		})
	}
	for _, c := range []struct {
		promise, text string
		want          ripoti.Category
	}{
		{"screaming is danger, not a blow", "mtoto anapiga nduru kwa jirani sasa hivi", ripoti.ChildAbuse},
		{"a watchman is no policeman", "askari wa geti amemnajisi mtoto", ripoti.SVAC},
		{"a county guard is no policeman", "kanjo wamechukua mboga zangu", ripoti.OtherCrime},
		{"police who help are not accused", "polisi walisaidia kumshika aliyembaka mtoto", ripoti.SVAC},
		{"police who are called are not accused", "tumeni polisi jirani anampiga mke wake", ripoti.DV},
		{"police who beat are", "polisi walimpiga kaka yangu", ripoti.PoliceAbuse},
		{"police who take money are", "ocs ameitisha pesa ya mafuta", ripoti.PoliceAbuse},
		{"police named as who did it before are accused", "mwanamke amebakwa jana usiku\nni polisi wa kituo cha malaba waliofanya hivyo", ripoti.PoliceAbuse},
		{"police named as who did it are accused", "a girl was raped. the police did it", ripoti.PoliceAbuse},
		{"police of whom it is said elsewhere that they did it are accused", "mtoto amebakwa. wale polisi wa malaba ndio walitenda hayo", ripoti.PoliceAbuse},
		{"police who are the ones are accused", "child was raped. police are the ones doing this", ripoti.PoliceAbuse},
		{"it was done by an officer", "a child was beaten. it was done by an officer", ripoti.PoliceAbuse},
		{"a watchman who did it is no policeman", "mtoto alipigwa. askari ndio alifanya", ripoti.ChildAbuse},
		{"police who did not come are not who did it", "mtoto alipigwa, polisi hawakuja", ripoti.ChildAbuse},
		{"who did it and is an officer is accused", "aliyembaka ni afisa wa polisi", ripoti.PoliceAbuse},
		{"a husband of the police is police", "my husband is a police officer and he beats me", ripoti.PoliceAbuse},
		{"what happened in a cell, police answer for", "she was raped in the police cells", ripoti.PoliceAbuse},
		{"who looks for the station accuses nobody", "a girl was defiled, where is the police station", ripoti.SVAC},
		{"who wants police to come accuses nobody", "mtoto amebakwa. nataka polisi waje", ripoti.SVAC},
		{"madam may be a teacher", "madam amemchapa mtoto wa class 2 mpaka akazirai", ripoti.ChildAbuse},
		{"an old man may be a husband", "mzee wangu ananipiga", ripoti.DV},
		{"circumcision of girls is a crime", "tohara ya wasichana inapangwa kijijini", ripoti.FGM},
		{"an adult is told from a child", "mwanamke wa miaka 40 alibakwa", ripoti.SVAdult},
		{"an unknown age counts as a child", "amebakwa jana usiku", ripoti.SVAC},
		{"a partner's violence stays at home even if sexual", "mume wangu ananilazimisha ngono", ripoti.DV},
		{"sex with a child for gain is exploitation", "anauza wasichana wadogo kwa wanaume", ripoti.CSEC},
		{"a pupil with child was abused", "mwanafunzi wa darasa la saba amepachikwa mimba", ripoti.SVAC},
	} {
		t.Run(c.promise, func(t *testing.T) {
			if got := r.Read(c.text); got.Category != c.want {
				t.Errorf("%q: %s, %v", c.text, got.Category, got.Signals)
			}
		})
	}
}

func TestVerbs(t *testing.T) {
	r := reader(t)
	for _, c := range []struct {
		promise string
		texts   string
		signal  string
	}{
		{"every person, tense and object of one stem", "amebakwa alibakwa nimebakwa wamembaka anambaka kubakwa aliyembaka wakimbaka hubakwa akabakwa watambaka nilibakwa tulibakwa mlibakwa", "rape"},
		{"left-out vowels and exchanged letters", "amebkwa amenajsiwa amenajiziwa alibakua amenajisiwa", "rape"},
		{"Sheng before English stems", "alirapiwa wameraped amerapewa kudefailiwa molestiwa anamrape akanirape", "rape"},
		{"blows", "anapigwa ananipiga amenipiga anachapwa ananipga walimpiga nilipigwa ananibeat", "hit"},
		{"borrowed verbs that end in i and u", "amemnajisi alimlawiti", "rape"},
		{"marrying off", "ameozwa ameozeshwa ataozwa anaozwa wanamuoza kuozwa", "married_off"},
		{"cutting", "amekeketwa atakeketwa wanakeketa kukeketwa", "cut"},
		{"not there, in the negative", "hajarudi haonekani hajapatikana", "missing"},
	} {
		t.Run(c.promise, func(t *testing.T) {
			for _, word := range strings.Fields(c.texts) {
				if got := r.Read(word); !hasSignal(got, c.signal) {
					t.Errorf("%q says %v", word, got.Signals)
				}
			}
		})
	}
	t.Run("a negative says no", func(t *testing.T) {
		for _, word := range strings.Fields("hajapigwa sijabakwa hakupigwa hawajabakwa hatujapigwa") {
			if got := r.Read(word); hasSignal(got, "hit") || hasSignal(got, "rape") {
				t.Errorf("%q says %v", word, got.Signals)
			}
		}
	})
	t.Run("the person of the verb tells who is harmed", func(t *testing.T) {
		if got := r.Read("mume wangu ananipiga"); got.Answers.AtRisk != ripoti.AtRiskSelfAdult {
			t.Errorf("ananipiga: %q", got.Answers.AtRisk)
		}
		if got := r.Read("anampiga mke wake"); got.Answers.AtRisk != ripoti.AtRiskOtherAdult {
			t.Errorf("anampiga: %q", got.Answers.AtRisk)
		}
	})
}

func hasSignal(r Reading, name string) bool {
	return slices.ContainsFunc(r.Signals, func(s Signal) bool { return s.Signal == name })
}

func TestAges(t *testing.T) {
	r := reader(t)
	for text, want := range map[string]string{
		"msichana wa miaka kumi na tatu": "child_age", "13yrs": "child_age", "a girl of 9": "child_age", "niko 14": "child_age",
		"she is only 15": "child_age", "nina miaka 17": "child_age", "dem wa 16": "child_age", "aged twelve": "child_age",
		"i am 25": "grown_age", "mwanamke wa miaka arobaini na mbili": "grown_age", "niko 23 yrs": "grown_age", "she is twenty five": "grown_age",
	} {
		t.Run(text, func(t *testing.T) {
			if got := r.Read(text); !hasSignal(got, want) {
				t.Errorf("%v", got.Signals)
			}
		})
	}
	for promise, text := range map[string]string{
		"a span of years is no age":    "three years ago",
		"years of marriage are no age": "miaka tano kwa ndoa",
		"a prison term is no age":      "for 15 years",
		"a count is no age":            "12 cows",
		"money is no age":              "he is asking 17 bob",
	} {
		t.Run(promise, func(t *testing.T) {
			if got := r.Read(text); hasSignal(got, "child_age") || hasSignal(got, "grown_age") {
				t.Errorf("%q: %v", text, got.Signals)
			}
		})
	}
	t.Run("the age of the accused makes no adult of the child", func(t *testing.T) {
		if got := r.Read("a man of 50 raped a girl"); got.Category != ripoti.SVAC {
			t.Errorf("%s %v", got.Category, got.Signals)
		}
	})
}

func TestClock(t *testing.T) {
	r := reader(t)
	for text, want := range map[string]string{
		"saa tatu usiku": "21:00", "saa tatu asubuhi": "09:00", "saa nane mchana": "14:00", "saa nane usiku": "02:00",
		"saa kumi na moja jioni": "17:00", "saa 4 usiku": "22:00", "saa kumi jioni": "16:00", "saa kumi na moja alfajiri": "05:00",
		"saa hii": "", "saa": "", "saa tatu": "",
	} {
		t.Run(text, func(t *testing.T) {
			if got := r.Read(text).Clock; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestUrgency(t *testing.T) {
	r := reader(t)
	for _, c := range []struct{ text, rule string }{
		{"jirani anampiga mtoto sasa hivi", "C1"},
		{"mtoto amepigwa na anavuja damu", "C3"},
		{"nataka kujiua", "C3"},
		{"mtoto amepotea tangu jana", "C4"},
		{"kesho wanamuoza msichana wa miaka 13", "C5"},
		{"baba yake anamnajisi mtoto kila siku", "C6"},
		{"mjomba wangu ananishika nyeti, niko darasa la sita", "C6"},
		{"my uncle touches my private parts, i am 12", "C6"},
		{"my uncle touched my private parts last month, i am 12", "H2"},
		{"mwanamke alibakwa jana", "H1"},
		{"mtoto anapigwa", "H3"},
		{"mume wangu amenidunga kisu", "H4"},
		{"polisi wamempiga kaka yangu", "H6"},
		{"polisi wamenishika bila sababu wanataka elfu tano", "H6"},
		{"stepdad huwa ananiita usiku, niko class six, naogopa kusema", "H7"},
		{"mtoto amelala kwa shangazi, kuna jambo mbaya", "H7"},
		{"mtoto amelala salama", "M6"},
		{"mume wangu ananipiga", "M2"},
		{"polisi wanaitisha hongo", "M3"},
		{"wezi wameiba ng'ombe wangu wiki iliyopita", "L1"},
		{"asante sana", "L2"},
		{"good morning", "L2"},
		{"she goes with him tomorrow morning", "M6"},
		{"naomba mnipigie", "M6"},
	} {
		t.Run(c.rule+" "+c.text, func(t *testing.T) {
			if got := r.Read(c.text); got.Rule != c.rule {
				t.Errorf("%s %s %v %v", got.Category, got.Rule, got.Signs, got.Signals)
			}
		})
	}
	for _, text := range []string{"baba ananitesa, niko std 7", "im in form two and my father does bad things to me", "nasoma darasa la sita, mjomba ananisumbua"} {
		t.Run("who is at school is a child: "+text, func(t *testing.T) {
			if got := r.Read(text); got.Answers.AtRisk != ripoti.AtRiskSelfChild {
				t.Errorf("%s %v", got.Answers.AtRisk, got.Signals)
			}
		})
	}
	t.Run("who is with somebody at school is none", func(t *testing.T) {
		if got := r.Read("niko na mtoto wa class 3, amepigwa"); got.Answers.AtRisk != ripoti.AtRiskOtherChild {
			t.Errorf("%s %v", got.Answers.AtRisk, got.Signals)
		}
	})
	t.Run("a settlement is a sign", func(t *testing.T) {
		got := r.Read("mtoto amenajisiwa na wazee wanataka kusuluhisha nyumbani")
		if !slices.Contains(got.Signs, routing.SignSettlement) {
			t.Errorf("%v", got.Signs)
		}
	})
	t.Run("an accused policeman is behind the wall", func(t *testing.T) {
		got := r.Read("msichana alibakwa na polisi")
		if !got.Answers.PoliceAccused() || got.Second != ripoti.SVAC {
			t.Errorf("%+v", got.Answers)
		}
	})
	t.Run("an accused children's officer is named by the kind of office", func(t *testing.T) {
		got := r.Read("the children officer is asking for a bribe to help my child")
		if !slices.Contains(got.Accused, ripoti.ChildrenOffice) {
			t.Errorf("%v %v", got.Accused, got.Signals)
		}
	})
}

// A weapon in hand, with the one at risk in reach, is critical whatever the harm (domain brief 4.2, C2).
func TestWeapon(t *testing.T) {
	r := reader(t)
	for _, c := range []struct {
		promise  string
		critical bool
		texts    []string
	}{
		{"a weapon in hand and with her", true, []string{
			"ana kisu, yuko naye sasa, alimbaka mtoto",
			"he has a panga and is with her, he raped the child",
			"aliyembaka mtoto ana kisu, yuko naye sasa",
			"mbakaji ako na panga na mtoto",
			"he raped the girl, he is in the house with her and has an axe",
			"alirape mtoi na ako na bunde, wako naye kwa nyumba",
			"he raped my girl last month, he is with her in the room and has a knife",
		}},
		{"a weapon in hand, as it is told", true, []string{
			"alimnajisi mtoto, ameshika kisu",
			"uncle ameshikilia kisu, amembaka mtoto",
			"he is armed with a gun and he raped the girl",
			"the man who defiled the girl is holding a knife",
			"wanaume walimbaka msichana wana bisu na mapanga",
			"jamaa amebeba rungu, alimpiga mtoto",
			"hubby ako na kisu na anataka kunipiga",
			"mume wangu ana panga anataka kuniua",
		}},
		{"a weapon said and he is near", true, []string{
			"he threatened her with a knife, he raped her and he is outside our house",
			"alimbaka na kisu na bado yuko hapa",
		}},
		{"a weapon of the past or one kept at home", false, []string{
			"he raped my girl last month, he had a knife",
			"alimbaka mtoto kwa kisu mwezi uliopita na akatoroka",
			"he beats me every day and he has a gun",
			"he is arrested but he had a knife, he raped my girl",
			"thugs had a gun and robbed us yesterday",
			"jirani ana bunduki, alimbaka mtoto mwaka jana",
		}},
		{"a weapon without a harm", false, []string{
			"baba ana panga anakata kuni",
			"my father has a panga for the farm",
			"fundi ana shoka na msumeno",
		}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			for _, text := range c.texts {
				got := r.Read(text)
				if c.critical && got.Rule != "C1" && got.Rule != "C2" || !c.critical && got.Urgency == ripoti.Critical {
					t.Errorf("%q: %s, weapon %q, suspect %q, %v", text, got.Rule, got.Answers.Weapon, got.Answers.Suspect, got.Signals)
				}
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	r, g := reader(t), places(t)
	for _, c := range []struct{ promise, text, want string }{
		{"a cue before the name", "kuna mtoto anachapwa sana huku nyalenda, saidieni", "area-042-nyalenda"},
		{"a name at the end", "mtoto amebakwa busia", "town-busia"},
		{"a misspelt name behind a cue", "mtoto anapigwa hapa kawangwre", "ward-1372"},
		{"where it happened, not where they came from", "walitoka nairobi kwenda mombasa mtoto akabakwa hapo voi", "town-voi"},
		{"no name", "mtoto anapigwa na jirani kila siku", ""},
		{"where somebody was lost from", "a child of 5 is missing since yesterday from Kawangware", "ward-1372"},
		{"only where somebody came from", "tulitoka kisumu jana mtoto akapigwa njiani", ""},
	} {
		t.Run(c.promise, func(t *testing.T) {
			found, words := r.Read(c.text).Place(g)
			id := ""
			if found.Decision != gazetteer.None {
				id = found.Matches[0].Place.ID
			}
			if id != c.want {
				t.Errorf("%q: %q from %q", c.text, id, words)
			}
		})
	}
}

func TestExplains(t *testing.T) {
	text := "Ndugu, mtoto anapigwa sana 😢 hapa Kibera"
	for _, s := range reader(t).Read(text).Signals {
		if text[s.Start:s.End] != s.Words {
			t.Errorf("%q stands at %d, is %q", s.Words, s.Start, text[s.Start:s.End])
		}
	}
}

func TestAnyBytes(t *testing.T) {
	r, g := reader(t), places(t)
	for name, text := range map[string]string{
		"nothing": "", "spaces": "   \n\t", "NUL": "mtoto\x00amepigwa\x00", "emoji": "😢🙏🏿😢", "Arabic": "مرحبا كيف حالك",
		"broken UTF-8": "mtoto \xff\xfe\xc3( amepigwa", "ten thousand characters": strings.Repeat("mtoto anapigwa ", 667),
		"one long word": strings.Repeat("a", 10000), "digits": strings.Repeat("9", 400), "marks": strings.Repeat("!?.", 3000),
	} {
		t.Run(name, func(t *testing.T) {
			got := r.Read(text)
			got.Place(g)
			if got.Category == "" || got.Urgency.Rank() < 0 || got.Rule == "" {
				t.Errorf("%+v", got)
			}
		})
	}
	t.Run("what holds no known word is not readable", func(t *testing.T) {
		for _, text := range []string{"", "مرحبا كيف حالك", "😢", "xyzzy qwfp"} {
			if r.Read(text).Readable {
				t.Errorf("%q", text)
			}
		}
	})
	t.Run("a text in parts of NUL is read", func(t *testing.T) {
		if got := r.Read("mtoto\x00amepigwa"); got.Category != ripoti.ChildAbuse {
			t.Errorf("%s", got.Category)
		}
	})
}

// A text of ten SMS is read whole; of a longer one the beginning and the end.
func TestLongTexts(t *testing.T) {
	r := reader(t)
	calm := func(n int) string { return strings.Repeat("habari ya leo rafiki ", n/21+1)[:n] }
	const harm = " mtoto amebakwa na jirani "
	for name, text := range map[string]string{
		"in the middle of ten SMS":      calm(790) + harm + calm(790),
		"at the beginning of 10,000":    harm + calm(10000),
		"at the end of 10,000":          calm(10000) + harm,
		"after much that is no letter":  strings.Repeat("😢", 2000) + harm,
		"before much without any space": harm + strings.Repeat("ض", 5000),
	} {
		t.Run("a harm is read "+name, func(t *testing.T) {
			got := r.Read(text)
			if got.Category != ripoti.SVAC {
				t.Errorf("%s", got.Category)
			}
			for _, s := range got.Signals {
				if text[s.Start:s.End] != s.Words || len(s.Words) > len(harm) {
					t.Errorf("%+v", s)
				}
			}
		})
	}
	t.Run("words on both sides of what is left out make no phrase", func(t *testing.T) {
		text := calm(readFirst-6) + " mtoto " + strings.Repeat("x ", 4000) + " alipigwa " + calm(readLast-10)
		for _, s := range r.Read(text).Signals {
			if s.End-s.Start > 40 {
				t.Errorf("%+v", s)
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	r, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	g := places(f)
	for _, text := range []string{"kuna mtoto anachapwa sana huku nyalenda", "miaka kumi na", "saa", "saa kumi na", "13yrs \xff", "not not na na kwa kwa 1 2 3",
		"polisi na chifu walimpiga na", "beaten by by the police and", "ana kisu yuko naye sasa 😢🙏🏿", "مرحبا كيف حالك polisi", "mtoto\x00amepigwa\x00na\x00polisi",
		"\xff\xfe\xc3( amepigwa", strings.Repeat("polisi alimpiga na ", 550), strings.Repeat("ض", 5000), strings.Repeat("\xc3", 10000)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := r.Read(text)
		got.Place(g)
		for _, s := range got.Signals {
			if s.Start < 0 || s.End > len(text) || s.Start >= s.End || text[s.Start:s.End] != s.Words {
				t.Errorf("%+v", s)
			}
		}
		if utf8.ValidString(text) && got.Rule == "" {
			t.Error("no rule")
		}
	})
}

func TestTuned(t *testing.T) {
	s := Assess(reader(t), places(t), readTexts(t, "testdata/tuned.tsv"))
	if s.Category.Percent() < 93 || s.Urgent.Percent() < 96 || s.Calm.Percent() < 95 {
		t.Errorf("category %s, urgent %s, calm %s", s.Category, s.Urgent, s.Calm)
	}
}

// TestFresh guards what texts that nothing was tuned for are read as. The figures are low, and true (docs/triage.md).
func TestFresh(t *testing.T) {
	s := Assess(reader(t), places(t), readTexts(t, "testdata/fresh.tsv"))
	if s.Category.Percent() < 70 || s.Urgent.Percent() < 85 || s.Calm.Percent() < 95 {
		t.Errorf("category %s, urgent %s, calm %s", s.Category, s.Urgent, s.Calm)
	}
}

func BenchmarkRead(b *testing.B) {
	r := reader(b)
	tune, judge := labelled(b)
	texts := slices.Concat(tune, judge)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Read(texts[i%len(texts)].Text)
	}
}

func BenchmarkReadLongest(b *testing.B) {
	r := reader(b)
	var all strings.Builder
	tune, _ := labelled(b)
	for _, l := range tune {
		all.WriteString(l.Text + ". ")
	}
	text := all.String()[:10000]
	b.ReportAllocs()
	for b.Loop() {
		r.Read(text)
	}
}
