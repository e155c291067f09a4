package casework_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

const neighbour = "+254711000071"

// reports are all reports, oldest first.
func reports(s *stage.Stage) []ripoti.Report {
	s.Helper()
	all, err := s.Store.Reports(s.Context(), "", 100)
	if err != nil {
		s.Fatal(err)
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

func only(s *stage.Stage) ripoti.Report {
	s.Helper()
	all := reports(s)
	if len(all) != 1 {
		s.Fatalf("%d reports", len(all))
	}
	return all[0]
}

func TestText(t *testing.T) {
	t.Run("a text is a report at once, and goes on after two minutes without an answer", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "kuna mtoto anachapwa sana na jirani, saidieni")
		r := only(s)
		expect(t, "the sender", s.Kinds(neighbour), "text.receipt")
		if r.Category != ripoti.ChildAbuse || r.Channel != ripoti.BySMS || r.Lang != ripoti.Swahili || r.Answers.More != "kuna mtoto anachapwa sana na jirani, saidieni" {
			t.Errorf("filed: %+v", r)
		}
		if !strings.Contains(s.Got(neighbour)[0].Text, r.Code.Spaced()) {
			t.Errorf("the receipt: %q", s.Got(neighbour)[0].Text)
		}
		if r.Urgency != ripoti.Critical && !r.RoutedAt.IsZero() {
			t.Error("it did not wait for an answer")
		}
		s.Wait(2 * time.Minute)
		if only(s).RoutedAt.IsZero() {
			t.Error("it waits for an answer that never comes")
		}
		expect(t, "the sender", s.Kinds(neighbour), "text.receipt")
	})
	t.Run("a critical text is routed at once, and police hear of it", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "Help, a man is beating a child with a panga right now in Kibera, she is bleeding")
		r := only(s)
		if r.Urgency != ripoti.Critical || r.RoutedAt.IsZero() {
			t.Errorf("%s by %s, routed %v", r.Urgency, r.Rule, r.RoutedAt)
		}
		if !strings.Contains(strings.Join(s.Told(), " "), "command-west") {
			t.Errorf("told: %v", s.Told())
		}
	})
	t.Run("after a yes at most two questions, and the answers join the report", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "a girl next door is beaten by her uncle")
		s.Text(neighbour, "1.")
		s.Text(neighbour, "Kibera")
		if s.Kinds(neighbour) != "text.receipt text.place text.urgent" {
			t.Fatalf("got: %s %+v", s.Kinds(neighbour), only(s).Answers)
		}
		s.Text(neighbour, "yes now")
		r := only(s)
		expect(t, "the sender", s.Kinds(neighbour), "text.receipt text.place text.urgent")
		if r.Answers.Place.Name != "Kibera" || r.Answers.Danger != ripoti.DangerYes || r.Urgency != ripoti.Critical || r.RoutedAt.IsZero() || r.Answers.Contact != ripoti.WishSMS {
			t.Errorf("the report: %+v", r)
		}
	})
	t.Run("a no ends it: nothing more is sent, and the report goes on at once", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "a girl next door is beaten by her uncle")
		s.Text(neighbour, "2 hapana")
		if r := only(s); r.RoutedAt.IsZero() || r.Answers.Contact != ripoti.WishNone {
			t.Errorf("%+v", r)
		}
		s.Text(neighbour, "she is at home alone")
		expect(t, "the sender", s.Kinds(neighbour), "text.receipt")
	})
	t.Run("the bare receipt where the one who does it may live with the sender", func(t *testing.T) {
		for _, text := range []string{"my husband beats me every day", "nina miaka 14 baba ananipiga"} {
			s := stage.New(t, nil)
			s.Text(neighbour, text)
			expect(t, text, s.Kinds(neighbour), "text.quiet")
			if only(s).RoutedAt.IsZero() {
				t.Error("it waits though nothing is asked")
			}
		}
	})
	t.Run("what cannot be read goes to people at once, with R7", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "xqz wrtp ghjk vbnm")
		r := only(s)
		expect(t, "the sender, while another part may come", s.Kinds(neighbour), "")
		s.Wait(30 * time.Second)
		expect(t, "the sender", s.Kinds(neighbour), "text.unread")
		if r.Category != ripoti.Unclear || r.RoutedAt.IsZero() {
			t.Errorf("%+v", r)
		}
		if !strings.Contains(strings.Join(s.Told(), " "), "social") {
			t.Errorf("told: %v", s.Told())
		}
	})
	t.Run("a later text raises and never lowers", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "a girl next door is beaten by her uncle in Kibera")
		before := only(s).Urgency
		s.Text(neighbour, "he has a knife and is killing her now")
		if r := only(s); r.Urgency != ripoti.Critical || before == ripoti.Critical {
			t.Errorf("%s, then %s by %s", before, r.Urgency, r.Rule)
		}
		s.Text(neighbour, "thank you, all is calm")
		if r := only(s); r.Urgency != ripoti.Critical {
			t.Errorf("lowered to %s", r.Urgency)
		}
	})
	t.Run("new report begins another, in the same text or the next", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "a girl next door is beaten by her uncle")
		s.Text(neighbour, "NEW REPORT: thieves stole goats in Mtwapa")
		s.Text(neighbour, "ripoti mpya")
		s.Text(neighbour, "mtoto ameachwa peke yake Kibera")
		if n := len(reports(s)); n != 3 {
			t.Errorf("%d reports", n)
		}
	})
	t.Run("the next day begins another", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "a girl next door is beaten by her uncle")
		s.Wait(25 * time.Hour)
		s.Text(neighbour, "a boy is beaten by his teacher")
		if n := len(reports(s)); n != 2 {
			t.Errorf("%d reports", n)
		}
	})
	t.Run("the same words under another id alarm once and count as a confirmation", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "a girl is raped now in Kibera")
		sent := len(s.Sent)
		s.Text(neighbour, "A girl is RAPED now, in Kibera!")
		if len(s.Sent) != sent {
			t.Errorf("sent again: %v", s.Sent[sent:])
		}
		if h := s.History(only(s).Code); !strings.Contains(h, "said_again") {
			t.Errorf("history: %s", h)
		}
		if n, err := s.Store.TextsOf(t.Context(), only(s).ID); n != 2 || err != nil {
			t.Errorf("%d texts belong to it, %v", n, err)
		}
	})
	t.Run("parts of a long text are one story", func(t *testing.T) {
		s := stage.New(t, nil)
		first := strings.Repeat("there is trouble here ", 6) + "a girl next door is bea"
		first = first[:150] + first[150:]
		s.Text(neighbour, first)
		s.Text(neighbour, "ten by her uncle")
		if got := only(s).Answers.More; got != first+"ten by her uncle" {
			t.Errorf("%q", got)
		}
	})
	t.Run("police that stand accused are walled off", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "polisi walimpiga mtoto Kibera")
		r := only(s)
		s.Wait(3 * time.Minute)
		if r = only(s); !r.Walled || r.RoutedAt.IsZero() {
			t.Errorf("%+v", r)
		}
		if told := strings.Join(s.Told(), " "); strings.Contains(told, "station-near") || !strings.Contains(told, "oversight") {
			t.Errorf("told: %s", told)
		}
	})
	t.Run("police named in a later text raise the wall, and who was told of the station gets nothing more", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "mwanamke amebakwa jana usiku huko Kibera")
		s.Text(neighbour, "ni polisi wa kituo cha hapa waliofanya hivyo")
		s.Wait(3 * time.Minute)
		r := only(s)
		if !r.Walled || r.Answers.ByWhom != ripoti.ByPolice || r.Category != ripoti.PoliceAbuse || r.Second != ripoti.SVAdult {
			t.Errorf("%+v", r)
		}
		if told := strings.Join(s.Told(), " "); strings.Contains(told, "station-") || strings.Contains(told, "command-") {
			t.Errorf("told: %s", told)
		}
	})
	t.Run("an accused children's office is passed over, also when the report is routed again", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "the children officer in Kibera is beating the girls in the home")
		s.Wait(3 * time.Minute)
		s.Text(neighbour, "one girl is bleeding and unconscious now")
		s.Wait(3 * time.Minute)
		if r := only(s); r.Urgency != ripoti.Critical || r.RoutedAt.IsZero() {
			t.Errorf("%+v", r)
		}
		if told := strings.Join(s.Told(), " "); strings.Contains(told, "children-west") {
			t.Errorf("told: %s", told)
		}
	})
	t.Run("a machine's reading stands as a proposal, in codes only", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "a girl next door is beaten by her uncle Zebedayo")
		r := only(s)
		events, err := s.Store.Events(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		proposed := false
		for _, e := range events {
			proposed = proposed || e.Kind == "read" && strings.Contains(e.Data, `"proposed":true`) && strings.Contains(e.Data, r.Rule)
			if strings.Contains(e.Data, "Zebedayo") || strings.Contains(e.Data, "uncle") {
				t.Errorf("words in the history: %s", e.Data)
			}
		}
		if !proposed {
			t.Errorf("events: %v", events)
		}
	})
	t.Run("any bytes are survived and kept", func(t *testing.T) {
		for i, text := range []string{"\x00", "\xff\xfe broken", "😀😀😀", "طفل في خطر", strings.Repeat("a girl is beaten ", 600), "....", "ndio\x00ndio"} {
			s := stage.New(t, nil)
			s.Text(neighbour, text)
			s.Text(neighbour, text+" na tena")
			s.Wait(3 * time.Minute)
			if len(reports(s)) == 0 {
				t.Errorf("%d: nothing was filed", i)
			}
		}
	})
}

