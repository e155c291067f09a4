package webhook

import (
	"cmp"
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ripoti/flows"
	"ripoti/internal/dialog"
	"ripoti/internal/metrics"
	"ripoti/internal/ripoti"
	"ripoti/locales"
)

// The clocks of a call.
const (
	// keepFor is how long an unfinished call is kept (domain brief 3.10).
	keepFor = 30 * time.Minute
	// keepEnded is how long a repeat of a call's last press is still recognised.
	keepEnded = 5 * time.Minute
	// redialWithin is how long a cut call may be taken up again (domain brief 3.7).
	redialWithin = 10 * time.Minute
	// repeatWithin tells a repeated request from a person who gives the same answer twice, where a
	// gateway sends only the last answer: nobody reads a screen in less.
	repeatWithin = time.Second
)

// Book is the conversation: what a person sees next. *flows.Book is one.
type Book interface {
	Start() flows.Turn
	Next(s flows.State, input string) flows.Turn
	Received(t flows.Turn, code ripoti.Code) flows.Turn
	Taken(s flows.State, code ripoti.Code) flows.State
	Unsaved(s flows.State) flows.Turn
	Answered(t flows.Turn, stands flows.Standing, own bool) flows.Turn
	Screen(s flows.State) flows.Turn
	Cut(s flows.State) (ripoti.Draft, bool)
	Redial(old flows.State) flows.Turn
	Typing(s flows.State) bool
}

// Seal closes what is kept between two presses. context ties it to its place.
type Seal interface {
	Seal(plain []byte, context string) ([]byte, error)
	Open(sealed []byte, context string) ([]byte, error)
}

// InputStyle is how a gateway tells what was typed.
type InputStyle string

const (
	// Cumulative gateways send everything typed in the call, joined by "*".
	Cumulative InputStyle = "cumulative"
	// Last gateways send the last answer alone. The same answer within a second counts as a repeated
	// request, and a call whose record is lost starts anew.
	Last InputStyle = "last"
)

// Press is one key press as a gateway tells it. The dial is a press with nothing typed.
type Press struct {
	Session string // the gateway's name and its own name for the call
	From    ripoti.Phone
	Text    string
	Style   InputStyle
	Source  netip.Addr // where the request came from
}

// Parts is what Dialogues is made of. Book, Desk, Store, Seal, Hash, Now, Log and Help must be there.
type Parts struct {
	Book  Book
	Desk  Desk
	Store dialog.Store
	// Spare takes the records that the Store did not take, and a copy of every record of a gateway that
	// sends the last answer alone: such a call cannot be replayed. It is used for the same call only, so
	// that it need not be true for any other process. May be nil.
	Spare dialog.Store
	Seal  Seal
	// Hash is a keyed hash: purpose and value to a name that tells nothing.
	Hash    func(purpose, value string) string
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *metrics.Metrics
	// Help is the sentence for a call that cannot be taken at all, in every language at once, as its
	// caller's is not known.
	Help   func() string
	Limits Limits
	// DeskLimit is how long a caller waits for the desk before hearing that the report could not be
	// saved; zero means DefaultDeskLimit.
	DeskLimit time.Duration
	// CutAfter is how long after its last press a call counts as cut; zero means DefaultCutAfter.
	CutAfter time.Duration
}

// The defaults of Parts. With the trips to the dialogue store an answer is there within three seconds.
// Operators hang up on a silent phone after 30 s, some after 60 s, and the screen takes its part.
const (
	DefaultDeskLimit = 2500 * time.Millisecond
	DefaultCutAfter  = 45 * time.Second
)

// Dialogues hosts the conversations of all phones: it remembers where a caller was, asks the book
// for the next screen and does what the book says must be done before it may be shown.
type Dialogues struct {
	Parts
	calls   *calls
	sources *sources
	watch   *watch
}

