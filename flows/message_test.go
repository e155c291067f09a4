package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/sms"
	"ripoti/locales"
)

// openWords reads the sentences for a house with these codes; "" is no staff line.
func openWords(t testing.TB, code, staff string) *locales.Catalogue {
	t.Helper()
	lines, err := locales.Helplines("")
	if err != nil {
		t.Fatal(err)
	}
	cat, err := locales.Load(locales.Fixed(code, staff, lines))
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func newWriter(t testing.TB) (*Writer, *locales.Catalogue) {
	t.Helper()
	cat := openWords(t, "*483#", "")
	return NewWriter(cat), cat
}

var (
	replies  = sms.Way{TwoWay: true}
	texts    = sms.Way{ReplyTo: "210945"} // the longest short code that the configuration takes
	neither  = sms.Way{}
	testWays = []sms.Way{replies, texts, neither}
)

// The longest names of the gazetteer, one that Unicode writes otherwise, and none.
var longPlaces = [][2]string{
	{"Woodley/Kenyatta Golf Course", "Nairobi"}, {"Shinoyi-Shikomari-Esumeyia", "Elgeyo-Marakwet"}, {"Cherang’any/Chebororwa", "Tharaka-Nithi"}, {"", ""},
}

var wishes = []ripoti.Wish{"", ripoti.WishAny, ripoti.WishMorning, ripoti.WishEvening, ripoti.WishSMS, ripoti.WishNone}

// longestNumber is a code of nine digits.
const longestNumber = ripoti.Code("482917212")

// waysOf are the way with the longest words, and the other two in turn.
func waysOf(turn int) []sms.Way { return []sms.Way{texts, []sms.Way{replies, neither}[turn%2]} }

// within is what a level leaves time for (domain brief 5).
var within = map[ripoti.Urgency]time.Duration{ripoti.Critical: 10 * time.Minute, ripoti.High: time.Hour, ripoti.Medium: 8 * time.Hour, ripoti.Low: 24 * time.Hour}

// everyFact calls f for every combination of facts that a message of the ladder is written from. Of
// that person, of weapons and of what can wait it takes none, a short word and the longest; all of
// them are in TestEveryWordFits. Where a message does not tell of the first two, whole is false. Under the
// race detector it is every fifth combination.
func everyFact(whole bool, f func(Facts)) {
	n := 0
	suspects, weapons := []ripoti.Suspect{""}, []ripoti.Weapon{""}
	if whole {
		suspects = append(suspects, ripoti.SuspectWith, ripoti.SuspectArrested)
		weapons = append(weapons, ripoti.WeaponGun, ripoti.WeaponBlade)
	}
	for _, category := range ripoti.Categories {
		for _, detail := range detailsOf(category) {
			for _, urgency := range []ripoti.Urgency{ripoti.Critical, ripoti.High, ripoti.Low} {
				for bits := range 16 {
					for _, suspect := range suspects {
						for _, weapon := range weapons {
							if n++; n%oneIn == 0 {
								f(facts(category, detail, urgency, bits, suspect, weapon))
							}
						}
					}
				}
			}
		}
	}
}

func facts(category ripoti.Category, detail ripoti.Detail, urgency ripoti.Urgency, bits int, suspect ripoti.Suspect, weapon ripoti.Weapon) Facts {
	return Facts{Code: longestNumber, Category: category, Detail: detail, Urgency: urgency, Suspect: suspect, Weapon: weapon,
		Child: bits&1 > 0, Several: bits&2 > 0, Within72: bits&4 > 0, Police: bits&8 > 0, Walled: bits&8 > 0,
		Accept: within[urgency], Elapsed: 45 * time.Minute, NextIn: 10 * time.Minute}
}

func TestEveryWordFits(t *testing.T) {
	w, _ := newWriter(t)
	n := 0
	for _, suspect := range []ripoti.Suspect{"", ripoti.SuspectWith, ripoti.SuspectNear, ripoti.SuspectFled, ripoti.SuspectArrested, ripoti.SuspectUnsure} {
		for _, weapon := range []ripoti.Weapon{"", ripoti.WeaponGun, ripoti.WeaponBlade, ripoti.WeaponOther, ripoti.WeaponNone, ripoti.WeaponUnsure} {
			for _, urgency := range ripoti.Urgencies {
				for bits := range 16 {
					for _, lang := range ripoti.Langs {
						for _, way := range testWays {
							if n++; n%oneIn != 0 {
								continue
							}
							f := facts(ripoti.ChildMarriage, ripoti.HarmfulBoth, urgency, bits, suspect, weapon)
							f.Way, f.Place, f.County = way, longPlaces[0][0], longPlaces[0][1]
							check(t, w, SayAlert, lang, f)
							check(t, w, SayLiaison, lang, f)
						}
					}
				}
			}
		}
	}
}

// detailsOf are the details that a category can have.
func detailsOf(c ripoti.Category) []ripoti.Detail {
	some := map[ripoti.Category][]ripoti.Detail{
		ripoti.ChildAbuse:    {ripoti.ChildBeaten, ripoti.ChildNeglected, ripoti.ChildAlone, ripoti.ChildMissing, ripoti.ChildLabour, ripoti.ChildOther},
		ripoti.ChildMarriage: {ripoti.HarmfulMarriage, ripoti.HarmfulBoth},
		ripoti.FGM:           {ripoti.HarmfulFGM, ripoti.HarmfulBoth},
		ripoti.CSEC:          {ripoti.SoldChildSex, ripoti.SoldImages},
		ripoti.Trafficking:   {ripoti.SoldAdultSex, ripoti.SoldWork, ripoti.SoldMoved, ripoti.SoldUnsure},
		ripoti.PoliceAbuse:   {ripoti.PoliceBribe, ripoti.PoliceBeat, ripoti.PoliceSexual, ripoti.PoliceRefused, ripoti.PoliceArrest, ripoti.PoliceOther},
	}
	return append(some[c], "")
}

func fitsOneSegment(t *testing.T, text string) {
	t.Helper()
	if units, gsm7 := sms.Units(text); !gsm7 || units > 160 || sms.Segments(text) != 1 {
		t.Fatalf("%d units, GSM-7 %v: %s", units, gsm7, text)
	}
	if strings.ContainsAny(text, "{}") || strings.Contains(text, "  ") || strings.Contains(text, " ,") || strings.Contains(text, ", ,") || strings.Contains(text, ": .") ||
		strings.Contains(text, " .") || strings.HasSuffix(text, " ") || strings.Contains(strings.ReplaceAll(text, "...", ""), "..") {
		t.Fatalf("untidy: %q", text)
	}
}

// actionable are the messages that ask for an acceptance.
var actionable = []string{SayAlert, SayReminder, SayOCS, SayCommander, SayWalled, SayLiaison, SaySocial, SayState, SayReferral, SayReferralReminder}

func TestEveryMessageFits(t *testing.T) {
	w, _ := newWriter(t)
	ladder := []string{SayAlert, SayReminder, SayOCS, SayCommander, SayCoordinator, SayDirector, SayWalled, SayTold, SayNobody, SayLiaison}
	longestNext := Party{Role: ripoti.RoleCommander, Office: ripoti.SubCountyCommand}
	for _, lang := range ripoti.Langs {
		for _, say := range ladder {
			t.Run(fmt.Sprintf("%s/%s", lang, say), func(t *testing.T) {
				t.Parallel()
				turn := 0
				everyFact(slices.Contains([]string{SayAlert, SayLiaison, SayTold}, say), func(f Facts) {
					f.To, f.Next, f.Phone = longestNext, longestNext, longestNext
					f.Told = []Party{{Role: ripoti.RoleDesk}, {Role: ripoti.RoleOCS}, longestNext, {Role: ripoti.RoleChildren}}
					for i, way := range waysOf(turn) {
						place := longPlaces[(turn+i)%len(longPlaces)]
						f.Way, f.Place, f.County = way, place[0], place[1]
						check(t, w, say, lang, f)
					}
					turn++
				})
			})
		}
	}
}

// check holds a message to what no message may break.
func check(t *testing.T, w *Writer, say string, lang ripoti.Lang, f Facts) {
	t.Helper()
	text, err := w.Say(say, lang, f)
	if err != nil {
		t.Fatal(err)
	}
	fitsOneSegment(t, text)
	if !strings.Contains(text, string(f.Code)) {
		t.Fatalf("no number: %s", text)
	}
	if slices.Contains(actionable, say) && f.Way != neither && !strings.Contains(text, "1 "+string(f.Code)) {
		t.Fatalf("no way to accept: %s", text)
	}
	if f.Way == texts && slices.Contains(actionable, say) && !strings.Contains(text, texts.ReplyTo) {
		t.Fatalf("nowhere to text to: %s", text)
	}
	if f.Way == neither && strings.Contains(text, "1 "+string(f.Code)) {
		t.Fatalf("an answer that cannot be given: %s", text)
	}
	alerts := say == SayAlert || say == SayLiaison || say == SaySocial || say == SayTold
	if alerts && f.Within72 && !strings.Contains(text, "72") {
		t.Fatalf("no clock: %s", text)
	}
	if alerts && f.Category == ripoti.FGM && !f.Within72 && !strings.Contains(text, map[ripoti.Lang]string{"en": "not a suspect", "sw": "si mshukiwa"}[lang]) {
		t.Fatalf("a girl is not called protected: %s", text)
	}
	if urgent := map[ripoti.Lang]map[ripoti.Urgency]string{"en": {"critical": "CRITICAL", "high": "HIGH"}, "sw": {"critical": "DHARURA", "high": "HARAKA"}}[lang][f.Urgency]; !strings.Contains(text, urgent) && say != SayState {
		t.Fatalf("not as urgent as it is: %s", text)
	}
	if f.Place != "" && say != SayState && !strings.Contains(text, f.Place[:6]) {
		t.Fatalf("no place: %s", text)
	}
}

func TestSocialMessagesFit(t *testing.T) {
	w, _ := newWriter(t)
	for _, lang := range ripoti.Langs {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			turn := 0
			everyFact(true, func(f Facts) {
				f.Side = ripoti.Care
				for i, way := range waysOf(turn) { // every wish goes with every way, but not with every fact
					place := longPlaces[(turn+i)%len(longPlaces)]
					f.Wish, f.Way, f.Place, f.County = wishes[(turn+i)%len(wishes)], way, place[0], place[1]
					check(t, w, SaySocial, lang, f)
				}
				turn++
			})
		})
	}
}

