package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ripoti/flows"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
	"ripoti/internal/triage"
)

// TextReader reads a text as people write it. triage.Reader is one.
type TextReader interface {
	Read(text string) triage.Reading
}

// longestStory is how much of the words a report keeps, in bytes; every text is kept whole besides.
const longestStory = 32 << 10

// text answers a text of a number that is no contact: it is a report, adds to one, or is a word that
// asks for something. What a machine reads in it is a proposal (domain brief 2, s.35).
func (d *Desk) text(ctx context.Context, tx *store.Tx, in store.Inbound, from ripoti.Phone) (result string, err error) {
	w := &writer{Desk: d, tx: tx, in: in, from: from}
	if err := w.open(ctx); err != nil {
		return "", err
	}
	in.Body = strings.ToValidUTF8(in.Body, "\uFFFD")
	w.in.Body = in.Body
	if result, ok, err := w.followText(ctx); ok || err != nil {
		return result, err
	}
	texts := flows.Texts{Read: d.gist, Find: func(name string) flows.Matches { return matches(d.Places.Find(name, "")) }}
	turn := texts.Next(w.talk, flows.Text{Body: in.Body, Open: w.joins, Story: w.report.Answers.More, Place: w.report.Answers.Place, Stopped: w.stopped,
		Part: d.Now().Sub(w.row.UpdatedAt) <= partsWithin, Order: partOrder(in)})
	if in.Media > 0 && turn.Do == flows.Nothing { // the sentence about pictures answers it
		turn.Say = ""
	}
	if again, err := w.again(ctx, turn); err != nil || again {
		return "the same again", err
	}
	if turn.Withdraw {
		if err := w.withdraw(ctx, &turn); err != nil {
			return "", err
		}
	}
	if result, err = w.do(ctx, turn); err != nil {
		return "", err
	}
	if err := w.say(ctx, turn); err != nil {
		return "", err
	}
	return result, w.close(ctx, turn)
}

// partOrder sorts the parts of a long text. Providers tell the second at which each was sent; of two in the
// same second the one that is full comes first, for only the last is not; beyond that they stand as they
// came to us, for nobody knows better.
func partOrder(in store.Inbound) string {
	last := 1
	if flows.FullPart(in.Body) {
		last = 0
	}
	return fmt.Sprintf("%020d %d %s", in.At.Unix(), last, in.ID)
}

// withdraw takes back the sentence that nobody could read the text, which waited for more parts. Where it
// has left, it was the one answer.
func (w *writer) withdraw(ctx context.Context, turn *flows.TextTurn) error {
	taken, err := w.tx.Withdraw(ctx, w.report.ID, flows.SayTextUnread)
	if !taken {
		turn.Say, turn.Talk.Asked, turn.Settled = "", "", true
	}
	return err
}

// textOfNoPhone looks at a text of a short code or a name, which nobody can answer. One that tells of a
// harm is a report without contact, so that a person reads it; the others are kept and left.
func (d *Desk) textOfNoPhone(ctx context.Context, tx *store.Tx, in store.Inbound) (result string, err error) {
	in.Body = strings.ToValidUTF8(in.Body, "\uFFFD")
	if d.Reader == nil {
		return "no phone", nil
	}
	g := d.gist(in.Body)
	if !g.Harm {
		return "no phone", nil
	}
	w := &writer{Desk: d, tx: tx, in: in, row: store.Talk{NumberHash: tx.SenderHash(in.From)}}
	turn := flows.TextTurn{Do: flows.File, Story: in.Body, Wish: ripoti.WishNone, Settled: true, Place: g.Sure(), Talk: flows.Talk{Lang: cmp.Or(g.Lang, ripoti.Swahili)}}
	if again, err := w.again(ctx, turn); err != nil || again {
		return "the same again", err
	}
	if err := w.file(ctx, turn); err != nil {
		return "", err
	}
	d.seen(Happening{What: "no_phone", Category: w.report.Category, Urgency: w.report.Urgency, Channel: ripoti.BySMS})
	return "report", nil
}

// writer is a person who texts, while one text is being read.
type writer struct {
	*Desk
	tx      *store.Tx
	in      store.Inbound
	from    ripoti.Phone
	row     store.Talk
	talk    flows.Talk
	report  ripoti.Report // that the text may join
	joins   bool
	stopped bool
}