// Help gives the sentence for Parts.Help, as it is written now.
func Help(cat *locales.Catalogue) func() string {
	return func() string {
		said := make([]string, 0, len(ripoti.Langs))
		for _, lang := range ripoti.Langs {
			said = append(said, cat.Text(lang, "ussd.help"))
		}
		return strings.Join(said, "\n")
	}
}

// help is what a call gets that cannot be taken at all.
func (d *Dialogues) help() []byte { return render(flows.Turn{Screen: d.Help(), End: true}) }

// NewDialogues makes a host. Calls that are cut are noticed while Keep runs.
func NewDialogues(p Parts) *Dialogues {
	p.DeskLimit, p.CutAfter = cmp.Or(p.DeskLimit, DefaultDeskLimit), cmp.Or(p.CutAfter, DefaultCutAfter)
	return &Dialogues{
		Parts: p, calls: newCalls(), sources: newSources(p.Limits), watch: newWatch(),
	}
}

// Press answers one press with the bytes to send: "CON " or "END " and a screen. It always has an
// answer, within three seconds, and goes on to the end although the caller's context is cancelled.
func (d *Dialogues) Press(ctx context.Context, p Press) []byte {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.DeskLimit+saveTime)
	defer cancel()
	began := d.Now()
	answer, outcome := d.press(ctx, p, began)
	d.Metrics.Press(outcome, d.Now().Sub(began))
	return answer
}

func (d *Dialogues) press(ctx context.Context, p Press, now time.Time) ([]byte, metrics.Outcome) {
	key := d.key(p.From)
	if !d.calls.enter(ctx, key) {
		return d.help(), metrics.Busy
	}
	defer d.calls.leave(key)
	c := d.recall(ctx, key, p)
	c.now, c.last = now, p.Style == Last
	switch c.hear(p) {
	case again:
		return c.Answer, metrics.Repeated
	case astray:
		return c.Answer, metrics.Late
	case more:
		if state, err := flows.Parse(c.State); err == nil {
			return d.goOn(ctx, c, p, state)
		}
		return d.replay(ctx, c, p)
	default:
		return d.open(ctx, c, p)
	}
}

// call is a press at work: the phone's record and what is known of it.
type call struct {
	record
	key   string
	known bool // the record was there
	last  bool // the gateway sends the last answer alone
	now   time.Time
}

// heard is what a press says beyond what was heard before.
type heard int

const (
	first  heard = iota // a call that is not known: a dial, or its record is lost
	more                // something new was typed
	again               // the same request again
	astray              // a request that comes late or crossed another: it changes nothing
)

func (c *call) hear(p Press) heard {
	switch {
	case c.known && c.Session == p.Session:
		return c.record.hear(p, c.now)
	case c.known && c.Before == p.Session:
		return astray
	}
	return first
}

// hear compares whole inputs, never segments: the same answer twice is not a repeated request.
func (r *record) hear(p Press, now time.Time) heard {
	switch {
	case p.Style == Last && r.Steps <= 1 && p.Text == "" && r.Heard == "":
		return again
	case p.Style == Last && !r.Ended && (p.Text != r.Heard || now.Sub(r.Pressed) >= repeatWithin):
		return more
	case p.Text == r.Heard || p.Style == Last:
		return again
	case r.Ended:
		return astray
	case r.Heard == "" || strings.HasPrefix(p.Text, r.Heard) && p.Text[len(r.Heard)] == '*':
		return more
	}
	return astray
}

// open is the first that is heard of a call: the dial, or a later press whose record is lost.
func (d *Dialogues) open(ctx context.Context, c *call, p Press) ([]byte, metrics.Outcome) {
	old, unfinished := d.unfinished(c)
	resumes := unfinished && c.now.Sub(c.Said) < redialWithin && d.Book.Redial(old).State.Old != nil
	next, allowed := d.Limits.number(c.Limit, c.now)
	if p.Text == "" && !resumes && !(allowed && d.sources.allow(p.Source, c.now)) {
		return d.help(), metrics.Limited
	}
	if unfinished {
		old = d.closeOld(ctx, c, old)
	}
	outcome, turn := metrics.Answered, d.Book.Start()
	if resumes {
		outcome, turn = metrics.Redialled, d.Book.Redial(old)
	}
	c.record = record{Session: p.Session, Before: c.Session, Phone: p.From, Began: c.now, Said: c.Said, Limit: next}
	return d.enter(ctx, c, p, turn, outcome)
}

