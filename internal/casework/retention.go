package casework

import (
	"context"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// Keeping is how long things are kept, in days; 0 is the table's own value.
type Keeping struct {
	Numbers, Content, Texts, Traces int
}

// Kept is one line of what is kept how long.
type Kept struct {
	What string // its name in purges and in `ripoti purge`
	Say  string // what it is
	Days int
	From string // counted from
	Why  string
	days func(Keeping) int // what the operator has set; nil: nothing to set
	of   kind
}

// kind says how a line is forgotten: report by report, with a line in its history, or by age.
type kind int

const (
	byReport kind = iota
	byAge
)

// Retention is what a purge forgets, in this order (domain brief 2: the values are proposals for your
// data protection officer). A report that a court may still ask for is kept whole: see Keep.
var Retention = []Kept{
	{"numbers", "the reporter's number, and who sent the texts of a report", 90, "the day it was closed", "a proposal: who answers for the case may need to call for three months after it",
		func(k Keeping) int { return k.Numbers }, byReport},
	{"content", "what was told: answers, place, words, texts, notes, why it was routed; the sentences of its messages", 2 * 365, "the day it was closed", "a proposal: two years, and court cases until the final appeal",
		func(k Keeping) int { return k.Content }, byReport},
	{"strangers", "texts that belong to no report, of numbers that are no contact's", 90, "the day they came", "no case needs them; as long as a number", func(k Keeping) int { return k.Texts }, byAge},
	{"answers", "texts of officers and social workers, as they came", 2 * 365, "the day they came", "what staff answered is evidence as long as the case's content", func(k Keeping) int { return k.Content }, byAge},
	{"messages", "messages about no report: briefs, help, tests of numbers", 365, "the day they were written", "a year of who was told what and when", func(k Keeping) int { return k.Traces }, byAge},
	{"talks", "how a talk by SMS stands, where its report is closed or it has none", 90, "its last text", "as long as a number", func(k Keeping) int { return k.Texts }, byAge},
	{"passive", "how many automatic answers a number got (its keyed hash)", 90, "the last one", "as long as a number", func(k Keeping) int { return k.Texts }, byAge},
	{"receipts", "delivery receipts that no message was found for", 30, "the day they came", "they belong to nobody", nil, byAge},
	{"guesses", "numbers that are nobody's, typed at a follow-up (keyed hash of the phone)", 7, "the day they were typed", "a phone may try so many in a day", nil, byAge},
	{"uploads", "tables of the directory that were handed in and neither taken nor dropped", 7, "the day they were handed in", "who prepares one comes back within days", nil, byAge},
	{"presses", "what presses of the staff line came to, for a gateway that asks again", 1, "the press", "no call lasts longer", nil, byAge},
	{"briefs", "that a contact got the brief of a day", 365, "that day", "a year of who was told what and when", func(k Keeping) int { return k.Traces }, byAge},
}

// For is how long a line is kept by what the operator has set.
func (k Kept) For(set Keeping) time.Duration {
	if k.days != nil && k.days(set) > 0 {
		return time.Duration(k.days(set)) * Day
	}
	return time.Duration(k.Days) * Day
}

// Sizes of one go of the nightly purge.
const (
	purgeReports = 100
	purgeRows    = 1000
)

// owePurges owes a duty for each line of the table.
func (d *Desk) owePurges(ctx context.Context, tx *store.Tx, _ time.Time) error {
	for _, k := range Retention {
		if err := tx.OweOnce(ctx, purgeDuty(k.What, d.Now())); err != nil {
			return err
		}
	}
	return nil
}

func purgeDuty(what string, at time.Time) store.Duty {
	return store.Duty{ID: "purge:" + what, Kind: tasks.Purge, Subject: what, Queue: tasks.Low, Due: at}
}

// Purge forgets what one line of the table says. What is not done within a spell is owed again.
func (d *Desk) Purge(ctx context.Context, p tasks.Payload) error {
	gone, more, err := d.purge(ctx, p.Subject, purgeSpell)
	if err != nil {
		return fmt.Errorf("purge %s: %w", p.Subject, err)
	}
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		if mine, err := tx.Done(ctx, p.Duty); err != nil || !mine || !more {
			return err
		}
		return tx.Owe(ctx, purgeDuty(p.Subject, d.Now()))
	})
	if err != nil {
		return fmt.Errorf("purge %s: %w", p.Subject, err)
	}
	if gone > 0 {
		d.seen(Happening{What: "purged", Of: p.Subject, Count: gone})
	}
	d.Wake()
	return nil
}