func (w *writer) open(ctx context.Context) (err error) {
	if w.row, err = w.tx.Talk(ctx, w.tx.PhoneHash(w.from)); err != nil {
		return err
	}
	if w.row.State != "" {
		if err := json.Unmarshal([]byte(w.row.State), &w.talk); err != nil {
			return fmt.Errorf("talk: %w", err)
		}
	}
	if w.stopped, err = w.tx.Stopped(ctx, w.from); err != nil {
		return err
	}
	if w.Now().Sub(w.row.UpdatedAt) >= talkDay {
		w.talk = flows.Talk{Lang: w.talk.Lang}
		w.row.ReportID = ""
	}
	if w.row.ReportID == "" {
		return nil
	}
	w.report, err = w.tx.Report(ctx, w.row.ReportID)
	w.joins = err == nil && w.report.Status != ripoti.StatusClosed
	return err
}

// again says that the same words came a moment ago under another id: they are linked to their report
// and count as a confirmation, and nobody is alarmed twice.
func (w *writer) again(ctx context.Context, turn flows.TextTurn) (bool, error) {
	if !tells(turn, w.report) {
		return false, nil
	}
	words := flows.SameWords(w.in.Body)
	report, err := w.tx.SameWords(ctx, w.row.NumberHash, words, w.Now().Add(-sameWithin))
	if err != nil || report == "" {
		return false, err
	}
	if err := w.tx.Belongs(ctx, w.in.ID, report, words); err != nil {
		return false, err
	}
	if _, err := w.tx.Report(ctx, report); err != nil { // held: its history grows
		return false, err
	}
	return true, w.tx.Append(ctx, report, "said_again", "reporter", line{"text": w.in.ID}.String())
}

// tells says that a text brought words to a report.
func tells(turn flows.TextTurn, r ripoti.Report) bool {
	return turn.Do == flows.File || turn.Do == flows.Add && turn.Story != r.Answers.More
}

func (w *writer) do(ctx context.Context, turn flows.TextTurn) (result string, err error) {
	switch turn.Do {
	case flows.File:
		return "report", w.file(ctx, turn)
	case flows.Add:
		return "added", w.add(ctx, turn)
	case flows.Stop:
		if err := w.silence(ctx, w.tx, w.from); err != nil {
			return "", err
		}
		if turn.Wish != "" && w.joins {
			return "stopped", w.add(ctx, flows.TextTurn{Do: flows.Add, Story: w.report.Answers.More, Wish: turn.Wish, Settled: true, Talk: turn.Talk})
		}
		return "stopped", nil
	case flows.Start:
		if _, err := w.tx.Start(ctx, w.from); err != nil {
			return "", err
		}
		return "started", w.tx.StopContacts(ctx, w.from, false)
	}
	return "keyword", nil
}

// file makes a report of a text at once. It is routed at once too, unless an answer may come that
// says more: it waits two minutes for that, a critical one not at all.
func (w *writer) file(ctx context.Context, turn flows.TextTurn) error {
	reading := w.Reader.Read(turn.Story)
	r := ripoti.Report{ID: store.NewID(), Channel: ripoti.BySMS, Lang: turn.Talk.Lang, Stage: ripoti.StageComplete, Answers: reading.Answers,
		Category: reading.Category, Second: reading.Second, Urgency: reading.Urgency, Rule: reading.Rule, Status: ripoti.StatusFiled, FiledAt: w.Now()}
	r.Answers.More, r.Answers.Place, r.Answers.Contact = kept(turn.Story), turn.Place, turn.Wish
	if r.Category == ripoti.Unclear {
		r.Answers.What = ripoti.WhatUnsure
	}
	w.weigh(&r, store.Proposal{Signs: codes(reading.Signs)})
	due := w.Now()
	if !turn.Settled && r.Urgency != ripoti.Critical {
		due = due.Add(answersWait)
	}
	filed, err := w.tx.File(ctx, store.Filing{
		Conversation: w.in.ID, From: w.from, Report: r,
		Event:  line{"stage": r.Stage, "category": r.Category, "urgency": r.Urgency, "rule": r.Rule}.String(),
		Duties: []store.Duty{{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: due}},
	})
	if err != nil {
		return err
	}
	if r.ID, r.Code = filed.ID, filed.Code; !filed.Again {
		if err := w.propose(ctx, r, reading, store.Proposal{}); err != nil {
			return err
		}
		w.seen(Happening{What: "filed", Category: r.Category, Urgency: r.Urgency, Channel: r.Channel, Stage: r.Stage})
	}
	if err := w.tx.Acted(ctx, w.row.NumberHash); err != nil {
		return err
	}
	w.report, w.row.ReportID = r, r.ID
	return w.tx.Belongs(ctx, w.in.ID, r.ID, flows.SameWords(w.in.Body))
}