// replay rebuilds a call whose record was found but not understood.
func (d *Dialogues) replay(ctx context.Context, c *call, p Press) ([]byte, metrics.Outcome) {
	c.record = record{Session: p.Session, Before: c.Before, Phone: p.From, Began: c.now, Limit: c.Limit}
	return d.enter(ctx, c, p, d.Book.Start(), metrics.Replayed)
}

// enter answers a call from its first screen on. What was typed so far is walked through again: a
// dial may bring answers with it ("*384*123*2*1#"), and so does a call whose record is lost.
func (d *Dialogues) enter(ctx context.Context, c *call, p Press, turn flows.Turn, outcome metrics.Outcome) ([]byte, metrics.Outcome) {
	d.name(&turn, c)
	c.Steps = 1
	w := walk{call: c, turn: turn}
	if p.Text != "" && p.Style != Last {
		if outcome == metrics.Answered {
			outcome = metrics.Replayed
		}
		d.walk(ctx, &w, p.Text, 0, false)
	}
	return d.settle(ctx, &w, outcome)
}

// goOn answers what was typed since the last press.
func (d *Dialogues) goOn(ctx context.Context, c *call, p Press, state flows.State) ([]byte, metrics.Outcome) {
	w := walk{call: c, turn: flows.Turn{State: state}}
	at := 0
	if p.Style != Last && c.Heard != "" {
		at = len(c.Heard) + 1
	}
	d.walk(ctx, &w, p.Text, at, p.Style == Last || d.Book.Typing(state))
	return d.settle(ctx, &w, metrics.Answered)
}

// walk is a way through the book, one or more answers long.
type walk struct {
	*call
	turn flows.Turn // after the last answer that was taken
	due  flows.Turn // the last thing the desk is to be told; each draft holds all that was said before
	err  error      // the answer after turn could not be saved
}

// walk takes the answers in text from at on. An answer ends at a star, unless whole says that the
// first of them is free text, in which a star stands for itself.
func (d *Dialogues) walk(ctx context.Context, w *walk, text string, at int, whole bool) {
	for {
		end := len(text)
		if star := strings.IndexByte(text[at:], '*'); star >= 0 && !whole {
			end = at + star
		}
		whole = false
		next := d.Book.Next(w.turn.State, clean(text[at:end]))
		d.name(&next, w.call)
		switch next.Do {
		case flows.Nothing:
		case flows.Look, flows.Tell:
			answered, err := d.follow(ctx, w.call, next)
			if err != nil {
				w.err = err
				return
			}
			next = answered
		case flows.File:
			code, err := d.file(ctx, w.call, next.State.Conversation, next.Draft)
			if err != nil {
				w.err = err
				return
			}
			w.Filed, w.due, w.OwedDo, w.OwedText = true, flows.Turn{}, flows.Nothing, nil
			next = d.Book.Received(next, code)
		default:
			w.due = next
		}
		w.turn, w.Heard = next, text[:end]
		w.Steps++
		if end == len(text) {
			return
		}
		if next.End {
			w.Heard = text
			return
		}
		at = end + 1
	}
}

// name gives a conversation its name: of the call it began in. Going on with a cut call keeps that
// one's name, so that both reach the same report.
func (d *Dialogues) name(t *flows.Turn, c *call) {
	if t.State.Conversation == "" {
		t.State.Conversation = d.Hash("conversation", c.Session)
	}
}