func TestTextKeywords(t *testing.T) {
	for text, want := range map[string]string{
		"help": "numbers", "MSAADA!": "numbers", "nambari": "numbers", "menu": "text.menu", "STOP": "text.stopped", "simama": "text.stopped",
		"1": "numbers", "1 482 9172": "numbers", "start": "text.started", "": "numbers",
		"This is an automated message. Your package has arrived": "", "I am driving, i will call you back": "",
	} {
		t.Run(fmt.Sprintf("%q is answered with %q and is no report", text, want), func(t *testing.T) {
			s := stage.New(t, nil)
			s.Text(neighbour, text)
			expect(t, text, s.Kinds(neighbour), want)
			if len(reports(s)) != 0 {
				t.Error("it became a report")
			}
		})
	}
	t.Run("after STOP it is silent until START, and texts are still reports", func(t *testing.T) {
		s := stage.New(t, nil)
		s.Text(neighbour, "stop")
		s.Text(neighbour, "stop")
		s.Text(neighbour, "help")
		s.Text(neighbour, "a girl next door is beaten by her uncle in Kibera")
		expect(t, "the sender", s.Kinds(neighbour), "text.stopped")
		if only(s).RoutedAt.IsZero() {
			t.Error("it waits though nothing is asked")
		}
		s.Text(neighbour, "anza")
		s.Text(neighbour, "help")
		expect(t, "the sender", s.Kinds(neighbour), "text.stopped text.started numbers")
	})
	t.Run("an officer's STOP is confirmed once and told to the coordinators without the number", func(t *testing.T) {
		s := stage.New(t, nil)
		c, _ := s.Desk.Live.World().Contact("station-near.desk")
		s.Text("station-near.desk", "STOP")
		told := s.Got("coordination-047.coordinator")
		if len(told) != 1 || told[0].Kind != "text.officer" || strings.Contains(told[0].Text, c.Phone.Dial()[4:]) || !strings.Contains(told[0].Text, "station-near") {
			t.Errorf("the coordinator: %v", told)
		}
		expect(t, "the officer", s.Kinds(c.Phone.Dial()), "text.stopped")
		if err := s.Desk.Live.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.File("c1", ripoti.StageUrgent, danger(nil))
		if s.Kinds("station-near.desk") != "" {
			t.Errorf("the officer got %s", s.Kinds("station-near.desk"))
		}
	})
}