// add puts a later text or answer to the report. The words are read again as a whole: the reading may
// raise, never lower.
func (w *writer) add(ctx context.Context, turn flows.TextTurn) error {
	before, words := w.report, ""
	r := before
	p, err := w.tx.Proposal(ctx, r.ID)
	if err != nil {
		return err
	}
	read, told := triage.Reading{}, tells(turn, before)
	if told {
		words = flows.SameWords(w.in.Body)
		read = w.Reader.Read(turn.Story)
		w.learn(&r, turn.Story, read, p.Ruling)
		p.Signs = codes(read.Signs)
	}
	answered(&r.Answers, turn)
	heard := p
	if turn.Danger == ripoti.DangerYes { // said just now, whatever a person made of the words before
		heard.Ruling = store.Ruling{}
	}
	w.weigh(&r, heard)
	switch {
	case told:
		err = w.propose(ctx, r, read, p)
	case r.Urgency.Rank() > before.Urgency.Rank():
		err = w.sooner(ctx, w.tx, r)
	}
	if err != nil {
		return err
	}
	if err := w.tx.Belongs(ctx, w.in.ID, r.ID, words); err != nil {
		return err
	}
	w.report = r
	return w.save(ctx, before, turn.Settled)
}

// placeCorrected is the event of a text that took back where it is.
const placeCorrected = "place_corrected"

func (w *writer) save(ctx context.Context, before ripoti.Report, settled bool) error {
	r := w.report
	if r != before {
		if err := w.tx.SaveReport(ctx, r); err != nil {
			return err
		}
		if r.Answers.Contact != before.Answers.Contact {
			if err := w.saveWish(ctx, w.tx, r); err != nil {
				return err
			}
		}
		if err := w.tx.Append(ctx, r.ID, "added", "reporter", line{"stage": r.Stage, "category": r.Category, "urgency": r.Urgency, "rule": r.Rule}.String()); err != nil {
			return err
		}
		if was := before.Answers.Place; was.Known() && was.ID != r.Answers.Place.ID {
			if err := w.tx.Append(ctx, r.ID, placeCorrected, "reporter", line{"place_was": was.ID, "place": r.Answers.Place.ID}.String()); err != nil {
				return err
			}
		}
		if err := w.oweUpdate(ctx, w.tx, before, r); err != nil {
			return err
		}
	}
	waits := r.RoutedAt.IsZero() && (settled || r.Urgency == ripoti.Critical)
	changed := !r.RoutedAt.IsZero() && (changesRoute(before, r) || before.Second != r.Second || before.Answers.Place.ID != r.Answers.Place.ID)
	if !waits && !changed {
		return nil
	}
	if err := w.tx.Cancel(ctx, tasks.Route, r.ID); err != nil {
		return err
	}
	return w.tx.Owe(ctx, store.Duty{Kind: tasks.Route, Subject: r.ID, Queue: queueOf(r.Urgency), Due: w.Now()})
}

// learn puts what was read of all words into the report: it raises the urgency, never lowers it. Where
// a person has ruled, the harm stays what the person read, and of the urgency only the new words and
// what is more than the person has seen count.
func (w *writer) learn(r *ripoti.Report, story string, read triage.Reading, ruling store.Ruling) {
	known := r.Answers
	r.Answers = merged(r.Answers, read.Answers)
	r.Answers.More = kept(story)
	own := triage.Reading{}
	if ruling != (store.Ruling{}) {
		own = w.Reader.Read(w.in.Body)
	}
	if ruling.Category != "" {
		r.Answers.What, r.Answers.Detail = known.What, known.Detail
		if own.Category != "" && own.Category != ripoti.Unclear && own.Category != r.Category {
			r.Second = own.Category
		}
		r.Walled = r.Walled || own.Category == ripoti.PoliceAbuse
	} else if read.Category != ripoti.Unclear {
		r.Category, r.Second = read.Category, read.Second
	}
	if ruling.Raises(read.Urgency) {
		raise(r, read.Urgency, read.Rule)
	}
	raise(r, own.Urgency, own.Rule)
}

