// Package stage plays the life of a report in a test: a real database, an invented village, a clock
// that is moved by hand, and phones that remember what they got.
package stage

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
	"ripoti/internal/tasks"
	"ripoti/internal/triage"
	"ripoti/locales"
)

// Stage is a village with everything it needs.
type Stage struct {
	*testing.T
	Clock *storetest.Clock
	Store *store.Store
	Desk  *casework.Desk
	Keys  *seal.Keys
	// Sent are the messages that left, oldest first.
	Sent []SMS

	writer *flows.Writer
	texts  int
}

// SMS is a message on a phone. To is the contact's id, or the number of somebody who is no contact.
type SMS struct {
	To, Kind, Text string
	At             time.Time
}

// New sets the stage. change may alter the village before it is saved; nil leaves it.
func New(t *testing.T, change func([]ripoti.Office, []ripoti.Contact)) *Stage {
	t.Helper()
	s := &Stage{T: t, Clock: storetest.NewClock()}
	var err error
	s.Keys, err = seal.New()
	s.must(err)
	s.Store, err = store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "ripoti.db"), s.Keys, s.Clock.Now)
	s.must(err)
	t.Cleanup(func() { s.Store.Close() })
	_, err = s.Store.Migrate(t.Context())
	s.must(err)
	s.Directory(change)
	places, err := gazetteer.Load()
	s.must(err)
	live, err := casework.NewLive(t.Context(), s.Store, places)
	s.must(err)
	filer := store.NewFiler(s.Store, func(int) {})
	t.Cleanup(filer.Close)
	s.Desk = &casework.Desk{Store: s.Store, Filer: filer, Live: live, Now: s.Clock.Now, Wake: func() {}, Places: places}
	s.Desk.Reader, err = triage.LoadWith(live.World().Rules, places)
	s.must(err)
	words, err := openWords()
	s.must(err)
	s.writer = flows.NewWriter(words)
	return s
}

func openWords() (*locales.Catalogue, error) {
	lines, err := locales.Helplines("")
	if err != nil {
		return nil, err
	}
	return locales.Load(locales.Fixed("*483#", "", lines))
}