func TestAnswersFit(t *testing.T) {
	w, _ := newWriter(t)
	for _, lang := range ripoti.Langs {
		for _, way := range testWays {
			for _, say := range []string{SaySocialNoContact, SayAccepted, SayWhy, SayDeclined, SayState, SayHelp, SayUnknown, SayNumbers} {
				for _, status := range []ripoti.AssignmentStatus{ripoti.AssignmentOpen, ripoti.AssignmentAccepted, ripoti.AssignmentDeclined, ripoti.AssignmentMoved, ripoti.AssignmentTold} {
					for _, wish := range wishes {
						for bits := range 64 {
							f := Facts{Code: longestNumber, Status: status, Wish: wish, Way: way, Typed: "0711...", Open: bits % 3, Codes: []ripoti.Code{longestNumber, longestNumber, longestNumber},
								Child: bits&1 > 0, Within72: bits&2 > 0, Walled: bits&4 > 0, Mine: bits&8 > 0, Closed: bits&16 > 0, Side: ripoti.Safety}
							if bits&32 > 0 {
								f.Side = ripoti.Care
							}
							text, err := w.Say(say, lang, f)
							if err != nil {
								t.Fatal(err)
							}
							fitsOneSegment(t, text)
							if text == "" {
								t.Fatalf("%s says nothing", say)
							}
						}
					}
				}
			}
		}
	}
}