// PurgeNow forgets all that is due of a line, and says how much that was.
func (d *Desk) PurgeNow(ctx context.Context, what string) (int, error) {
	gone, _, err := d.purge(ctx, what, 0)
	return gone, err
}

// Due counts what a purge of a line would forget now.
func (d *Desk) Due(ctx context.Context, what string) (int, error) {
	k, err := keptAs(what)
	if err != nil {
		return 0, err
	}
	before := d.Now().Add(-k.For(d.Keeping))
	if k.of == byReport {
		return d.Store.CountRipe(ctx, what, before)
	}
	return d.Store.CountAged(ctx, what, before)
}

func keptAs(what string) (Kept, error) {
	for _, k := range Retention {
		if k.What == what {
			return k, nil
		}
	}
	return Kept{}, fmt.Errorf("%q is no line of the retention table", what)
}

// purge forgets in goes, each a transaction, until nothing is left or the spell (0: none) is over.
func (d *Desk) purge(ctx context.Context, what string, spell time.Duration) (gone int, more bool, err error) {
	k, err := keptAs(what)
	if err != nil {
		return 0, false, err
	}
	started, before := time.Now(), d.Now().Add(-k.For(d.Keeping))
	for {
		n, full, err := d.purgeGo(ctx, k, before)
		if gone += n; err != nil || !full {
			return gone, false, err
		}
		if spell > 0 && time.Since(started) > spell {
			return gone, true, nil
		}
	}
}

// purgeGo is one go. It is full where there may be more to forget.
func (d *Desk) purgeGo(ctx context.Context, k Kept, before time.Time) (gone int, full bool, err error) {
	if k.of == byReport {
		ids, err := d.Store.Ripe(ctx, k.What, before, purgeReports)
		if err != nil {
			return 0, false, err
		}
		for _, id := range ids {
			if err := d.forgetRipe(ctx, id, k.What); err != nil {
				return gone, false, err
			}
			gone++
		}
		return gone, len(ids) == purgeReports, d.notePurge(ctx, k.What, gone)
	}
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		if gone, err = tx.ForgetAged(ctx, k.What, before, purgeRows); err != nil || gone == 0 {
			return err
		}
		return tx.Purged(ctx, k.What, gone)
	})
	return gone, gone == purgeRows, err
}

func (d *Desk) notePurge(ctx context.Context, what string, gone int) error {
	if gone == 0 {
		return nil
	}
	return d.Store.InTx(ctx, func(tx *store.Tx) error { return tx.Purged(ctx, what, gone) })
}

// forgetRipe forgets one report's number or content, if it is still to be forgotten.
func (d *Desk) forgetRipe(ctx context.Context, id, what string) error {
	return d.Store.InTx(ctx, func(tx *store.Tx) error {
		r, err := tx.Report(ctx, id)
		if err != nil {
			return err
		}
		if why, _, err := tx.Kept(ctx, id); err != nil || why != "" || r.Status != ripoti.StatusClosed {
			return err
		}
		forget := tx.ForgetContent
		if what == "numbers" {
			forget = tx.ForgetNumber
		}
		if err := forget(ctx, id); err != nil {
			return err
		}
		return tx.Append(ctx, id, "erased", "system", line{"what": what, "why": "retention"}.String())
	})
}

// Keep keeps a report whole whatever its age, for a court or an appeal; "" lets it go again. by and why
// are codes: they stand in the history.
func (d *Desk) Keep(ctx context.Context, code ripoti.Code, by, why string) error {
	r, err := d.Store.ReportByCode(ctx, code)
	if err != nil {
		return err
	}
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.Report(ctx, r.ID); err != nil {
			return err
		}
		if err := tx.Keep(ctx, r.ID, why); err != nil {
			return err
		}
		kind := "kept"
		if why == "" {
			kind = "let_go"
		}
		return tx.Append(ctx, r.ID, kind, by, line{"why": why}.String())
	})
	if err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	return nil
}
