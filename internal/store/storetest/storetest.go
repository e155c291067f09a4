// Package storetest is the contract of the store: what both databases promise, run against each.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
	"ripoti/internal/store"
)

// Clock is a clock that stands until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at a Monday morning in Nairobi.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Move moves the clock.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Open gives an empty, migrated store that reads the clock, and a way past it into the database. Both
// are closed by t.Cleanup.
type Open func(t *testing.T, clock *Clock) (*store.Store, *sql.DB)

// Run proves a store.
func Run(t *testing.T, open Open) {
	for _, promise := range []struct {
		name string
		test func(*testing.T, *fixture)
	}{
		{"a report is read back as it was filed", filedReport},
		{"a conversation files one report however often it tries", filedOnce},
		{"a number that is taken is drawn again", numberTaken},
		{"concurrent filings all get their own number", filedTogether},
		{"one bad row in a group hurts nobody else", badRow},
		{"a report whose caller hung up is saved", hungUp},
		{"a filer that is closed saves what it was given and takes no more", closedFiler},
		{"a held draft goes out when its time has come", heldDraft},
		{"a held draft that was filed or dropped does not go out", heldGone},
		{"a held draft that comes after its drop is not held, and nothing of it stays", heldAfterDrop},
		{"a held draft of a conversation that filed is not held", heldLate},
		{"drafts held together are each held as alone", heldTogether},
		{"what is owed at once is in hand at once, and wakes if nothing comes of it", fromMemory},
		{"an unknown report is not_found", unknown},
		{"the line of events proves itself and shows every break", chainOfEvents},
		{"the last line of a kind is found, also by what it says", lastEvents},
		{"a duty is handed over when due, again when patience ends, never when done", duties},
		{"two hands that wake duties never take the same", dutiesOnce},
		{"two hands that take two reports crosswise both get them, once", crossed},
		{"a message is claimed once", claimedOnce},
		{"a receipt moves a message forward, never back", receiptsForward},
		{"a receipt that comes before our own write is kept", receiptEarly},
		{"a repeated send is counted", repeated},
		{"a text is kept once and unaltered", received},
		{"an office's queue pages without gaps and hides walled reports", officeQueue},
		{"an alert is found by who got it", alerted},
		{"nothing leaves to a number that answers for a walled office", walledDoor},
		{"the directory is replaced as a whole and tells of it", directory},
		{"rules are published in versions, and drafts and exceptions kept as they were left", rules},
		{"past reports page in order as a view shows them, and a trial of rules belongs to one person", pastReports},
		{"a change of the directory is kept with who, before and after, and walls follow a new number", directoryChanges},
		{"a number is checked by a code of its own, and what was handed in is kept sealed", numberChecks},
		{"reports of one event are found, linked by a person, and shown outside the wall alone", incidents},
		{"a referral is kept with its words sealed, and ends once", referrals},
		{"what is known of a case is kept, and it is closed and opened again", caseGoesOn},
		{"one flag of a kind stands on a case, and the wall hides it", flagsStand},
		{"one closing stands on a case, and a person has one voice", closings},
		{"a case is held by who took it until it ends", heldCases},
		{"a roster is replaced office by office, and the newest word about duty counts until its time", rosters},
		{"reports page newest first without gaps", reportPages},
		{"automatic answers are counted until a real action", passive},
		{"what a message cost is kept, at once or later", costs},
		{"what was taken and reported on is counted by provider", deliveries},
		{"how far a provider's list was read is kept", marks},
		{"a text of the hook and the list is one text", listedTexts},
		{"a burst has one order, whoever looks", orderOfBurst},
		{"a burst leaves as one message, and what is in it follows", bundles},
		{"what is in a bundle fails with it", bundleFails},
		{"a bundle with a walled report does not leave, and the rest does", bundleMeetsWall},
		{"a talk by SMS is kept for each number", talks},
		{"texts of one number are read one after the other", talksInTurn},
		{"a report filed within a transaction is filed once", filedInTx},
		{"a number that stopped is known until it starts again", stops},
		{"automatic answers are counted by number and hour", answersCounted},
		{"the same words of a number are known again for a while", sameWords},
		{"what a machine read is a proposal that the newest one replaces", proposals},
		{"what no person has read is listed oldest first and counted once it is late", unreadPages},
		{"no byte in any field keeps a text from being kept", receivedAnyBytes},
		{"a message that has not left yet is taken back once", withdrawn},
		{"a wish to be forgotten waits once until it is decided", deletionAsked},
		{"a partner is known by what it brings, and owed each event once", partners},
		{"sentences are changed in versions, each draft once", wordings},
		{"figures count what a view shows and nothing behind the wall", measured},
		{"a brief counts each report once, in its area and on its side of the wall", briefFigures},
		{"a press of a follow-up is noted once, and a number tells how its report stands", followUpOnce},
		{"a phone's wrong numbers are counted for a day", wrongNumbers},
		{"a reporter hears a thing once, and answers the newest question", newsOnce},
		{"an opened number is a row with its reason and its end", openings},
		{"what is asked by the clock is written once and waits again after it was cancelled", checksKept},
		{"that it is not safe to call holds until a real contact", safeToCall},
		{"the workload of a contact is what it holds and is open", workloads},
		{"a number is tested once a month and answers within its time", pings},
		{"a dark office is marked once and told of", darkOffices},
		{"who left an office sees its cases no more", estranged},
		{"a PIN is kept sealed, with its tries and its code", pins},
		{"of many tries at once every one counts", pinTries},
		{"a press of the staff line is done once, whoever asks again", staffActs},
		{"the staff line lists what is a number's own, and nothing behind a wall", staffLists},
		{"what waits for a person is listed by what it waits for, outside the wall alone", waiting},
		{"a practice report says so in every message and is counted nowhere", practised},
		{"who did what pages without gaps, and the network's own chain proves itself", deeds},
		{"no number and no story stands readable in the database", sealedAtRest},
	} {
		t.Run(promise.name, func(t *testing.T) {
			clock := NewClock()
			s, db := open(t, clock)
			promise.test(t, &fixture{T: t, ctx: t.Context(), clock: clock, Store: s, db: db})
		})
	}
}