func (s *Stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// Directory saves the village, altered by change.
func (s *Stage) Directory(change func([]ripoti.Office, []ripoti.Contact)) {
	s.Helper()
	offices, contacts := village(s.Clock.Now())
	if change != nil {
		change(offices, contacts)
	}
	s.must(s.Store.InTx(s.Context(), func(tx *store.Tx) error { return tx.SaveDirectory(s.Context(), offices, contacts) }))
	if s.Desk != nil {
		s.must(s.Desk.Live.Refresh(s.Context()))
	}
}

// Kibera is where the village is.
var Kibera = ripoti.PlaceRef{ID: "sample-kibera", Name: "Kibera", County: "Nairobi", CountyID: "047", Point: ripoti.Point{Lat: -1.3133, Lon: 36.7872}, Precision: ripoti.PrecisionExact}

// Report is a complete set of answers about the village, altered by change.
func Report(change func(*ripoti.Answers)) ripoti.Answers {
	a := ripoti.Answers{Danger: ripoti.DangerNo, What: ripoti.WhatSexual, Place: Kibera, AtRisk: ripoti.AtRiskOtherChild, ByWhom: ripoti.ByKnown,
		When: ripoti.WhenDays3, Suspect: ripoti.SuspectNear, Contact: ripoti.WishEvening}
	if change != nil {
		change(&a)
	}
	return a
}

// File files a report and does all that is due. It gives the report's number.
func (s *Stage) File(conversation string, stage ripoti.Stage, a ripoti.Answers) ripoti.Code {
	s.Helper()
	code, err := s.Desk.File(s.Context(), s.filing(conversation, stage, a))
	s.must(err)
	s.Work()
	return code
}

// Add adds later answers and does all that is due.
func (s *Stage) Add(conversation string, stage ripoti.Stage, a ripoti.Answers) {
	s.Helper()
	s.must(s.Desk.Add(s.Context(), s.filing(conversation, stage, a)))
	s.Work()
}

func (s *Stage) filing(conversation string, stage ripoti.Stage, a ripoti.Answers) casework.Filing {
	return casework.Filing{Conversation: conversation, From: "+254711000099", Channel: ripoti.ByUSSD,
		Draft: ripoti.Draft{Answers: a, Lang: ripoti.Swahili, Stage: stage}}
}

// Text is a text of a contact (by id) or of any number; then all that is due is done.
func (s *Stage) Text(from, body string) {
	s.Helper()
	s.texts++
	s.must(s.Desk.Receive(s.Context(), sms.Inbound{Provider: "twilio", ProviderID: fmt.Sprint("SM", s.texts), From: s.phone(from), Body: body, At: s.Clock.Now()}))
	s.Work()
}

func (s *Stage) phone(who string) string {
	if c, ok := s.Desk.Live.World().Contact(who); ok {
		return c.Phone.Dial()
	}
	return who
}

// Wait moves the clock by a duration, minute by minute or in longer steps where it is long, and does
// what falls due on the way.
func (s *Stage) Wait(d time.Duration) {
	s.Helper()
	step := time.Minute
	for _, longer := range []time.Duration{5 * time.Minute, time.Hour} { // at most some hundred steps
		if d > 50*longer {
			step = longer
		}
	}
	for end := s.Clock.Now().Add(d); s.Clock.Now().Before(end); {
		s.Clock.Move(min(step, end.Sub(s.Clock.Now())))
		s.Work()
	}
}

// Work does all that is due, as the worker does.
func (s *Stage) Work() {
	s.Helper()
	do := map[string]func(tasks.Payload) error{
		tasks.Route: func(p tasks.Payload) error { return s.Desk.Route(s.Context(), p) },
		tasks.Climb: func(p tasks.Payload) error { return s.Desk.Climb(s.Context(), p) },
		tasks.Read:  func(p tasks.Payload) error { return s.Desk.Read(s.Context(), p) },
		tasks.Tell:  func(p tasks.Payload) error { return s.Desk.Tell(s.Context(), p) },
		tasks.Send:  s.send,
	}
	for range 100 {
		duties, err := s.Store.Wake(s.Context(), 100, tasks.Patience)
		s.must(err)
		if len(duties) == 0 {
			return
		}
		for _, d := range duties {
			if err := do[d.Kind](tasks.Payload{Duty: d.ID, Subject: d.Subject, Tries: d.Tries}); err != nil {
				s.Fatalf("%s: %v", d.Kind, err)
			}
		}
	}
	s.Fatal("the work never ends")
}

func (s *Stage) send(p tasks.Payload) error {
	m, ok, err := s.Store.Claim(s.Context(), p.Subject, sms.SimulatorName)
	if err != nil {
		return err
	}
	if ok {
		var facts flows.Facts
		s.must(json.Unmarshal([]byte(m.Facts), &facts))
		facts.Way = sms.Way{TwoWay: true}
		text, err := s.writer.Say(m.Kind, m.Lang, facts)
		s.must(err)
		to := m.ContactID
		if to == "" {
			to = m.To.Dial()
		}
		s.Sent = append(s.Sent, SMS{to, m.Kind, text, s.Clock.Now()})
		s.must(s.Store.Sent(s.Context(), m.ID, text, sms.Sent{ProviderID: "SIM" + m.ID, Segments: 1}))
	}
	return s.Store.Finish(s.Context(), p.Duty)
}

// Got are the messages a contact or number got, oldest first.
func (s *Stage) Got(who string) (out []SMS) {
	for _, m := range s.Sent {
		if m.To == who {
			out = append(out, m)
		}
	}
	return out
}

// Kinds are what a contact or number got, as one line: "alert reminder".
func (s *Stage) Kinds(who string) string {
	var kinds []string
	for _, m := range s.Got(who) {
		kinds = append(kinds, m.Kind)
	}
	return strings.Join(kinds, " ")
}

// Told are all who got anything, in the order of their first message.
func (s *Stage) Told() (who []string) {
	seen := map[string]bool{}
	for _, m := range s.Sent {
		if !seen[m.To] {
			seen[m.To] = true
			who = append(who, m.To)
		}
	}
	return who
}

// Report reads a report by its number.
func (s *Stage) Report(code ripoti.Code) ripoti.Report {
	s.Helper()
	r, err := s.Store.ReportByCode(s.Context(), code)
	s.must(err)
	return r
}

// History is the kinds of a report's events as one line, and a check that its chain holds.
func (s *Stage) History(code ripoti.Code) string {
	s.Helper()
	events, err := s.Store.Events(s.Context(), s.Report(code).ID)
	s.must(err)
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	if _, breaks, err := s.Store.VerifyChains(s.Context(), func(int) {}); err != nil || len(breaks) > 0 {
		s.Errorf("the history does not hold: %v %v", breaks, err)
	}
	return strings.Join(kinds, " ")
}