func raise(r *ripoti.Report, u ripoti.Urgency, rule string) {
	if u.Rank() > r.Urgency.Rank() {
		r.Urgency, r.Rule = u, rule
	}
}

// weigh sets the urgency by the rules in force: up, never down; and raises the wall.
func (w *writer) weigh(r *ripoti.Report, p store.Proposal) {
	reading := w.Live.World().Rules.Weigh(routing.Case{Answers: r.Answers, Category: r.Category, Second: r.Second, Stage: r.Stage, Signs: signsOf(p)}, 0)
	if p.Ruling.Raises(reading.Urgency) {
		raise(r, reading.Urgency, reading.Rule)
	}
	r.Walled = r.Walled || r.Answers.PoliceAccused() || r.Category == ripoti.PoliceAbuse
}

// propose keeps what was read, in codes, until a person confirms it. Who was accused stays accused, and
// what a person has set stays set.
func (w *writer) propose(ctx context.Context, r ripoti.Report, reading triage.Reading, before store.Proposal) error {
	p := before
	p.Category, p.Second, p.Urgency, p.Rule = reading.Category, reading.Second, reading.Urgency, reading.Rule
	p.Signs, p.Signals = codes(reading.Signs), nil
	for _, s := range reading.Signals {
		if !slices.Contains(p.Signals, s.Signal) {
			p.Signals = append(p.Signals, s.Signal)
		}
	}
	for _, kind := range reading.Accused {
		if !slices.Contains(p.Accused, kind) {
			p.Accused = append(p.Accused, kind)
		}
	}
	if err := w.unreadNow(ctx, w.tx, r, p); err != nil {
		return err
	}
	return w.tx.Append(ctx, r.ID, "read", "system", line{"proposed": true, "lang": reading.Lang, "category": reading.Category,
		"urgency": reading.Urgency, "rule": reading.Rule, "signals": p.Signals, "accused": p.Accused}.String())
}

func codes(signs []routing.Sign) (out []string) {
	for _, s := range signs {
		out = append(out, string(s))
	}
	return out
}

func signsOf(p store.Proposal) (signs []routing.Sign) {
	for _, s := range p.Signs {
		signs = append(signs, routing.Sign(s))
	}
	return signs
}

// say writes the one message that goes back. More than a few an hour to one number are two machines
// talking: then it is silence, and an alarm.
func (w *writer) say(ctx context.Context, turn flows.TextTurn) error {
	if turn.Say == "" {
		return nil
	}
	if turn.Say == flows.SayNumbers || turn.Say == flows.SayTextMenu {
		if n, err := w.tx.Passive(ctx, w.row.NumberHash); err != nil || n > passiveLimit {
			w.silenced(n)
			return err
		}
	}
	n, err := w.tx.CountAnswer(ctx, w.row.NumberHash)
	if err != nil {
		return err
	}
	if n > answersAnHour {
		if n == answersAnHour+1 {
			w.seen(Happening{What: "capped", Channel: ripoti.BySMS})
			return w.tellCapped(ctx)
		}
		return nil
	}
	to := ripoti.Contact{Phone: w.from, Lang: turn.Talk.Lang}
	if to.Lang == "" {
		to.Lang = ripoti.Swahili
	}
	facts, topic := flows.Facts{}, about{}
	if turn.Do == flows.File || turn.Do == flows.Add {
		facts, topic = flows.Facts{Code: w.report.Code}, about{report: w.report.ID}
	}
	if turn.Say == flows.SayTextWhich {
		facts.Places = flows.Named(turn.Talk.Offer)
	}
	at := w.Now()
	if turn.Say == flows.SayTextUnread {
		at = at.Add(partsWithin) // the other parts may be readable
	}
	return w.post(ctx, w.tx, to, turn.Say, facts, topic, tasks.Default, at)
}