func TestBundlesFit(t *testing.T) {
	w, _ := newWriter(t)
	for _, lang := range ripoti.Langs {
		for _, way := range testWays {
			for n := 2; n <= MostBundled; n++ {
				text, err := w.Say(SayBundle, lang, Facts{Codes: slices.Repeat([]ripoti.Code{longestNumber}, n), Way: way})
				if err != nil {
					t.Fatal(err)
				}
				fitsOneSegment(t, text)
				if strings.Count(text, string(longestNumber)) != n {
					t.Errorf("of %d numbers %d are told: %s", n, strings.Count(text, string(longestNumber)), text)
				}
			}
		}
		text, err := w.Say(SayMedia, lang, Facts{})
		if err != nil || text == "" {
			t.Errorf("%q, %v", text, err)
		}
		fitsOneSegment(t, text)
	}
}

func TestMessagesInWords(t *testing.T) {
	w, _ := newWriter(t)
	base := Facts{Code: "4829172", Category: ripoti.SVAC, Urgency: ripoti.Critical, Child: true, Suspect: ripoti.SuspectWith, Place: "Laini Saba", County: "Nairobi",
		Accept: 10 * time.Minute, Elapsed: 20 * time.Minute, Next: Party{ripoti.RoleOCS, ripoti.Station}, NextIn: 10 * time.Minute, Way: replies}
	with := func(change func(*Facts)) Facts {
		f := base
		change(&f)
		return f
	}
	high := with(func(f *Facts) {
		f.Category, f.Urgency, f.Accept, f.Within72, f.Suspect, f.Child = ripoti.SVAdult, ripoti.High, time.Hour, true, "", false
		f.Place, f.County = "Nyalenda", "Kisumu"
	})
	medium := with(func(f *Facts) {
		f.Category, f.Urgency, f.Accept, f.Suspect, f.Child = ripoti.DV, ripoti.Medium, 8*time.Hour, "", false
		f.Place, f.County = "Githurai", "Kiambu"
	})
	police := with(func(f *Facts) {
		f.Category, f.Detail, f.Urgency, f.Suspect, f.Police, f.Walled, f.Accept = ripoti.PoliceAbuse, ripoti.PoliceBribe, ripoti.High, "", true, true, 4*time.Hour
		f.Place, f.County, f.Child = "Malaba", "Busia", false
	})
	for _, c := range []struct {
		name string
		say  string
		lang ripoti.Lang
		f    Facts
		want string
	}{
		{"a critical alert", SayAlert, "en", base, "RIPOTI CRITICAL 4829172. SVAC, child, suspect with child. Laini Saba, Nairobi. Accept in 10 min: reply 1 4829172. Cannot: 2 4829172."},
		{"a critical alert in Swahili", SayAlert, "sw", base, "RIPOTI DHARURA 4829172. SVAC, mtoto, mshukiwa yuko naye. Laini Saba, Nairobi. Kubali ndani ya dakika 10: jibu 1 4829172. Huwezi: 2 4829172."},
		{"hospital first within 72 hours", SayAlert, "en", high, "RIPOTI HIGH 4829172. Sexual violence, under 72 hrs. Nyalenda, Kisumu. Hospital first. Accept in 1 hr: reply 1 4829172. Cannot: 2 4829172."},
		{"an alert that is not urgent", SayAlert, "en", medium, "RIPOTI 4829172. Domestic violence. Githurai, Kiambu. Accept in 8 hrs: reply 1 4829172. Cannot: 2 4829172."},
		{"a sender that cannot be replied to", SayAlert, "en", with(func(f *Facts) { f.Way = sms.Way{ReplyTo: "21094"} }), "RIPOTI CRITICAL 4829172. SVAC, child, suspect with child. Laini Saba, Nairobi. Accept in 10 min: text 1 4829172 to 21094. Cannot: 2 4829172."},
		{"a sender with no way back", SayAlert, "sw", with(func(f *Facts) { f.Way = neither }), "RIPOTI DHARURA 4829172. SVAC, mtoto, mshukiwa yuko naye. Laini Saba, Nairobi. Kubali ndani ya dakika 10: mpigie mratibu wako."},
		{"a weapon", SayAlert, "en", with(func(f *Facts) { f.Weapon = ripoti.WeaponGun }), "RIPOTI CRITICAL 4829172. SVAC, child, suspect with child, gun. Laini Saba, Nairobi. Accept in 10 min: reply 1 4829172. Cannot: 2 4829172."},
		{"a reminder", SayReminder, "en", with(func(f *Facts) { f.Elapsed = 10 * time.Minute }), "REMINDER CRITICAL 4829172: SVAC, Laini Saba, Nairobi. No answer for 10 min: reply 1 4829172 now. Cannot: 2 4829172. Next: OCS in 10 min."},
		{"to the OCS", SayOCS, "sw", with(func(f *Facts) { f.Next = Party{ripoti.RoleCommander, ripoti.SubCountyCommand} }), "OCS: 4829172 DHARURA SVAC, haijakubaliwa kwa dakika 20. Laini Saba, Nairobi. Tuma maafisa: jibu 1 4829172. Kisha kamanda wa kaunti ndogo baada ya dakika 10."},
		{"to the commander", SayCommander, "en", with(func(f *Facts) {
			f.To, f.Next, f.Elapsed = Party{ripoti.RoleCommander, ripoti.SubCountyCommand}, Party{}, 30*time.Minute
		}), "ESCALATED 4829172 to sub-county commander: CRITICAL SVAC, no unit for 30 min. Laini Saba, Nairobi. Take it: reply 1 4829172. No vehicle: V 4829172."},
		{"to the coordinator", SayCoordinator, "en", with(func(f *Facts) {
			f.Elapsed, f.Told = 45*time.Minute, []Party{{Role: ripoti.RoleDesk}, {Role: ripoti.RoleOCS}, {ripoti.RoleCommander, ripoti.SubCountyCommand}}
		}), "4829172 CRITICAL: SVAC, Laini Saba, Nairobi. 45 min with no acceptance. Told: desk, OCS, sub-county commander. Phone the county commander now."},
		{"to the director", SayDirector, "en", with(func(f *Facts) { f.Elapsed = time.Hour }), "INCIDENT 4829172 CRITICAL: SVAC, Laini Saba, Nairobi. 1 hr with no acceptance, coordinator told. Phone the county commander now."},
		{"behind the wall", SayWalled, "en", police, "4829172 RESTRICTED HIGH: police accused. Bribe asked, Malaba, Busia. Station NOT told. Assign IPOA/IAU liaison in 4 hrs: reply 1 4829172."},
		{"an alert to oversight", SayAlert, "en", police, "RIPOTI HIGH 4829172. Police accused, bribe asked. Malaba, Busia. Local station NOT told. Accept in 4 hrs: reply 1 4829172. Cannot: 2 4829172."},
		{"to a liaison", SayLiaison, "en", with(func(f *Facts) {
			f.Category, f.Urgency, f.Several, f.Suspect, f.Place, f.County, f.Accept = ripoti.CSEC, ripoti.High, true, "", "Mtwapa", "Kilifi", time.Hour
		}), "RIPOTI HIGH 4829172. CSEC, several children. Mtwapa, Kilifi. Local station NOT told. Accept in 1 hr: reply 1 4829172. Cannot: 2 4829172."},
		{"to a liaison beside the station", SayLiaison, "en", with(func(f *Facts) {
			f.Category, f.LocalTold, f.Suspect = ripoti.CSEC, true, ""
		}), "RIPOTI CRITICAL 4829172. CSEC, child. Laini Saba, Nairobi. Accept in 10 min: reply 1 4829172. Cannot: 2 4829172."},
		{"to a social worker", SaySocial, "en", with(func(f *Facts) {
			f.Urgency, f.Accept, f.Suspect, f.Wish = ripoti.High, time.Hour, "", ripoti.WishEvening
		}), "New 4829172 HIGH: SVAC, child. Laini Saba, Nairobi. Call evenings only. Accept in 1 hr: reply 1 4829172. Cannot: 2 4829172."},
		{"no contact", SaySocialNoContact, "sw", with(func(f *Facts) { f.Wish = ripoti.WishNone }), "4829172: aliyeripoti hataki kupigiwa. Usipige wala kutembelea nyumbani kabla ya kuongea na afisa wa dawati."},
		{"no contact behind the wall never names the desk", SaySocialNoContact, "en", with(func(f *Facts) { f.Wish, f.Walled = ripoti.WishNone, true }), "4829172: reporter asked for NO contact. Do not call or visit the home before speaking to your coordinator."},
		{"no contact that was never asked about", SaySocialNoContact, "en", base, "4829172: reporter was NOT asked about contact. Do not call or visit the home before speaking to your coordinator."},
		{"a copy", SayTold, "sw", with(func(f *Facts) { f.Category, f.Suspect = ripoti.FGM, "" }), "Nakala 4829172 DHARURA. Ukeketaji, mtoto. Laini Saba, Nairobi. Msichana alindwe, si mshukiwa. Ofisi nyingine imeombwa. Huhitaji kujibu."},
		{"no recipient", SayNobody, "en", with(func(f *Facts) { f.Place, f.County = "", "" }), "4829172 CRITICAL: NO OFFICE FOUND to act. SVAC, place unknown. Please find an officer by phone now."},
		{"the county is the place", SayNobody, "en", with(func(f *Facts) { f.Place = "Nairobi" }), "4829172 CRITICAL: NO OFFICE FOUND to act. SVAC, Nairobi. Please find an officer by phone now."},
		{"thanks", SayAccepted, "en", base, "4829172 accepted. Update: 3 on the way, 4 child/survivor safe, 5 hospital, 6 OB no, 7 arrested, 8 fled, 9 not found. E.g. 4 4829172"},
		{"why not", SayWhy, "sw", base, "4829172: kwa nini? Jibu 21 4829172 hakuna afisa, 22 hakuna gari, 23 si eneo letu, 24 nawajua wahusika, 25 nyingine."},
		{"still open", SayState, "en", with(func(f *Facts) { f.Status = ripoti.AssignmentOpen }), "4829172 is still open: reply 1 4829172. Cannot: 2 4829172."},
		{"mine", SayState, "en", with(func(f *Facts) { f.Status, f.Mine = ripoti.AssignmentAccepted, true }), "4829172: you have accepted it. At its end: CLOSE 4829172. If you cannot go on, phone your coordinator."},
		{"taken", SayState, "sw", with(func(f *Facts) { f.Status = ripoti.AssignmentAccepted }), "4829172 imekubaliwa na mwingine. Huhitaji kujibu."},
		{"which of several", SayHelp, "en", Facts{Open: 2, Codes: []ripoti.Code{"4829172", "5193340"}, Way: replies}, "These wait for you: 4829172, 5193340. Reply 1 and the report's number to accept it, 2 and the number if you cannot."},
		{"which of several that are held", SayHelp, "sw", Facts{Open: 2, Mine: true, Codes: []ripoti.Code{"4829172", "5193340"}, Way: replies}, "Ni ripoti gani? Unazo 4829172, 5193340. Tafadhali tuma tena pamoja na nambari yake."},
		{"what was not understood of a case that is held", SayHelp, "en", Facts{Mine: true, Codes: []ripoti.Code{"4829172"}, Way: replies}, "Not noted. To tell of 4829172: 3 on the way, 4 safe, 5 hospital, 6 OB no, 7 arrested, 8 fled, 9 not found, and the number."},
		{"what was not understood, of long numbers", SayHelp, "sw", Facts{Mine: true, Codes: []ripoti.Code{"482917201", "519334011", "733120411"}, Way: replies}, "Haikuandikwa. Kuhusu 482917201, 519334011, 733120411: 3 niko njiani, 4 yuko salama, 5 hospitali, 6 OB, 7 amekamatwa, 8 ametoroka, 9 hapatikani, kisha nambari."},
		{"a slip", SayUnknown, "en", Facts{Typed: "4829127", Way: sms.Way{ReplyTo: "21094"}}, "4829127 is no report of yours. Please check the number. Text to 21094: 1 and the report's number to accept it, 2 and the number if you cannot."},
		{"a burst", SayBundle, "en", Facts{Codes: []ripoti.Code{"4829172", "5193340", "7331204"}, Way: replies}, "3 new: 4829172, 5193340, 7331204. Reply a number to read it, 1 and the number to accept it."},
		{"a burst in Swahili, one way", SayBundle, "sw", Facts{Codes: []ripoti.Code{"4829172", "5193340"}, Way: sms.Way{ReplyTo: "21094"}}, "Mpya 2: 4829172, 5193340. Tuma kwa 21094: nambari kuisoma, 1 na nambari kuikubali."},
		{"help numbers", SayNumbers, "en", Facts{}, "Free numbers: 999 or 112 emergency, 116 children, 1195 any violence. Open day and night."},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.Say(c.say, c.lang, c.f)
			if err != nil || got != c.want {
				t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
			}
		})
	}
	t.Run("a message that does not exist is an error", func(t *testing.T) {
		if text, err := w.Say("gossip", "en", base); err == nil {
			t.Errorf("said %q", text)
		}
	})
}

