package main

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store/storetest"
)

const passerby = "+254711000095"

// said texts the house and wants the hook's yes.
func (tr *trip) said(sid, from, body string) {
	tr.Helper()
	if got := tr.twilio.text(tripPublic, tr.url, sid, from, body); got != http.StatusOK {
		tr.Fatalf("the text is answered with %d", got)
	}
}

func (tr *trip) reports() []ripoti.Report {
	tr.Helper()
	reports, err := tr.house.store.Reports(tr.Context(), "", 50)
	if err != nil {
		tr.Fatal(err)
	}
	return reports
}

// routed waits until there are n reports and all of them are routed.
func (tr *trip) routed(n int) []ripoti.Report {
	tr.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		done := 0
		reports := tr.reports()
		for _, r := range reports {
			if !r.RoutedAt.IsZero() {
				done++
			}
		}
		if done == n && len(reports) == n {
			return reports
		}
	}
	tr.Fatalf("%d reports are not routed: %+v", n, tr.reports())
	return nil
}

func TestTripOfATextInAnyWords(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tr := newTrip(t, database)
		tr.startWorker()
		tr.said("SM1", passerby, "kuna mtoto anapigwa na jirani huku Kibera, saidieni")
		receipt := tr.twilio.waitFor(passerby, 1)[0]
		code := tr.numberOn(receipt.Body)
		if r, err := tr.house.store.ReportByCode(t.Context(), codeOf(t, code)); err != nil || r.Category != ripoti.ChildAbuse || r.Channel != ripoti.BySMS {
			t.Fatalf("the number on the receipt is of %+v, %v", r, err)
		}
		tr.said("SM2", passerby, "ndio")
		if question := tr.twilio.waitFor(passerby, 2)[1]; !strings.Contains(question.Body, "dharura sasa hivi?") {
			t.Errorf("asked: %q", question.Body)
		}
		tr.said("SM3", passerby, "Ndio sasa hivi")
		if r := tr.routed(1)[0]; r.Urgency != ripoti.Critical || r.Answers.Contact != ripoti.WishSMS || string(r.Code) != code {
			t.Errorf("the report is %+v", r)
		}
		tr.twilio.waitFor(socialWorker, 1)
		t.Run("any of the texts again has no second effect", func(t *testing.T) {
			time.Sleep(300 * time.Millisecond)
			before := len(tr.twilio.sent(""))
			tr.said("SM1", passerby, "kuna mtoto anapigwa na jirani huku Kibera, saidieni")
			tr.said("SM3", passerby, "Ndio sasa hivi")
			time.Sleep(400 * time.Millisecond)
			if after := len(tr.twilio.sent("")); after != before || len(tr.reports()) != 1 {
				t.Errorf("%d messages became %d, %d reports", before, after, len(tr.reports()))
			}
		})
		t.Run("nothing tells the reporter's number", func(t *testing.T) {
			for _, m := range tr.twilio.sent("") {
				if strings.Contains(m.Body, passerby[4:]) {
					t.Errorf("%s is told %q", m.To, m.Body)
				}
			}
		})
	})
}

func TestTripTextIsSavedBeforeAnybodyReadsIt(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tr := newTrip(t, database)
		tr.said("SM1", passerby, "a man is beating a child with a panga in Kibera right now")
		time.Sleep(200 * time.Millisecond) // the queue has it, and nobody serves the queue
		if sent := tr.twilio.sent(""); len(sent) != 0 {
			t.Errorf("answered before it was read: %v", sent)
		}
		tr.flush()
		tr.startWorker()
		receipt := tr.twilio.waitFor(passerby, 1)[0]
		if r := tr.routed(1)[0]; r.Code.Spaced() != tr.numberOn(receipt.Body)[:3]+" "+tr.numberOn(receipt.Body)[3:] || r.Urgency != ripoti.Critical {
			t.Errorf("the report is %+v, the receipt %q", r, receipt.Body)
		}
	})
}

func TestTripTextsOfOneNumberAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tr := newTrip(t, database)
		texts := []string{"there is a child who is beaten every day", "by her uncle in Kibera", "she is bleeding now", "please come"}
		for i, text := range texts {
			tr.said("SM"+string(rune('a'+i)), passerby, text)
		}
		tr.startWorker()
		r := tr.routed(1)[0]
		for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if n, err := tr.house.store.TextsOf(t.Context(), r.ID); err == nil && n == len(texts) {
				break
			}
		}
		r = tr.reports()[0]
		for _, text := range texts {
			if !strings.Contains(r.Answers.More, text) {
				t.Errorf("%q is lost: %q", text, r.Answers.More)
			}
		}
		tr.twilio.waitFor(passerby, 1)
		time.Sleep(300 * time.Millisecond) // a second answer would follow the first at once
		if got := tr.twilio.sent(passerby); len(got) != 1 || len(tr.reports()) != 1 {
			t.Errorf("%d reports, answered with %v", len(tr.reports()), got)
		}
	})
}

func TestTripStopIsHonoured(t *testing.T) {
	onBoth(t, func(t *testing.T, database string) {
		tr := newTrip(t, database)
		tr.startWorker()
		tr.said("SM1", officer, "STOP")
		if got := tr.twilio.waitFor(officer, 1)[0]; !strings.Contains(got.Body, "no more messages") {
			t.Errorf("confirmed with %q", got.Body)
		}
		tr.said("SM2", passerby, "stop")
		tr.twilio.waitFor(passerby, 1)
		tr.said("SM3", passerby, "a girl is raped now in Kibera, he has a knife")
		tr.routed(1)
		tr.twilio.waitFor(socialWorker, 1)
		time.Sleep(400 * time.Millisecond)
		for _, who := range []string{officer, passerby} {
			if got := tr.twilio.sent(who); len(got) != 1 {
				t.Errorf("%s got %v", who, got)
			}
		}
		told := false
		for _, m := range tr.twilio.sent("") {
			told = told || strings.Contains(m.Body, "texted STOP")
			if strings.Contains(m.Body, officer[4:]) {
				t.Errorf("the number is told: %q", m.Body)
			}
		}
		if !told {
			t.Error("no coordinator heard of it")
		}
	})
}

func TestTripTextsOfAnyBytes(t *testing.T) {
	path := storetest.SQLite(t)
	tr := newTrip(t, "sqlite:"+path)
	tr.startWorker()
	texts := []string{"secretword \x00 \xff\xfe", "secretword 😭😭", "secretword طفل في خطر", strings.Repeat("secretword ", 1000)}
	for i, text := range texts {
		tr.said("SM"+string(rune('a'+i)), passerby[:len(passerby)-1]+string(rune('1'+i)), text)
	}
	tr.routed(len(texts))
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, text := range map[string]string{"the log": tr.log.String(), "Redis": tr.dumpRedis(), "the database": storetest.Dump(t, db)} {
		for _, secret := range []string{"secretword", "71100009"} {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s holds %q: ...%s...", name, secret, text[max(0, at-80):min(len(text), at+80)])
			}
		}
	}
	if len(tr.log.String()) == 0 {
		t.Error("nothing was logged: the test proves nothing")
	}
}