// tellCapped tells the coordinators that a number gets no more answers this hour, once an hour however
// many numbers there are: the metric counts them all.
func (w *writer) tellCapped(ctx context.Context) error {
	facts := flows.Facts{Code: w.report.Code}
	for _, c := range w.Live.World().coordinators(w.report.Answers.Place.CountyID, w.Now()) {
		told, err := w.tx.ToldSince(ctx, c.Phone, flows.SayTextCapped, w.Now().Add(-cappedAgain))
		if err != nil {
			return err
		}
		if told {
			continue
		}
		if err := w.post(ctx, w.tx, c, flows.SayTextCapped, facts, about{report: w.report.ID}, tasks.Default, w.Now()); err != nil {
			return err
		}
	}
	return nil
}

// silenced tells once that a number got its last help sentence in a row.
func (d *Desk) silenced(given int) {
	if given == passiveLimit+1 {
		d.seen(Happening{What: "silenced", Channel: ripoti.BySMS})
	}
}

func (w *writer) close(ctx context.Context, turn flows.TextTurn) error {
	raw, err := json.Marshal(turn.Talk)
	if err != nil {
		return fmt.Errorf("talk: %w", err)
	}
	w.row.State = string(raw)
	return w.tx.SaveTalk(ctx, w.row)
}

// kept is as much of a story as a report keeps.
func kept(story string) string {
	return strings.ToValidUTF8(story[:min(len(story), longestStory)], "")
}

// merged puts what was read of more words over what was known. Danger that was told, police that
// stand accused and what the person said of places and contact stay.
func merged(known, read ripoti.Answers) ripoti.Answers {
	out := known
	if read.What != "" && read.What != ripoti.WhatUnsure {
		out.What, out.Detail = read.What, read.Detail
	}
	if read.Danger == ripoti.DangerYes {
		out.Danger = read.Danger
	}
	if known.ByWhom != ripoti.ByPolice {
		over(&out.ByWhom, read.ByWhom)
	}
	over(&out.AtRisk, read.AtRisk)
	over(&out.When, read.When)
	over(&out.Suspect, read.Suspect)
	over(&out.Weapon, read.Weapon)
	return out
}

func over[T ~string](known *T, read T) {
	if read != "" {
		*known = read
	}
}

// answered notes what a text answered.
func answered(a *ripoti.Answers, turn flows.TextTurn) {
	if turn.Danger == ripoti.DangerYes || a.Danger != ripoti.DangerYes {
		over(&a.Danger, turn.Danger)
	}
	if turn.Place.Known() || turn.Place.Typed != "" && !a.Place.Known() {
		a.Place = turn.Place
	}
	over(&a.Contact, turn.Wish)
}

// gist is what the conversation must know of a story.
func (d *Desk) gist(story string) flows.Gist {
	reading := d.Reader.Read(story)
	place, _ := reading.Place(d.Places)
	hint := slices.Contains(reading.Signs, routing.SignChildHint)
	return flows.Gist{
		Lang: langs[reading.Lang], Readable: reading.Readable, Harm: reading.Category != ripoti.Unclear || hint,
		Bare: reading.Category == ripoti.DV || reading.Second == ripoti.DV || reading.Rule == controlledChild ||
			reading.Answers.AtRisk == ripoti.AtRiskSelfChild || hint && reading.Answers.ByWhom == ripoti.ByFamily ||
			reading.Category == ripoti.Unclear && slices.Contains(reading.Signs, routing.SignThanks),
		Critical: reading.Urgency == ripoti.Critical,
		Urgent: reading.Answers.Danger != "" || dated[reading.Answers.When] ||
			slices.Contains(reading.Signs, routing.SignQuestion) || slices.Contains(reading.Signs, routing.SignThanks),
		Place: matches(place),
	}
}

// controlledChild is the rule of abuse by someone who lives with or controls the child.
const controlledChild = "C6"

// langs are the languages of answers to a text: a mixed one is answered in Swahili.
var langs = map[string]ripoti.Lang{"en": ripoti.English, "sw": ripoti.Swahili, "mix": ripoti.Swahili}

// dated are the times that tell whether it is urgent now.
var dated = map[ripoti.When]bool{ripoti.WhenDays3: true, ripoti.WhenMonth: true, ripoti.WhenLonger: true, ripoti.WhenPlanned: true}

func matches(found gazetteer.Result) flows.Matches {
	m := flows.Matches{Decision: string(found.Decision)}
	for _, match := range found.Matches {
		m.Places = append(m.Places, match.Place)
	}
	return m
}
