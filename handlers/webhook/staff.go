package webhook

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"ripoti/flows"
	"ripoti/internal/dialog"
	"ripoti/internal/metrics"
	"ripoti/internal/ripoti"
)

// staffIdle is how long a call of the staff line stays open without a key (domain brief 7.2): after
// that the PIN is asked for again.
const staffIdle = 2 * time.Minute

// StaffDesk does what the staff line asks. A press is named by its call and all that was typed in it;
// doing one again, by this process or another, has no second effect and gives the same result.
type StaffDesk interface {
	// StaffContacts are those who may use the line with a number; none where nobody may.
	StaffContacts(ctx context.Context, p ripoti.Phone) ([]ripoti.Contact, error)
	// StaffActs are the results of those presses that were done before.
	StaffActs(ctx context.Context, presses []string) (map[string]flows.StaffTold, error)
	StaffDo(ctx context.Context, press string, who []ripoti.Contact, ask flows.StaffAsk) (flows.StaffTold, error)
	// StaffIdle notes that a press came too late.
	StaffIdle(ctx context.Context, press string) (flows.StaffTold, error)
}

// StaffParts is what StaffLine is made of; all must be there but Limit.
type StaffParts struct {
	// Code is what staff dial: "*484#".
	Code    string
	Line    *flows.StaffLine
	Desk    StaffDesk
	Store   dialog.Store
	Seal    Seal
	Hash    func(purpose, value string) string
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *metrics.Metrics
	// Limit is how long a press waits for the database; zero means DefaultDeskLimit.
	Limit time.Duration
}

// StaffLine hosts the calls of officers and social workers. What a press came to is in the database;
// where a call stands is kept beside it for speed, and can be lost at any moment.
type StaffLine struct {
	StaffParts
	calls *calls
}

// NewStaffLine makes a host.
func NewStaffLine(p StaffParts) *StaffLine {
	p.Limit = cmp.Or(p.Limit, DefaultDeskLimit)
	return &StaffLine{StaffParts: p, calls: newCalls()}
}

// Serves says whether a call was dialled to the staff code. Gateways write a code with or without its
// hash, encoded once more, or with the first keys behind it ("*484*1#").
func (l *StaffLine) Serves(serviceCode string) bool {
	if l == nil || l.Code == "" {
		return false
	}
	code, staff := dialled(serviceCode), dialled(l.Code)
	return code == staff || strings.HasPrefix(code, staff+"*")
}

var encodedCode = strings.NewReplacer("%2A", "*", "%2a", "*", "%23", "#", " ", "")

func dialled(code string) string {
	return strings.TrimSuffix(encodedCode.Replace(code), "#")
}

// staffCall is what is kept of a call between two presses, sealed.
type staffCall struct {
	Session string    `json:"s"`
	Began   int64     `json:"b"` // names the call where a gateway sends the last answer alone
	Heard   string    `json:"h"`
	Steps   int       `json:"n"`
	Answer  []byte    `json:"a"`
	State   []byte    `json:"t"`
	Pressed time.Time `json:"p"`
	Ended   bool      `json:"e"`
}

// Press answers one press: "CON " or "END " and a screen, within three seconds, whatever happens.
func (l *StaffLine) Press(ctx context.Context, p Press) []byte {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.Limit+saveTime)
	defer cancel()
	began := l.Now()
	answer, outcome := l.press(ctx, p, began)
	l.Metrics.Press(outcome, l.Now().Sub(began))
	return answer
}

func (l *StaffLine) press(ctx context.Context, p Press, now time.Time) ([]byte, metrics.Outcome) {
	key := l.Hash("staff call", p.From.Dial())
	broken := render(l.Line.Broken(flows.StaffState{}).Shown())
	if !l.calls.enter(ctx, key) {
		return broken, metrics.Busy
	}
	defer l.calls.leave(key)
	who, err := timed(ctx, l, func(ctx context.Context) ([]ripoti.Contact, error) { return l.Desk.StaffContacts(ctx, p.From) })
	if err != nil {
		return broken, metrics.Unsaved
	}
	if len(who) == 0 {
		return render(l.Line.Unknown().Shown()), metrics.Answered
	}
	c, known := l.recall(ctx, key, p)
	switch {
	case known && c.repeats(p, now):
		return c.Answer, metrics.Repeated
	case known && !c.goesOn(p):
		return c.Answer, metrics.Late
	}
	w := staffWalk{StaffLine: l, who: who, press: p, now: now, lang: who[0].Lang, call: c, known: known}
	answer := w.answer(ctx)
	l.remember(ctx, key, w.call)
	return answer, metrics.Answered
}

// repeats says that the gateway asks for the same press again.
func (c staffCall) repeats(p Press, now time.Time) bool {
	return p.Text == c.Heard && (p.Style != Last || p.Text == "" || now.Sub(c.Pressed) < repeatWithin)
}

func (c staffCall) goesOn(p Press) bool {
	return !c.Ended && (p.Style == Last || c.Heard == "" || strings.HasPrefix(p.Text, c.Heard+"*"))
}

// recall brings back the call; another one's record, or none that can be read, is as good as lost.
func (l *StaffLine) recall(ctx context.Context, key string, p Press) (c staffCall, known bool) {
	sealed, err := l.Store.Load(ctx, key)
	if err != nil {
		l.Metrics.StoreFailed()
	}
	if len(sealed) == 0 {
		return c, false
	}
	plain, err := l.Seal.Open(sealed, "staff/"+key)
	if err != nil || json.Unmarshal(plain, &c) != nil || c.Session != p.Session {
		return staffCall{}, false
	}
	return c, true
}