// settle tells the desk what is still to be told, remembers the call and answers.
func (d *Dialogues) settle(ctx context.Context, w *walk, outcome metrics.Outcome) ([]byte, metrics.Outcome) {
	if w.due.Do != flows.Nothing {
		d.tell(ctx, w.call, w.due)
	}
	c, turn := w.call, w.turn
	c.Pressed, c.Hung = c.now, false
	if turn.State.Old == nil {
		c.Said = c.now
	}
	if w.err != nil {
		return d.unsaved(ctx, w)
	}
	c.Answer = render(turn)
	if turn.End {
		d.end(c, turn.State)
	} else {
		c.State = turn.State.Append(make([]byte, 0, 256))
	}
	d.remember(ctx, c)
	return c.Answer, outcome
}

// unsaved ends the call with the truth. What was said before the answer that could not be saved is
// kept: the same request again tries again, and so does the keeper.
func (d *Dialogues) unsaved(ctx context.Context, w *walk) ([]byte, metrics.Outcome) {
	d.Log.LogAttrs(ctx, slog.LevelError, "answer not saved, the caller was told", slog.Any("err", w.err))
	state := w.turn.State
	w.Hung = true
	w.State = state.Append(make([]byte, 0, 256))
	w.Answer = render(d.Book.Screen(state))
	d.remember(ctx, w.call)
	d.watch.mark(w.key, w.now.Add(retryAfter), w.Pressed)
	return render(d.Book.Unsaved(state)), metrics.Unsaved
}

// unfinished is the state that the phone's last call was cut at.
func (d *Dialogues) unfinished(c *call) (flows.State, bool) {
	if !c.known || c.Ended {
		return flows.State{}, false
	}
	state, err := flows.Parse(c.State)
	if err == nil && state.Old != nil { // the offer to go on was not answered
		state = *state.Old
	}
	return state, err == nil
}

// closeOld files what the cut call leaves: the redial is the proof that it was cut. If that fails the
// new call carries it along, and the keeper sees it there.
func (d *Dialogues) closeOld(ctx context.Context, c *call, old flows.State) flows.State {
	end := c.ending(metrics.EndedCut)
	if draft, ok := d.Book.Cut(old); ok {
		if code, err := d.file(ctx, c, old.Conversation, draft); err == nil {
			old, end = d.Book.Taken(old, code), metrics.EndedRescued
		}
	}
	if !c.Hung {
		d.tellEnd(c, end, old.Lang)
	}
	return old
}

// end closes the record of a call that was brought to its end: only what answers a repeat stays.
func (d *Dialogues) end(c *call, state flows.State) {
	c.Filed = c.Filed || state.Filed
	d.tellEnd(c, c.ending(metrics.EndedLeft), state.Lang)
	c.Ended, c.State = true, nil
	if c.OwedDo == flows.Nothing {
		c.Phone = ""
	}
}

func (c *call) ending(otherwise metrics.End) metrics.End {
	if c.Filed {
		return metrics.EndedFiled
	}
	return otherwise
}

// tellEnd is the one line a dialogue leaves in the log.
func (d *Dialogues) tellEnd(c *call, end metrics.End, lang ripoti.Lang) {
	d.Metrics.Dialogue(end)
	d.Log.LogAttrs(context.Background(), slog.LevelInfo, "dialogue",
		slog.String("end", string(end)), slog.Uint64("steps", c.Steps),
		slog.Int64("ms", c.now.Sub(c.Began).Milliseconds()), slog.String("lang", string(lang)))
}

// key is the name a phone's record is kept under.
func (d *Dialogues) key(phone ripoti.Phone) string { return d.Hash("dialogue", phone.Dial()) }

// render writes a screen as the gateway wants it.
func render(t flows.Turn) []byte {
	prefix := "CON "
	if t.End {
		prefix = "END "
	}
	return append(append(make([]byte, 0, len(prefix)+len(t.Screen)), prefix...), t.Screen...)
}

// clean drops what no phone can type: control characters and bytes that are no UTF-8.
func clean(input string) string {
	for i := 0; i < len(input); i++ {
		if input[i] < ' ' || input[i] >= utf8.RuneSelf {
			return strings.Map(printable, strings.ToValidUTF8(input, ""))
		}
	}
	return input
}

func printable(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}