// What an officer is told to type is read as what it says.
func TestAnswersAsTheyAreToldAreRead(t *testing.T) {
	w, _ := newWriter(t)
	f := Facts{Code: "4829172", Way: replies}
	for _, lang := range ripoti.Langs {
		text, err := w.Say(SayWhy, lang, f)
		if err != nil {
			t.Fatal(err)
		}
		for i, reason := range Reasons {
			key := fmt.Sprintf("2%d", i+1)
			if !strings.Contains(text, key) {
				t.Errorf("%s is not offered: %s", key, text)
			}
			if got := ParseReply(key + " 4829172"); got.Verb != VerbDecline || got.Reason != reason {
				t.Errorf("%s is read as %+v, not %s", key, got, reason)
			}
		}
	}
}

func TestLadderSaysTheSameWords(t *testing.T) {
	for _, say := range []routing.RungSay{routing.SayAlert, routing.SayReminder, routing.SayOCS, routing.SayCommander, routing.SayCoordinator,
		routing.SayDirector, routing.SayWalled, routing.SayTold, routing.SayNobody} {
		if !slices.Contains(Says, string(say)) {
			t.Errorf("no message for the rung that says %s", say)
		}
	}
}

func TestTime(t *testing.T) {
	w, _ := newWriter(t)
	for d, want := range map[time.Duration]string{
		0: "0 min", time.Minute: "1 min", 45 * time.Minute: "45 min", time.Hour: "1 hr", 90 * time.Minute: "90 min", 2 * time.Hour: "2 hrs",
		12 * time.Hour: "12 hrs", 24 * time.Hour: "24 hrs", 48 * time.Hour: "2 days", 10*time.Minute + 20*time.Second: "10 min",
	} {
		if got := (line{Writer: w, lang: "en"}).time(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// Every sms.* key of both catalogues is one that a message can use, and none is missing.
func TestMessageKeys(t *testing.T) {
	_, cat := newWriter(t)
	usable := map[string]bool{"sms.drill": true, "sms.next": true, "sms.passed": true, "sms.passed_short": true, "sms.accept": true, "sms.accept_short": true, "sms.place.unknown": true}
	for _, say := range Says {
		usable["sms."+say] = true
	}
	for _, v := range variants {
		usable[v.key] = true
	}
	optional := map[string]bool{}
	add := func(kind string, required bool, codes ...string) {
		for _, code := range codes {
			usable["sms."+kind+"."+code] = true
			optional["sms."+kind+"."+code] = !required
		}
	}
	for _, say := range CaseSays {
		usable["sms."+say] = true
	}
	for _, m := range caseMoves[1:] {
		add("moved", true, string(m))
		add("ask", false, string(m))
	}
	for _, k := range ripoti.FlagKinds {
		add("flag", true, string(k))
	}
	for _, o := range ripoti.Outcomes {
		add("outcome", true, string(o))
	}
	add("side", true, "safety", "care")
	add("gone", true, "silence", "left", "handed")
	for _, way := range []string{"reply", "text", "ask"} {
		add("answer", true, "seen."+way, "sendob."+way, "sendday."+way, "agree."+way, "how_case."+way, "how_close."+way)
		add("answer", way != "ask", "example."+way, "end."+way)
		add("answer", true, "yes."+way, "why."+way, "how."+way, "bundled."+way, "done."+way, "check."+way)
		add("answer", way != "ask", "cannot."+way, "vehicle."+way)
	}
	for _, c := range ripoti.Categories {
		add("what", true, string(c))
		for _, d := range detailsOf(c) {
			add("what", false, string(d))
		}
	}
	for _, u := range ripoti.Urgencies {
		add("level", u == ripoti.Critical || u == ripoti.High, string(u))
	}
	for _, r := range ripoti.Roles {
		add("party", true, string(r))
	}
	for _, k := range ripoti.OfficeKinds {
		add("party", k == ripoti.SubCountyCommand || k == ripoti.CountyCommand, string(k))
	}
	add("who", true, "child", "children", "people", "police")
	add("who", true, "adult")
	add("need", true, "hospital_72", "other")
	for _, k := range ripoti.OfficeKinds {
		add("need", false, string(k))
	}
	add("suspect", true, "with_child", "with", "near", "fled", "arrested")
	add("weapon", true, "gun", "blade", "other")
	add("clock", true, "within72")
	add("note", true, "hospital", "hospital_short", "fgm")
	add("wish", true, "any", "morning", "evening", "sms", "none", "unasked")
	add("party", true, "all")
	add("time", true, "min", "min.one", "hr", "hr.one", "day", "day.one")
	for _, lang := range ripoti.Langs {
		for _, key := range cat.Keys(lang) {
			if strings.HasPrefix(key, "sms.") && !usable[key] {
				t.Errorf("%s: nobody says %s", lang, key)
			}
		}
		for key := range usable {
			if !cat.Has(lang, key) && !optional[key] {
				t.Errorf("%s: %s is missing", lang, key)
			}
			if cat.Has(lang, key) && !cat.Has(ripoti.English, key) {
				t.Errorf("%s: %s is in one language only", lang, key)
			}
			en, other := slices.Sorted(slices.Values(cat.Words(ripoti.English, key))), slices.Sorted(slices.Values(cat.Words(lang, key)))
			if !slices.Equal(en, other) {
				t.Errorf("%s: %s has the words %v, English %v", lang, key, other, en)
			}
		}
	}
}

func FuzzSay(f *testing.F) {
	w, _ := newWriter(f)
	f.Add(0, "Woodley/Kenyatta Golf Course", "Nairobi", "21094", 12)
	f.Add(7, "Mũthĩga", "\xff", "", 90)
	f.Fuzz(func(t *testing.T, n int, place, county, number string, minutes int) {
		if len(number) > 8 || n < 0 {
			return
		}
		facts := Facts{Code: longestNumber, Category: ripoti.FGM, Urgency: ripoti.Critical, Place: place, County: county,
			Elapsed: time.Duration(minutes) * time.Minute, Accept: time.Hour, Way: sms.Way{ReplyTo: number}}
		for _, lang := range ripoti.Langs {
			text, err := w.Say(Says[n%len(Says)], lang, facts)
			if err != nil {
				t.Fatal(err)
			}
			if units, gsm7 := sms.Units(text); !gsm7 || units > 160 {
				t.Errorf("%d units, GSM-7 %v: %q", units, gsm7, text)
			}
		}
	})
}

func BenchmarkSay(b *testing.B) {
	w, _ := newWriter(b)
	f := Facts{Code: longestNumber, Category: ripoti.SVAC, Urgency: ripoti.Critical, Child: true, Suspect: ripoti.SuspectWith, Weapon: ripoti.WeaponGun,
		Place: "Woodley/Kenyatta Golf Course", County: "Nairobi", Accept: 10 * time.Minute, Way: replies}
	b.ReportAllocs()
	for b.Loop() {
		w.Say(SayAlert, ripoti.Swahili, f)
	}
}