// remember keeps the call for as long as it may go on.
func (l *StaffLine) remember(ctx context.Context, key string, c staffCall) {
	plain, err := json.Marshal(c)
	if err != nil {
		return // texts and times always marshal
	}
	sealed, err := l.Seal.Seal(plain, "staff/"+key)
	if err != nil {
		l.Log.LogAttrs(ctx, slog.LevelError, "staff call not sealed", slog.Any("err", err))
		return
	}
	if err := l.Store.Save(ctx, key, sealed, staffIdle+time.Minute); err != nil {
		l.Metrics.StoreFailed()
	}
}

// timed is one question to the database, within the line's limit.
func timed[T any](ctx context.Context, l *StaffLine, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := deskTime(ctx, l.Limit)
	defer cancel()
	got, err := within(ctx, do)
	if err != nil {
		l.Metrics.DeskFailed("staff")
	}
	return got, err
}

// staffWalk is a press at work: what was typed since the last one, or, where the call's record is
// lost, all that was typed in it.
type staffWalk struct {
	*StaffLine
	who   []ripoti.Contact
	press Press
	now   time.Time
	lang  ripoti.Lang
	call  staffCall
	known bool
	turn  flows.StaffTurn
	acts  map[string]flows.StaffTold // what was done before
	last  time.Time                  // the last sign of life before this press
}

func (w *staffWalk) answer(ctx context.Context) []byte {
	text, at := w.press.Text, 0
	state, err := flows.ParseStaffState(w.call.State)
	if w.known && err == nil {
		w.turn, w.last = flows.StaffTurn{State: state}, w.call.Pressed
		if w.press.Style != Last && w.call.Heard != "" {
			at = len(w.call.Heard) + 1
		}
	} else {
		w.known = false
		w.call = staffCall{Session: w.press.Session, Began: w.now.UnixMicro()}
		w.turn = w.Line.Start(w.lang)
		if w.press.Style == Last {
			text = "" // what was typed belongs to a screen that is lost
		}
	}
	if text != "" || w.known {
		if err := w.walk(ctx, text, at); err != nil {
			w.Log.LogAttrs(ctx, slog.LevelError, "staff press not done", slog.Any("err", err))
			w.turn = w.Line.Broken(w.turn.State)
		}
	}
	c := &w.call
	c.Heard, c.Answer, c.Pressed, c.Ended = w.press.Text, render(w.turn.Shown()), w.now, w.turn.End
	c.State = w.turn.State.Append(nil)
	return c.Answer
}

// walk takes the answers in text from at on. An answer ends at a star, unless it is one of several
// parts, in which stars stand between them: then all that was typed since the last press is one, or as
// much as was one before.
func (w *staffWalk) walk(ctx context.Context, text string, at int) error {
	ends := w.ends(text, at)
	presses := make([]string, len(ends))
	for i, end := range ends {
		presses[i] = w.name(text, end)
	}
	var err error
	w.acts, err = timed(ctx, w.StaffLine, func(ctx context.Context) (map[string]flows.StaffTold, error) { return w.Desk.StaffActs(ctx, presses) })
	if err != nil {
		return err
	}
	for i := 0; i < len(ends); i++ {
		if w.Line.Typing(w.turn.State) {
			i = w.whole(text, at, ends, i)
		}
		if err := w.take(ctx, clean(text[at:ends[i]]), presses[i], i == len(ends)-1); err != nil {
			return err
		}
		w.call.Steps++
		if w.turn.End {
			return nil
		}
		at = ends[i] + 1
	}
	return nil
}

// ends are where the answers in text end.
func (w *staffWalk) ends(text string, at int) (ends []int) {
	for i := at; w.press.Style != Last && i < len(text); i++ {
		if text[i] == '*' {
			ends = append(ends, i)
		}
	}
	return append(ends, len(text))
}

// whole is the last part of what was typed in one: all of it, or, of a replay, as much as the screen
// asks for.
func (w *staffWalk) whole(text string, at int, ends []int, from int) int {
	if w.known && from == 0 {
		return len(ends) - 1
	}
	for i := min(from+3, len(ends)-1); i > from; i-- {
		if w.Line.Whole(w.turn.State, text[at:ends[i]]) {
			return i
		}
	}
	return from
}

// name is what a press is known by: the call, the number and all that was typed. Where a gateway sends
// the last answer alone, the call's beginning and the count of its presses stand for what is not known.
func (w *staffWalk) name(text string, end int) string {
	call := w.press.From.Dial() + "|" + w.press.Session + "|"
	if w.press.Style == Last {
		call += strconv.FormatInt(w.call.Began, 10) + "|" + strconv.Itoa(w.call.Steps) + "|"
	}
	return call + text[:end]
}

// take is one answer. final says that it is the one that was typed just now: the others were heard in
// time.
func (w *staffWalk) take(ctx context.Context, input, press string, final bool) error {
	told, done := w.acts[press]
	if final && !done && w.turn.State.Trusted() && w.now.Sub(w.last) > staffIdle {
		var err error
		told, err = timed(ctx, w.StaffLine, func(ctx context.Context) (flows.StaffTold, error) { return w.Desk.StaffIdle(ctx, press) })
		if err != nil {
			return err
		}
		done = true
	}
	if done && told.Result == flows.StaffIdle {
		w.turn, w.last = w.Line.Idle(w.turn.State), told.At
		return nil
	}
	next := w.Line.Next(w.turn.State, input)
	if next.Ask.Do == flows.StaffNothing {
		w.turn = next
		return nil
	}
	if !done || !next.Ask.Kept() && final {
		var err error
		told, err = timed(ctx, w.StaffLine, func(ctx context.Context) (flows.StaffTold, error) { return w.Desk.StaffDo(ctx, press, w.who, next.Ask) })
		if err != nil {
			return err
		}
	}
	w.turn, w.last = w.Line.Told(next, told), told.At
	return nil
}