func TestTextLoops(t *testing.T) {
	t.Run("at most six automatic answers an hour, and one alarm", func(t *testing.T) {
		s := stage.New(t, nil)
		alarms := 0
		s.Desk.Seen = func(h casework.Happening) {
			if h.What == "capped" {
				alarms++
			}
		}
		for i := range 12 {
			s.Text(neighbour, fmt.Sprintf("new report number %d: thieves stole goats", i))
		}
		if n := len(s.Got(neighbour)); n != 6 || alarms != 1 {
			t.Errorf("%d answers, %d alarms", n, alarms)
		}
		if n := len(reports(s)); n != 12 {
			t.Errorf("%d reports", n)
		}
		for i := range 8 {
			s.Text("+254711000072", fmt.Sprintf("new report number %d: thieves stole goats", i))
		}
		told := 0
		for _, m := range s.Got("coordination-ke.coordinator") {
			if m.Kind == "text.capped" {
				told++
			}
		}
		if told != 1 || alarms != 2 {
			t.Errorf("two numbers are capped: the coordinators were told %d times, %d alarms", told, alarms)
		}
		s.Wait(time.Hour)
		s.Text(neighbour, "new report: a boy is beaten")
		if n := len(s.Got(neighbour)); n != 7 {
			t.Errorf("%d answers an hour later", n)
		}
	})
}