// fixture is a store under test with short words for what tests do again and again.
type fixture struct {
	*testing.T
	*store.Store
	ctx   context.Context
	clock *Clock
	db    *sql.DB
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

const caller = ripoti.Phone("+254711000099")

func (f *fixture) filing(conversation string) store.Filing {
	return store.Filing{
		Conversation: conversation,
		From:         caller,
		Event:        `{"stage":"complete"}`,
		Report: ripoti.Report{
			ID: store.NewID(), Channel: ripoti.ByUSSD, Lang: ripoti.Swahili, Stage: ripoti.StageComplete,
			Category: ripoti.SVAC, Urgency: ripoti.High, Rule: "H2", Status: ripoti.StatusFiled, FiledAt: f.clock.Now(),
			Answers: ripoti.Answers{
				What: ripoti.WhatSexual, ByWhom: ripoti.ByKnown, Contact: ripoti.WishEvening, More: "behind the blue kiosk",
				Place: ripoti.PlaceRef{ID: "ward-0001", Name: "Sample", County: "Nairobi", CountyID: "047", Typed: "kwa mama sample"},
			},
		},
		Duties: []store.Duty{{Kind: "route", Subject: "x", Queue: "default", Due: f.clock.Now()}},
	}
}

func (f *fixture) file(conversation string) store.Filed {
	f.Helper()
	filer := store.NewFiler(f.Store, func(int) {})
	defer filer.Close()
	filed, err := filer.File(f.ctx, f.filing(conversation))
	f.must(err)
	return filed
}

func (f *fixture) tx(do func(*store.Tx) error) {
	f.Helper()
	f.must(f.InTx(f.ctx, do))
}

func filedReport(t *testing.T, f *fixture) {
	filed := f.file("c1")
	got, err := f.ReportByCode(f.ctx, filed.Code)
	f.must(err)
	want := f.filing("c1").Report
	want.ID, want.Code = filed.ID, filed.Code
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("read back\n%v\nwant\n%v", got, want)
	}
	who, err := f.Reporter(f.ctx, filed.ID)
	f.must(err)
	if who.Phone != caller || who.Wish != ripoti.WishEvening {
		t.Errorf("reporter %v, wish %q", who.Phone == caller, who.Wish)
	}
	events, err := f.Events(f.ctx, filed.ID)
	f.must(err)
	if len(events) != 1 || events[0].Kind != "filed" {
		t.Errorf("events: %v", events)
	}
}

func filedOnce(t *testing.T, f *fixture) {
	first, second := f.file("c1"), f.file("c1")
	if first.Again || !second.Again || first.ID != second.ID || first.Code != second.Code {
		t.Errorf("first %+v, second %+v", first, second)
	}
	duties, err := f.DutiesOf(f.ctx, "x")
	f.must(err)
	if len(duties) != 1 {
		t.Errorf("%d duties to route, want 1", len(duties))
	}
}

