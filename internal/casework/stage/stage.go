// Package stage plays the life of a report in a test: a real database, an invented village, a clock
// that is moved by hand, and phones that remember what they got.
package stage

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
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
	// Sent are the messages that left, oldest first; Mornings the briefs of the morning, which tell of no
	// report and would stand between what a test is about.
	Sent, Mornings []SMS
	// Also is what is done when it is due besides the desk's own.
	Also map[string]casework.Task

	path   string // of the database
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
	s.path = storetest.SQLite(t)
	s.Store, err = store.Open(t.Context(), "sqlite:"+s.path, s.Keys, s.Clock.Now)
	s.must(err)
	t.Cleanup(func() { s.Store.Close() })
	s.Directory(change)
	places, err := thePlaces()
	s.must(err)
	live, err := casework.NewLive(t.Context(), s.Store, places)
	s.must(err)
	filer := store.NewFiler(s.Store, func(int) {})
	t.Cleanup(filer.Close)
	s.Desk = &casework.Desk{Store: s.Store, Filer: filer, Live: live, Now: s.Clock.Now, Wake: func() {}, Places: places}
	s.Desk.Reader, err = theReader()
	s.must(err)
	s.must(s.Desk.Stand(t.Context()))
	words, err := theWords()
	s.must(err)
	s.writer = flows.NewWriter(words)
	return s
}

// What never changes and is costly to make is made once for all stages.
var (
	thePlaces = sync.OnceValues(gazetteer.Load)
	theReader = sync.OnceValues(func() (*triage.Reader, error) {
		places, err := thePlaces()
		if err != nil {
			return nil, err
		}
		return triage.LoadWith(sync.OnceValue(routing.Default), places)
	})
	theWords = sync.OnceValues(func() (*locales.Catalogue, error) {
		lines, err := locales.Helplines("")
		if err != nil {
			return nil, err
		}
		return locales.Load(locales.Fixed("*483#", "", lines))
	})
)

// Context is the test's, but for its end: of what cannot be stopped no database needs to watch whether it is.
func (s *Stage) Context() context.Context { return context.WithoutCancel(s.T.Context()) }

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

// Wait moves the clock by a duration, from one thing that falls due to the next, and does each in its
// time.
func (s *Stage) Wait(d time.Duration) {
	s.Helper()
	for end := s.Clock.Now().Add(d); ; {
		next, some, err := s.Store.NextWake(s.Context())
		s.must(err)
		if !some || next.After(end) {
			s.Clock.Move(end.Sub(s.Clock.Now()))
			return
		}
		if now := s.Clock.Now(); next.After(now) {
			s.Clock.Move(next.Sub(now))
		}
		s.Work()
	}
}

// Work does all that is due, as the worker does.
func (s *Stage) Work() {
	s.Helper()
	do := s.Desk.Tasks()
	do[tasks.Send] = s.send
	maps.Copy(do, s.Also)
	for range 100 {
		duties, err := s.Store.Wake(s.Context(), 100, tasks.Patience)
		s.must(err)
		if len(duties) == 0 {
			return
		}
		for _, d := range duties {
			if err := do[d.Kind](s.Context(), tasks.Payload{Duty: d.ID, Subject: d.Subject, Tries: d.Tries}); err != nil {
				s.Fatalf("%s: %v", d.Kind, err)
			}
		}
	}
	s.Fatal("the work never ends")
}

func (s *Stage) send(_ context.Context, p tasks.Payload) error {
	m, ok, err := s.Store.Claim(s.Context(), p.Subject, sms.SimulatorName)
	if err != nil {
		return err
	}
	if ok {
		var facts flows.Facts
		s.must(json.Unmarshal([]byte(m.Facts), &facts))
		facts.Way, facts.Drill = sms.Way{TwoWay: true}, m.Drill
		text, err := s.writer.Say(m.Kind, m.Lang, facts)
		s.must(err)
		to := m.ContactID
		if to == "" {
			to = m.To.Dial()
		}
		left := &s.Sent
		if slices.Contains(flows.BriefSays, m.Kind) {
			left = &s.Mornings
		}
		*left = append(*left, SMS{to, m.Kind, text, s.Clock.Now()})
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

// Tamper changes the database behind everybody's back, as an intruder would.
func (s *Stage) Tamper(statement string) {
	s.Helper()
	db, err := sql.Open("sqlite", "file:"+s.path+"?_pragma=busy_timeout(5000)")
	s.must(err)
	defer db.Close()
	_, err = db.ExecContext(s.Context(), statement)
	s.must(err)
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