func TestTextOfNoPhone(t *testing.T) {
	for _, sender := range []string{"21094", "KENYALERT", "PESA-X"} {
		t.Run(sender+" that tells of a harm is a report without contact, and is never answered", func(t *testing.T) {
			s := stage.New(t, nil)
			var counted []string
			s.Desk.Seen = func(h casework.Happening) { counted = append(counted, h.What) }
			s.Text(sender, "a girl is raped now in Kibera by her uncle")
			r := only(s)
			if r.Category != ripoti.SVAC || r.RoutedAt.IsZero() || r.Answers.Contact != ripoti.WishNone || r.Answers.Place.Name != "Kibera" {
				t.Errorf("%+v", r)
			}
			if who, err := s.Store.Reporter(t.Context(), r.ID); err != nil || who.Phone != "" || who.Wish != ripoti.WishNone {
				t.Errorf("the reporter is %+v, %v", who, err)
			}
			if !strings.Contains(strings.Join(s.Told(), " "), "social-047") {
				t.Errorf("told: %v", s.Told())
			}
			s.Text(sender, "A girl is raped now in Kibera by her uncle!")
			if n := len(reports(s)); n != 1 {
				t.Errorf("the same words are %d reports", n)
			}
			s.Wait(5 * time.Minute)
			if reminders(s, careContact) != 1 {
				t.Error("no person is asked to read it")
			}
			if s.Kinds(sender) != "" || !strings.Contains(strings.Join(counted, " "), "no_phone") {
				t.Errorf("answered with %s, counted %v", s.Kinds(sender), counted)
			}
		})
		t.Run(sender+" that tells of none is kept and left", func(t *testing.T) {
			s := stage.New(t, nil)
			for _, body := range []string{"Win a phone! Text WIN to 21094", "", "STOP", "1", "\xff\x00"} {
				s.Text(sender, body)
			}
			if len(reports(s)) != 0 || len(s.Sent) != 0 {
				t.Errorf("%d reports, sent %v", len(reports(s)), s.Sent)
			}
		})
	}
}

func TestSilenceIsTold(t *testing.T) {
	s := stage.New(t, nil)
	silenced := 0
	s.Desk.Seen = func(h casework.Happening) {
		if h.What == "silenced" {
			silenced++
		}
	}
	for range 10 {
		s.Text(neighbour, "help")
	}
	if n := len(s.Got(neighbour)); n != 5 || silenced != 1 {
		t.Errorf("%d answers, told %d times", n, silenced)
	}
}

func TestTextParts(t *testing.T) {
	full := func(begin string) string {
		return begin + strings.Repeat(" and then we heard the children cry again", 4)[:153-len(begin)]
	}
	first, second, last := full("first there is a family in Kayole"), full("second he"), "ten by her uncle and we fear"
	type part struct {
		body string
		sent time.Duration // as the provider tells it
	}
	for name, c := range map[string]struct {
		parts []part
		want  string
	}{
		"in order": {[]part{{first, 0}, {second, 1}, {last, 2}}, first + second + last},
		"the second first, by the time it was sent": {[]part{{second, 1}, {first, 0}, {last, 2}}, first + second + last},
		"backwards":                          {[]part{{last, 2}, {second, 1}, {first, 0}}, first + second + last},
		"in one second, the last first":      {[]part{{last, 0}, {first, 0}}, first + last},
		"in one second, nobody knows better": {[]part{{first, 0}, {second, 0}, {last, 0}}, first + second + last},
		"two short texts are two lines":      {[]part{{"a girl is beaten", 0}, {"in Kayole", 1}}, "a girl is beaten\nin Kayole"},
	} {
		t.Run("parts read whole: "+name, func(t *testing.T) {
			s := stage.New(t, nil)
			at := s.Clock.Now()
			for i, p := range c.parts {
				if err := s.Desk.Receive(t.Context(), sms.Inbound{Provider: "africastalking", ProviderID: fmt.Sprint("p", i), From: neighbour, Body: p.body, At: at.Add(p.sent * time.Second)}); err != nil {
					t.Fatal(err)
				}
				s.Work()
			}
			if got := only(s).Answers.More; got != c.want {
				t.Errorf("reads\n%q\nnot\n%q", got, c.want)
			}
			s.Wait(time.Hour)
			if n := strings.Count(s.Kinds(neighbour), "text."); n != 1 {
				t.Errorf("answered with %s", s.Kinds(neighbour))
			}
		})
	}
	t.Run("what comes half a minute later is no part, and stands behind", func(t *testing.T) {
		s := stage.New(t, nil)
		at := s.Clock.Now()
		s.Text(neighbour, first)
		s.Wait(31 * time.Second)
		if err := s.Desk.Receive(t.Context(), sms.Inbound{Provider: "africastalking", ProviderID: "late", From: neighbour, Body: second, At: at.Add(-time.Hour)}); err != nil {
			t.Fatal(err)
		}
		s.Work()
		if got := only(s).Answers.More; got != first+"\n"+second {
			t.Errorf("%q", got)
		}
	})
}