func numberTaken(t *testing.T, f *fixture) {
	// Among 3,000 of 900,000 numbers some draw twice: none of the filings may fail or share.
	filer := store.NewFiler(f.Store, func(int) {})
	defer filer.Close()
	seen := map[ripoti.Code]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 100 {
		wg.Go(func() {
			for i := range 30 {
				filed, err := filer.File(f.ctx, f.filing(fmt.Sprintf("c%d-%d", w, i)))
				mu.Lock()
				if err != nil || seen[filed.Code] {
					t.Errorf("filing %d-%d: %v, number seen before: %v", w, i, err, seen[filed.Code])
				}
				seen[filed.Code] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func filedTogether(t *testing.T, f *fixture) {
	var commits int
	var mu sync.Mutex
	filer := store.NewFiler(f.Store, func(int) { mu.Lock(); commits++; mu.Unlock() })
	var wg sync.WaitGroup
	codes := make([]ripoti.Code, 200)
	for i := range codes {
		wg.Go(func() {
			filed, err := filer.File(f.ctx, f.filing(fmt.Sprint("c", i)))
			if err != nil {
				t.Error(err)
			}
			codes[i] = filed.Code
		})
	}
	wg.Wait()
	filer.Close()
	for i, code := range codes {
		if r, err := f.ReportByCode(f.ctx, code); err != nil || r.Code != code {
			t.Errorf("report %d: %v", i, err)
		}
	}
	if commits >= len(codes) {
		t.Errorf("%d commits for %d reports: filings do not share", commits, len(codes))
	}
}

func badRow(t *testing.T, f *fixture) {
	// A duty with a key that exists already cannot be written.
	f.tx(func(tx *store.Tx) error {
		return tx.Owe(f.ctx, store.Duty{ID: "taken", Kind: "route", Due: f.clock.Now()})
	})
	filer := store.NewFiler(f.Store, func(int) {})
	defer filer.Close()
	var wg sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		wg.Go(func() {
			filing := f.filing(fmt.Sprint("c", i))
			if i == 17 {
				filing.Duties = []store.Duty{{ID: "taken", Kind: "route", Due: f.clock.Now()}}
			}
			_, errs[i] = filer.File(f.ctx, filing)
		})
	}
	wg.Wait()
	for i, err := range errs {
		if (err != nil) != (i == 17) {
			t.Errorf("filing %d: %v", i, err)
		}
	}
}

func hungUp(t *testing.T, f *fixture) {
	// Another transaction holds the database, so that the caller is gone before the commit.
	filer := store.NewFiler(f.Store, func(int) {})
	ctx, hangUp := context.WithCancel(f.ctx)
	filing := f.filing("c1")
	gone := make(chan error, 1)
	filing.Duties = nil
	f.tx(func(tx *store.Tx) error {
		if err := tx.Owe(f.ctx, store.Duty{ID: "blocks", Kind: "route", Due: f.clock.Now()}); err != nil {
			return err
		}
		filing.Duties = []store.Duty{{ID: "waits", Kind: "route", Subject: "x", Due: f.clock.Now()}}
		go func() { _, err := filer.File(ctx, filing); gone <- err }()
		time.Sleep(50 * time.Millisecond) // the filing is in the queue or waits for the lock
		hangUp()
		select {
		case <-gone:
			return nil
		case <-time.After(5 * time.Second):
			return errors.New("the caller who hung up is still waiting")
		}
	})
	filer.Close()
	if _, err := f.Report(f.ctx, filing.Report.ID); err != nil {
		t.Error(err)
	}
}

func closedFiler(t *testing.T, f *fixture) {
	filer := store.NewFiler(f.Store, func(int) {})
	var wg sync.WaitGroup
	var filed, refused int
	var mu sync.Mutex
	for i := range 50 {
		wg.Go(func() {
			_, err := filer.File(f.ctx, f.filing(fmt.Sprint("c", i)))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				filed++
			case errors.Is(err, store.ErrClosed):
				refused++
			default:
				t.Error(err)
			}
		})
	}
	filer.Close()
	wg.Wait()
	reports, err := f.Reports(f.ctx, "", 100)
	f.must(err)
	if len(reports) != filed || filed+refused != 50 {
		t.Errorf("%d saved, %d told so, %d refused", len(reports), filed, refused)
	}
}

func (f *fixture) held(conversation string) store.Held {
	return store.Held{Conversation: conversation, From: caller, Channel: ripoti.ByUSSD,
		Draft: ripoti.Draft{Stage: ripoti.StagePartial, Lang: ripoti.English, Answers: ripoti.Answers{Danger: ripoti.DangerYes, More: "x"}}}
}

func heldDraft(t *testing.T, f *fixture) {
	f.must(f.Hold(f.ctx, f.held("c1"), f.clock.Now().Add(time.Minute)))
	due, err := f.DueHeld(f.ctx, 10)
	f.must(err)
	if len(due) != 0 {
		t.Fatalf("went out early: %v", due)
	}
	f.clock.Move(time.Minute)
	due, err = f.DueHeld(f.ctx, 10)
	f.must(err)
	if len(due) != 1 || due[0] != f.held("c1") {
		t.Errorf("due: %v", due)
	}
}

func heldGone(t *testing.T, f *fixture) {
	f.must(f.Hold(f.ctx, f.held("c1"), f.clock.Now()))
	f.must(f.Hold(f.ctx, f.held("c2"), f.clock.Now()))
	f.must(f.DropHeld(f.ctx, "c2"))
	filer := store.NewFiler(f.Store, func(int) {})
	defer filer.Close()
	filing := f.filing("c1")
	filing.Held = true
	_, err := filer.File(f.ctx, filing)
	f.must(err)
	due, err := f.DueHeld(f.ctx, 10)
	f.must(err)
	if len(due) != 0 {
		t.Errorf("still due: %v", due)
	}
}

func heldAfterDrop(t *testing.T, f *fixture) {
	f.must(f.Hold(f.ctx, f.held("c1"), f.clock.Now()))
	f.must(f.DropHeld(f.ctx, "c1"))
	f.must(f.Hold(f.ctx, f.held("c1"), f.clock.Now()))
	f.must(f.DropHeld(f.ctx, "c2"))
	f.must(f.Hold(f.ctx, f.held("c2"), f.clock.Now()))
	due, err := f.DueHeld(f.ctx, 10)
	f.must(err)
	if len(due) != 0 {
		t.Errorf("due: %v", due)
	}
	count := func() (n int) {
		f.must(f.db.QueryRowContext(f.ctx, "select count(*) from held_drafts").Scan(&n))
		return n
	}
	f.must(f.ForgetDropped(f.ctx, f.clock.Now().Add(-time.Hour)))
	if count() != 2 {
		t.Error("forgotten too early")
	}
	f.clock.Move(2 * time.Hour)
	f.must(f.ForgetDropped(f.ctx, f.clock.Now().Add(-time.Hour)))
	if n := count(); n != 0 {
		t.Errorf("%d rows stay for ever", n)
	}
}

func heldLate(t *testing.T, f *fixture) {
	f.file("c1")
	f.must(f.Hold(f.ctx, f.held("c1"), f.clock.Now()))
	due, err := f.DueHeld(f.ctx, 10)
	f.must(err)
	if len(due) != 0 {
		t.Errorf("due: %v", due)
	}
}

func unknown(t *testing.T, f *fixture) {
	for name, err := range map[string]error{
		"report":   second(f.Report(f.ctx, "nobody")),
		"number":   second(f.ReportByCode(f.ctx, "0000000")),
		"reporter": second(f.Reporter(f.ctx, "nobody")),
		"message":  second(f.Message(f.ctx, "nobody")),
		"text":     second(f.Inbound(f.ctx, "nobody")),
	} {
		if ripoti.CodeOf(err) != ripoti.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func chainOfEvents(t *testing.T, f *fixture) {
	a, b := f.file("c1"), f.file("c2")
	for _, id := range []string{a.ID, b.ID} {
		f.tx(func(tx *store.Tx) error {
			for _, kind := range []string{"routed", "alerted", "accepted"} {
				if err := tx.Append(f.ctx, id, kind, "system", "{}"); err != nil {
					return err
				}
			}
			return nil
		})
	}
	verify := func() []store.Break {
		_, breaks, err := f.VerifyChains(f.ctx, func(int) {})
		f.must(err)
		return breaks
	}
	if breaks := verify(); len(breaks) != 0 {
		t.Fatalf("an untouched chain breaks: %v", breaks)
	}
	for name, harm := range map[string]string{
		"a changed line":  "update events set actor = 'nobody' where report_id = $1 and seq = 3",
		"a line taken":    "delete from events where report_id = $1 and seq = 2",
		"the end cut off": "delete from events where report_id = $1 and seq = 4",
	} {
		undo := tamper(t, f.db, harm, a.ID)
		breaks := verify()
		if len(breaks) == 0 {
			t.Errorf("%s is not noticed", name)
		}
		for _, br := range breaks {
			if br.ReportID != a.ID {
				t.Errorf("%s: blames %v", name, br)
			}
		}
		undo()
	}
}

func duties(t *testing.T, f *fixture) {
	f.tx(func(tx *store.Tx) error {
		return tx.Owe(f.ctx,
			store.Duty{ID: "now", Kind: "route", Subject: "a", Due: f.clock.Now()},
			store.Duty{ID: "later", Kind: "climb", Subject: "a", Due: f.clock.Now().Add(time.Hour)})
	})
	wake := func() (ids []string) {
		woken, err := f.Wake(f.ctx, 10, 30*time.Second)
		f.must(err)
		for _, d := range woken {
			ids = append(ids, fmt.Sprint(d.ID, d.Tries))
		}
		return ids
	}
	expect := func(step string, got []string, want ...string) {
		t.Helper()
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", step, got, want)
		}
	}
	expect("at once", wake(), "now1")
	expect("in somebody's hands", wake())
	f.clock.Move(31 * time.Second)
	expect("the sweep", wake(), "now2")
	f.must(f.Again(f.ctx, "now", f.clock.Now().Add(time.Second)))
	f.clock.Move(time.Second)
	expect("put off", wake(), "now3")
	f.tx(func(tx *store.Tx) error {
		ok, err := tx.Done(f.ctx, "now")
		if !ok {
			t.Error("done says it was gone")
		}
		return err
	})
	f.tx(func(tx *store.Tx) error {
		if ok, _ := tx.Done(f.ctx, "now"); ok {
			t.Error("done twice")
		}
		return nil
	})
	f.clock.Move(time.Hour)
	expect("the timer", wake(), "later1")
	f.tx(func(tx *store.Tx) error { return tx.Cancel(f.ctx, "climb", "a") })
	f.clock.Move(time.Hour)
	expect("cancelled", wake())
}

func dutiesOnce(t *testing.T, f *fixture) {
	f.tx(func(tx *store.Tx) error {
		for range 200 {
			if err := tx.Owe(f.ctx, store.Duty{Kind: "route", Due: f.clock.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	var mu sync.Mutex
	seen := map[string]int{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				woken, err := f.Wake(f.ctx, 7, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if len(woken) == 0 {
					return
				}
				mu.Lock()
				for _, d := range woken {
					seen[d.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 200 {
		t.Errorf("%d of 200 duties were woken", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("duty %s was taken %d times", id, n)
		}
	}
}

func (f *fixture) post(kind string) store.Message {
	f.Helper()
	m := store.Message{ID: store.NewID(), ReportID: "r", AssignmentID: "a", ContactID: "officer", Kind: kind, Lang: ripoti.English, To: "+254711000001", Facts: `{"code":"4829172"}`}
	f.tx(func(tx *store.Tx) error {
		return tx.Post(f.ctx, m, store.Duty{Kind: "send", Queue: "critical", Due: f.clock.Now()})
	})
	return m
}

func (f *fixture) status(id string) sms.Status {
	f.Helper()
	m, err := f.Message(f.ctx, id)
	f.must(err)
	return m.Status
}

func claimedOnce(t *testing.T, f *fixture) {
	m := f.post("alert")
	var wins int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, ok, err := f.Claim(f.ctx, m.ID, "twilio")
			if err != nil {
				t.Error(err)
			}
			if ok {
				mu.Lock()
				wins++
				mu.Unlock()
				if got.To != m.To || got.Facts != m.Facts {
					t.Errorf("claimed %+v", got)
				}
			}
		})
	}
	wg.Wait()
	if wins != 1 {
		t.Errorf("%d hands claimed the message", wins)
	}
	f.must(f.Unclaim(f.ctx, m.ID, "20429"))
	if _, ok, _ := f.Claim(f.ctx, m.ID, "twilio"); !ok {
		t.Error("a message that surely did not leave cannot be claimed again")
	}
}

func receiptsForward(t *testing.T, f *fixture) {
	m := f.post("alert")
	f.Claim(f.ctx, m.ID, "twilio")
	f.must(f.Sent(f.ctx, m.ID, "body", sms.Sent{ProviderID: "SM1", Segments: 1}))
	for _, step := range []struct {
		receipt sms.Status
		want    sms.Status
		moves   bool
	}{{sms.Taken, sms.Taken, false}, {sms.Delivered, sms.Delivered, true}, {sms.Taken, sms.Delivered, false}, {sms.Failed, sms.Delivered, false},
		{sms.Delivered, sms.Delivered, false}} {
		id, err := f.Receipt(f.ctx, sms.Receipt{Provider: "twilio", ProviderID: "SM1", Status: step.receipt})
		f.must(err)
		if got := f.status(m.ID); got != step.want || (id == m.ID) != step.moves {
			t.Errorf("after %s: %s of %q, want %s", step.receipt, got, id, step.want)
		}
	}
	if id, err := f.Receipt(f.ctx, sms.Receipt{Provider: "africastalking", ProviderID: "SM1", Status: sms.Failed}); err != nil || id != "" {
		t.Errorf("another provider's receipt moved %q: %v", id, err)
	}
}

func receiptEarly(t *testing.T, f *fixture) {
	byTheirs, byOurs := f.post("alert"), f.post("alert")
	f.Claim(f.ctx, byTheirs.ID, "twilio")
	f.Claim(f.ctx, byOurs.ID, "twilio")
	for _, r := range []sms.Receipt{
		{Provider: "twilio", ProviderID: "SM1", Status: sms.Delivered},
		{Provider: "twilio", ProviderID: "SM1", Status: sms.Delivered},
		{Provider: "twilio", ProviderID: "SM2", OurID: byOurs.ID, Status: sms.Delivered},
	} {
		_, err := f.Receipt(f.ctx, r)
		f.must(err)
	}
	f.must(f.Sent(f.ctx, byTheirs.ID, "body", sms.Sent{ProviderID: "SM1"}))
	f.must(f.Sent(f.ctx, byOurs.ID, "body", sms.Sent{ProviderID: "SM2"}))
	for _, m := range []store.Message{byTheirs, byOurs} {
		if got := f.status(m.ID); got != sms.Delivered {
			t.Errorf("status %s, want delivered", got)
		}
	}
}

func repeated(t *testing.T, f *fixture) {
	m := f.post("alert")
	f.Claim(f.ctx, m.ID, "twilio")
	f.must(f.Unsure(f.ctx, m.ID, "body", "timeout"))
	f.clock.Move(11 * time.Minute)
	if n, err := f.Unsettled(f.ctx, f.clock.Now().Add(-10*time.Minute)); err != nil || n != 1 {
		t.Errorf("%d unsettled: %v", n, err)
	}
	if ok, err := f.Requeue(f.ctx, m.ID); !ok || err != nil {
		t.Fatal(ok, err)
	}
	got, err := f.Message(f.ctx, m.ID)
	f.must(err)
	if got.Repeats != 1 || got.Status != sms.Queued {
		t.Errorf("repeats %d, status %s", got.Repeats, got.Status)
	}
}

func received(t *testing.T, f *fixture) {
	in := sms.Inbound{Provider: "twilio", ProviderID: "SM1", From: "+254711000099", To: "+254711000000", Body: "Msaada \x00 \xff 🙏", At: f.clock.Now()}
	for i, want := range []bool{true, false, false} {
		fresh, err := f.Receive(f.ctx, in, store.Duty{Kind: "read", Queue: "default", Due: f.clock.Now()})
		f.must(err)
		if fresh != want {
			t.Errorf("try %d: fresh %v", i, fresh)
		}
	}
	woken, err := f.Wake(f.ctx, 10, time.Minute)
	f.must(err)
	if len(woken) != 1 {
		t.Fatalf("%d texts to read, want 1", len(woken))
	}
	got, err := f.Inbound(f.ctx, woken[0].Subject)
	f.must(err)
	if got.Inbound != in {
		t.Errorf("kept %+v, want %+v", got.Inbound, in)
	}
	for i, want := range []bool{true, false} {
		f.tx(func(tx *store.Tx) error {
			first, err := tx.Handle(f.ctx, got.ID, "accepted")
			if first != want {
				t.Errorf("handling %d: first %v", i, first)
			}
			return err
		})
	}
}

func (f *fixture) assign(reportID, office string) store.Assignment {
	f.Helper()
	a := store.Assignment{Assignment: ripoti.Assignment{ID: store.NewID(), ReportID: reportID, OfficeID: office, Side: ripoti.Safety,
		Status: ripoti.AssignmentOpen, CreatedAt: f.clock.Now()}, Ladder: "[]", SendAt: f.clock.Now()}
	f.tx(func(tx *store.Tx) error { return tx.Assign(f.ctx, a) })
	return a
}

func officeQueue(t *testing.T, f *fixture) {
	var want []string
	for i := range 7 {
		filed := f.file(fmt.Sprint("c", i))
		a := f.assign(filed.ID, "station-a")
		f.assign(filed.ID, "station-b")
		f.clock.Move(time.Second)
		switch i {
		case 2:
			f.tx(func(tx *store.Tx) error { return tx.SaveDecision(f.ctx, filed.ID, "{}", []string{"station-a"}) })
		case 4:
			a.Status = ripoti.AssignmentAccepted
			f.tx(func(tx *store.Tx) error { return tx.SaveAssignment(f.ctx, a) })
		default:
			want = append(want, a.ID)
		}
	}
	var got []string
	for after := ""; ; {
		page, err := f.OpenAssignments(f.ctx, "station-a", after, 2)
		f.must(err)
		if len(page) == 0 {
			break
		}
		for _, a := range page {
			got = append(got, a.ID)
		}
		after = page[len(page)-1].ID
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("queue %v\nwant %v", got, want)
	}
}

func alerted(t *testing.T, f *fixture) {
	filed := f.file("c1")
	a := f.assign(filed.ID, "station-a")
	f.tx(func(tx *store.Tx) error {
		return tx.Post(f.ctx, store.Message{ID: store.NewID(), ReportID: filed.ID, AssignmentID: a.ID, ContactID: "officer", Kind: "alert", To: "+254711000001", Facts: "{}"},
			store.Duty{Kind: "send", Due: f.clock.Now()})
	})
	count := func(contact, office string, code ripoti.Code) int {
		got, err := f.AlertsOf(f.ctx, []ripoti.Contact{{ID: contact, OfficeID: office}}, code, 5)
		f.must(err)
		return len(got)
	}
	for _, ask := range []struct {
		promise     string
		who, office string
		code        ripoti.Code
		want        int
	}{
		{"who was alerted finds it", "officer", "station-a", "", 1},
		{"and by its number", "officer", "station-a", filed.Code, 1},
		{"a number that does not exist finds nothing", "officer", "station-a", "0000000", 0},
		{"a colleague finds it by its number", "colleague", "station-a", filed.Code, 1},
		{"a colleague who was not alerted must give the number", "colleague", "station-a", "", 0},
		{"a stranger finds nothing", "stranger", "station-b", filed.Code, 0},
	} {
		if got := count(ask.who, ask.office, ask.code); got != ask.want {
			t.Errorf("%s: %d alerts, want %d", ask.promise, got, ask.want)
		}
	}
	a.Status = ripoti.AssignmentAccepted
	f.tx(func(tx *store.Tx) error { return tx.SaveAssignment(f.ctx, a) })
	if count("officer", "station-a", "") != 0 {
		t.Error("an accepted alert still counts as open")
	}
	if count("officer", "station-a", filed.Code) != 1 {
		t.Error("the state of an accepted alert cannot be told")
	}
	f.tx(func(tx *store.Tx) error { return tx.SaveDecision(f.ctx, filed.ID, "{}", []string{"station-a"}) })
	if count("officer", "station-a", filed.Code) != 0 {
		t.Error("a walled report is found by its number")
	}
}

func walledDoor(t *testing.T, f *fixture) {
	filed := f.file("c1")
	f.tx(func(tx *store.Tx) error {
		if err := tx.SaveDecision(f.ctx, filed.ID, "{}", []string{"station-a"}); err != nil {
			return err
		}
		return tx.SaveDirectory(f.ctx, nil, []ripoti.Contact{
			{ID: "accused", OfficeID: "station-a", Phone: "+254711000001"},
			{ID: "same-phone", OfficeID: "station-b", Phone: "+254711000001"},
			{ID: "able", OfficeID: "station-b", Phone: "+254711000002"}})
	})
	for contact, phone := range map[string]ripoti.Phone{"accused": "+254711000001", "same-phone": "+254711000001", "able": "+254711000002"} {
		m := store.Message{ID: store.NewID(), ReportID: filed.ID, ContactID: contact, Kind: "alert", To: phone, Facts: "{}"}
		f.tx(func(tx *store.Tx) error { return tx.Post(f.ctx, m, store.Duty{Kind: "send", Due: f.clock.Now()}) })
		_, claimed, err := f.Claim(f.ctx, m.ID, "twilio")
		f.must(err)
		walled, err := f.FailWalled(f.ctx, m.ID)
		f.must(err)
		if want := contact == "able"; claimed != want || walled == want {
			t.Errorf("%s: claimed %v, failed as walled %v", contact, claimed, walled)
		}
	}
}

func directory(t *testing.T, f *fixture) {
	before, err := f.Revision(f.ctx, "directory")
	f.must(err)
	office := ripoti.Office{ID: "station-a", Kind: ripoti.Station, Name: "Sample Station", Able: []ripoti.Capability{ripoti.GenderDesk}, Active: true}
	officer := ripoti.Contact{ID: "officer", OfficeID: "station-a", Role: ripoti.RoleDesk, Rank: 1, Lang: ripoti.English, Phone: "+254711000001", VerifiedAt: f.clock.Now(), Active: true, Sample: true}
	for range 2 {
		f.tx(func(tx *store.Tx) error {
			return tx.SaveDirectory(f.ctx, []ripoti.Office{office}, []ripoti.Contact{officer})
		})
	}
	offices, contacts, err := f.Directory(f.ctx)
	f.must(err)
	if len(offices) != 1 || len(contacts) != 1 || contacts[0] != officer || offices[0].Name != office.Name || !offices[0].Can(ripoti.GenderDesk) {
		t.Errorf("read back %+v %+v", offices, contacts)
	}
	found, err := f.ContactsOf(f.ctx, "+254711000001")
	f.must(err)
	if len(found) != 1 || found[0].ID != "officer" {
		t.Errorf("by number: %v", found)
	}
	if found, _ = f.ContactsOf(f.ctx, "+254711000002"); len(found) != 0 {
		t.Errorf("a strange number is %v", found)
	}
	f.tx(func(tx *store.Tx) error { return tx.StopContacts(f.ctx, "+254711000001", true) })
	if found, _ = f.ContactsOf(f.ctx, "+254711000001"); !found[0].Stopped {
		t.Error("the number is not stopped")
	}
	if after, _ := f.Revision(f.ctx, "directory"); after != before+3 {
		t.Errorf("revision went from %d to %d in three changes", before, after)
	}
}

func reportPages(t *testing.T, f *fixture) {
	var want []string
	for i := range 9 {
		want = append([]string{f.file(fmt.Sprint("c", i)).ID}, want...)
		if i%3 == 0 {
			f.clock.Move(time.Second) // several share a moment
		}
	}
	var got []string
	for after := ""; ; {
		page, err := f.Reports(f.ctx, after, 2)
		f.must(err)
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			got = append(got, r.ID)
		}
		after = page[len(page)-1].ID
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("pages %v\nwant  %v", got, want)
	}
}

func passive(t *testing.T, f *fixture) {
	count := func() (n int) {
		f.tx(func(tx *store.Tx) (err error) { n, err = tx.Passive(f.ctx, "h"); return err })
		return n
	}
	for want := 1; want <= 3; want++ {
		if got := count(); got != want {
			t.Errorf("answer %d counted as %d", want, got)
		}
	}
	f.tx(func(tx *store.Tx) error { return tx.Acted(f.ctx, "h") })
	if got := count(); got != 1 {
		t.Errorf("after an action counted as %d", got)
	}
}

func sealedAtRest(t *testing.T, f *fixture) {
	f.file("c1")
	f.must(f.Hold(f.ctx, f.held("c2"), f.clock.Now()))
	m := f.post("alert")
	f.Claim(f.ctx, m.ID, "twilio")
	f.must(f.Sent(f.ctx, m.ID, "RIPOTI 4829172 Kibera", sms.Sent{ProviderID: "SM1"}))
	_, err := f.Receive(f.ctx, sms.Inbound{Provider: "twilio", ProviderID: "SM1", From: "0711000098", Body: "my secret story"}, store.Duty{Kind: "read"})
	f.must(err)
	f.tx(func(tx *store.Tx) error {
		return tx.SaveDirectory(f.ctx, nil, []ripoti.Contact{{ID: "officer", Phone: "+254711000001"}})
	})
	dump := Dump(t, f.db)
	for _, secret := range []string{"711000099", "711000098", "711000001", "blue kiosk", "kwa mama", "secret story", "RIPOTI 4829172"} {
		if strings.Contains(dump, secret) {
			t.Errorf("%q stands readable in the database", secret)
		}
	}
	if !strings.Contains(dump, "ward-0001") {
		t.Error("the dump shows nothing: the test proves nothing")
	}
}