func TestTextPlaceCorrected(t *testing.T) {
	s := stage.New(t, nil)
	s.Text(neighbour, "a girl is beaten by her uncle in Kibera")
	s.Wait(2 * time.Minute)
	r := only(s)
	before := assigned(s, r)
	told := map[string]bool{}
	for _, who := range s.Told() {
		told[who] = true
	}
	s.Text(neighbour, "sorry, not Kibera, it is Mombasa Old Town")
	s.Wait(time.Minute)
	r = only(s)
	if r.Answers.Place.CountyID != "001" || strings.Count(s.History(r.Code), "routed") != 2 || !strings.Contains(s.History(r.Code), "place_corrected") {
		t.Fatalf("at %+v, %s", r.Answers.Place, s.History(r.Code))
	}
	if after := assigned(s, r); after == before {
		t.Errorf("the same offices have it: %s", after)
	}
	moved, heard := 0, 0
	all, err := s.Store.Assignments(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.Status != ripoti.AssignmentMoved {
			continue
		}
		moved++
		for who := range told {
			if strings.HasPrefix(who, a.OfficeID+".") && strings.Contains(s.Kinds(who), "state") {
				heard++
			}
		}
	}
	if moved == 0 || heard != moved {
		t.Errorf("%d offices have it no more, %d heard so", moved, heard)
	}
	s.Wait(time.Hour)
	for who := range told {
		if n := strings.Count(s.Kinds(who), "state"); n > 1 {
			t.Errorf("%s heard %d times", who, n)
		}
	}
}

// assigned are the offices that have a report, as one line.
func assigned(s *stage.Stage, r ripoti.Report) string {
	s.Helper()
	all, err := s.Store.Assignments(s.Context(), r.ID)
	if err != nil {
		s.Fatal(err)
	}
	var offices []string
	for _, a := range all {
		if a.Status == ripoti.AssignmentOpen || a.Status == ripoti.AssignmentAccepted {
			offices = append(offices, a.OfficeID)
		}
	}
	return strings.Join(offices, " ")
}

func TestStoppedOfficer(t *testing.T) {
	alerted := func(t *testing.T) (*stage.Stage, ripoti.Code) {
		s := stage.New(t, nil)
		code := s.File("c1", ripoti.StageUrgent, danger(nil))
		s.Text("station-near.desk", "STOP")
		if err := s.Desk.Live.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s, code
	}
	number := func(s *stage.Stage) string {
		c, _ := s.Desk.Live.World().Contact("station-near.desk")
		return c.Phone.Dial()
	}
	for _, body := range []string{"1 %s", "ndio %s", "1"} {
		t.Run(fmt.Sprintf("%q is taken, and not answered", body), func(t *testing.T) {
			s, code := alerted(t)
			if strings.Contains(body, "%s") {
				body = fmt.Sprintf(body, code)
			}
			before := s.Kinds("station-near.desk") + s.Kinds(number(s))
			s.Text("station-near.desk", body)
			if r := s.Report(code); r.Status != ripoti.StatusAccepted {
				t.Errorf("the report is %s", r.Status)
			}
			if after := s.Kinds("station-near.desk") + s.Kinds(number(s)); after != before {
				t.Errorf("answered: %s became %s", before, after)
			}
			if n := len(reports(s)); n != 1 {
				t.Errorf("%d reports", n)
			}
			s.Wait(2 * time.Hour)
			if strings.Contains(s.Kinds("station-near.ocs"), "ocs") {
				t.Error("it climbs although somebody has it")
			}
		})
	}
	t.Run("START and what is no answer go their way", func(t *testing.T) {
		s, code := alerted(t)
		s.Text("station-near.desk", "1 4829172")
		if r := s.Report(code); r.Status == ripoti.StatusAccepted {
			t.Error("another number took it")
		}
		s.Text("station-near.desk", "START")
		if err := s.Desk.Live.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.Text("station-near.desk", "1 "+string(code))
		if s.Kinds(number(s)) != "text.stopped text.started" || !strings.Contains(s.Kinds("station-near.desk"), "accepted") {
			t.Errorf("%s, %s", s.Kinds(number(s)), s.Kinds("station-near.desk"))
		}
	})
}
