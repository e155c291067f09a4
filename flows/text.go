package flows

import (
	"slices"
	"strings"

	"ripoti/internal/ripoti"
)

// Talk is a conversation by SMS between two texts: all that the next text needs. It holds codes and
// places of the gazetteer, no words of the person.
type Talk struct {
	Lang ripoti.Lang `json:"l,omitempty"` // of the person's last text that told one
	// Asked is the question that waits for an answer.
	Asked Question `json:"a,omitempty"`
	// Agreed says that the person wants to be texted, Refused that not.
	Agreed  bool `json:"y,omitempty"`
	Refused bool `json:"n,omitempty"`
	// Place and Urgent say what the report does not tell yet; PlaceAsked, Offered and UrgentAsked
	// what was asked already: nothing is asked twice.
	Place       bool `json:"p,omitempty"`
	Urgent      bool `json:"u,omitempty"`
	PlaceAsked  bool `json:"pa,omitempty"`
	Offered     bool `json:"po,omitempty"`
	UrgentAsked bool `json:"ua,omitempty"`
	// Offer are the places to choose from, at most four.
	Offer []ripoti.PlaceRef `json:"o,omitempty"`
	// New says that the next text begins a report of its own.
	New bool `json:"w,omitempty"`
	// Unread says that R7 waits for more parts of what could not be read.
	Unread bool `json:"r,omitempty"`
	// Parts are the texts at the end of the story that may be parts of one long text.
	Parts []Part `json:"t,omitempty"`
}

// Part is a text at the end of a story, by its length there in bytes.
type Part struct {
	Order string `json:"o"`
	Len   int    `json:"l"`
	Glued bool   `json:"g,omitempty"` // goes on in the middle of a word of the one before
}

// Question is what a person who texts may be asked, one at a time.
type Question string

const (
	AskConsent Question = "consent" // R1: may we text this phone?
	AskPlace   Question = "place"   // R2
	AskUrgent  Question = "urgent"  // R3
)

// Text is what came in, and how things stand.
type Text struct {
	Body string
	// Open says that the talk's report still takes texts: the last one came within the day.
	Open bool
	// Story are the words of that report so far, Place where it is said to be.
	Story string
	Place ripoti.PlaceRef
	// Stopped says that the number wants no messages: it gets none, whatever it texts, until START.
	Stopped bool
	// Part says that the text came so soon after the one before that both may be parts of one text.
	Part bool
	// Order sorts parts as they were sent, as far as anybody knows. Empty, they stand as they came.
	Order string
}

// Gist is what a story tells, as far as the conversation must know.
type Gist struct {
	Lang     ripoti.Lang // "" where the words are of no language
	Readable bool
	// Harm says that a harm is told of.
	Harm bool
	// Bare says that the one who does it may live with the sender, or that a child writes: the
	// receipt says nothing but thanks (domain brief 3.6). So it is with who only thanks us.
	Bare bool
	// Critical says that nothing is waited for; Urgent that how urgent it is was told.
	Critical, Urgent bool
	// Place are the places that the story names.
	Place Matches
}

// Sure is the place that the story surely names, empty if there is none.
func (g Gist) Sure() ripoti.PlaceRef {
	at, _ := g.Place.sure()
	return at
}

// TextTurn is one text answered.
type TextTurn struct {
	Talk Talk
	// Say is the one message that goes back, a TextSay; "" for none.
	Say string
	// Do is what the host must do: File, Add, Stop, Start or Nothing.
	Do Do
	// Story are all words of the report, with File and Add.
	Story string
	// What the text answered, with File and Add. Empty answers change nothing.
	Danger ripoti.Danger
	Place  ripoti.PlaceRef
	Wish   ripoti.Wish
	// Settled says that nothing is left to wait for: the report is routed now.
	Settled bool
	// Withdraw says that R7, which waited for more parts, need not leave: Say is in its place. Where it has
	// left already, nothing more is said.
	Withdraw bool
}

// What a text may ask of the host beside File and Add.
const (
	// Stop sends this number nothing any more, but for the sentence that says so.
	Stop Do = "stop"
	// Start takes that back.
	Start Do = "start"
)

// Texts is the conversation by SMS. It is pure.
type Texts struct {
	Read func(story string) Gist
	Find func(name string) Matches
}

// Next answers a text. It takes any bytes.
func (x *Texts) Next(t Talk, in Text) TextTurn {
	turn := x.next(t, in)
	if in.Stopped && turn.Do != Start {
		turn.Say = ""
		turn.Talk.Asked = ""
		turn.Talk.Unread = false
		turn.Settled = true
	}
	return turn
}

func (x *Texts) next(t Talk, in Text) TextTurn {
	words := textWords(in.Body)
	if strings.TrimSpace(in.Body) == "" {
		return TextTurn{Talk: t, Say: SayNumbers}
	}
	if key, ok := keywordOf(words); ok {
		return x.keyword(t, key, in)
	}
	if rest, lang, ok := newReport(in.Body); ok {
		t = Talk{Lang: lang, Refused: t.Refused}
		if len(textWords(rest)) == 0 {
			t.New = true
			return TextTurn{Talk: t, Say: SayTextNew}
		}
		return x.file(t, in, rest)
	}
	if automatic(in.Body) {
		return x.automatic(t, in)
	}
	if !in.Open || t.New {
		if t.New || !answersNothing(in.Body, words) {
			return x.file(Talk{Lang: t.Lang, Refused: t.Refused && in.Open}, in, in.Body)
		}
		if lang := saidIn(words).lang; lang != "" {
			t.Lang = lang
		}
		return TextTurn{Talk: t, Say: SayNumbers}
	}
	if turn, ok := x.answer(t, in, words); ok {
		return turn
	}
	return x.join(t, in)
}

// keyword does what a word that stands alone asks for.
func (x *Texts) keyword(t Talk, key keyword, in Text) TextTurn {
	if key.lang != "" {
		t.Lang = key.lang
	}
	switch key.does {
	case keyStop:
		t.Asked, t.Agreed, t.Refused = "", false, true
		turn := TextTurn{Talk: t, Do: Stop, Say: SayTextStopped, Settled: true}
		if in.Open {
			turn.Wish = ripoti.WishNone
		}
		return turn
	case keyStart:
		t.Refused = false
		return TextTurn{Talk: t, Do: Start, Say: SayTextStarted}
	case keyMenu:
		return TextTurn{Talk: t, Say: SayTextMenu}
	}
	return TextTurn{Talk: t, Say: SayNumbers}
}

// automatic is a machine's text: nobody reads an answer. Should it tell of a harm after all, it is a
// report.
func (x *Texts) automatic(t Talk, in Text) TextTurn {
	if !x.Read(in.Body).Harm {
		return TextTurn{Talk: t}
	}
	turn := x.file(Talk{Lang: t.Lang}, in, in.Body)
	turn.Say, turn.Talk.Asked, turn.Talk.Unread, turn.Settled = "", "", false, true
	return turn
}

// file begins a report with its first text, and answers it once.
func (x *Texts) file(t Talk, in Text, story string) TextTurn {
	g := x.Read(story)
	t.Parts = []Part{{Order: in.Order, Len: len(story)}}
	t.learn(g)
	turn := TextTurn{Do: File, Story: story}
	turn.Place, _ = g.Place.sure()
	t.receipt(g, &turn)
	turn.Talk = t
	turn.Settled = g.Critical || t.settled()
	return turn
}

// receipt is the one answer to a story, and what it asks.
func (t *Talk) receipt(g Gist, turn *TextTurn) {
	t.Unread = false
	switch {
	case t.Refused:
	case wantsSilence(turn.Story):
		turn.Wish = ripoti.WishNone
	case g.Bare, atHome(turn.Story): // also where no harm could be read: the phone may not be hers alone
		turn.Say = SayTextQuiet
	case !g.Readable:
		turn.Say, t.Unread = SayTextUnread, true
	default:
		turn.Say, t.Asked = SayTextReceipt, AskConsent
	}
}

// join puts more words to the report.
func (x *Texts) join(t Talk, in Text) TextTurn {
	turn := TextTurn{Do: Add, Story: t.grow(in)}
	if own := x.Read(in.Body); own.Lang != "" {
		t.Lang = own.Lang
	}
	g := x.learnMore(&t, &turn, in)
	switch {
	case t.Unread && in.Part && (g.Readable || g.Bare): // the parts are read as one
		turn.Withdraw = true
		t.receipt(g, &turn)
	case t.Asked != AskPlace && t.Asked != AskUrgent:
		turn.Say = t.ask()
	}
	turn.Talk = t
	turn.Settled = g.Critical || t.settled()
	return turn
}

// learnMore reads a story that has grown. It changes the language of the talk no more, and a place that
// is known only where the text takes it back.
func (x *Texts) learnMore(t *Talk, turn *TextTurn, in Text) Gist {
	lang, missing := t.Lang, t.Place
	g := x.Read(turn.Story)
	t.learn(g)
	if lang != "" {
		t.Lang = lang
	}
	if t.Place = t.Place && missing; missing {
		turn.Place, _ = g.Place.sure()
	}
	at, found, corrected := x.correction(in)
	switch {
	case corrected && at.Known():
		turn.Place, t.Place, t.Offer = at, false, nil
	case corrected && t.Agreed && !t.Offered: // another one, of which there are several
		t.Place, t.PlaceAsked, t.Offer = true, false, found.offer()
	}
	return g
}

// learn notes what a story tells and what not.
func (t *Talk) learn(g Gist) {
	if g.Lang != "" {
		t.Lang = g.Lang
	} else if t.Lang == "" {
		t.Lang = ripoti.Swahili
	}
	t.Urgent = !g.Urgent && !g.Critical
	if _, sure := g.Place.sure(); sure {
		t.Place, t.Offer = false, nil
	} else if t.Place = true; g.Place.Decision == matchAsk && !t.PlaceAsked {
		t.Offer = g.Place.offer()
	}
}

// offer are the places of matches to choose from.
func (m Matches) offer() []ripoti.PlaceRef { return refs(m.Places[:min(maxOffer, len(m.Places))]) }

// sure is the place that cannot be another one, if there is one.
func (m Matches) sure() (ripoti.PlaceRef, bool) {
	if m.Decision != matchTake || len(m.Places) == 0 {
		return ripoti.PlaceRef{}, false
	}
	return ref(m.Places[0]), true
}

// What Matches may decide.
const (
	matchTake = "take"
	matchAsk  = "ask"
	matchNone = "none"
)

// ask is the next question to somebody who agreed to be asked, "" when there is none.
func (t *Talk) ask() string {
	if !t.Agreed {
		return ""
	}
	switch {
	case t.Place && !t.PlaceAsked && len(t.Offer) > 0:
		t.Asked, t.PlaceAsked, t.Offered = AskPlace, true, true
		return SayTextWhich
	case t.Place && !t.PlaceAsked:
		t.Asked, t.PlaceAsked = AskPlace, true
		return SayTextPlace
	case t.Urgent && !t.UrgentAsked:
		t.Asked, t.UrgentAsked = AskUrgent, true
		return SayTextUrgent
	}
	t.Asked = ""
	return ""
}

// settled says that no answer can come that the report should wait for.
func (t *Talk) settled() bool {
	return t.Asked == "" || t.Asked == AskConsent && !t.Place && !t.Urgent
}

// answer reads a text as the answer to the question that waits. It says false where it is none.
func (x *Texts) answer(t Talk, in Text, words []string) (TextTurn, bool) {
	said := saidIn(words)
	if said.lang != "" && said.lone {
		t.Lang = said.lang
	}
	turn := TextTurn{Do: Add, Story: in.Story}
	switch t.Asked {
	case AskConsent:
		if said.says == "" {
			return x.noise(t, in, words)
		}
		if !said.plain && said.says == saysYes { // "yes, and he has a panga"
			turn.Story = t.grow(in)
			x.learnMore(&t, &turn, in)
		}
		if t.Agreed = said.says == saysYes; t.Agreed {
			turn.Wish = ripoti.WishSMS
		} else {
			t.Refused, turn.Wish = true, ripoti.WishNone
		}
		t.Asked = ""
	case AskPlace:
		return x.place(t, in, words, said)
	case AskUrgent:
		switch urgentIn(words, said) {
		case saysYes:
			turn.Danger = ripoti.DangerYes
		case saysNo:
			turn.Danger = ripoti.DangerNo
		default:
			return x.noise(t, in, words)
		}
		t.Urgent = false
		if !said.plain {
			turn.Story = t.grow(in)
		}
	default:
		return x.noise(t, in, words)
	}
	turn.Say = t.ask()
	turn.Talk, turn.Settled = t, t.settled()
	return turn, true
}

// noise is a key that answers no question: it changes nothing. Words are no noise.
func (x *Texts) noise(t Talk, in Text, words []string) (TextTurn, bool) {
	if !answersNothing(in.Body, words) {
		return TextTurn{}, false
	}
	return TextTurn{Talk: t, Do: Add, Story: in.Story, Settled: t.settled()}, true
}

// place reads an answer to "which place". The name of one is taken, several are offered once; what is
// not found is kept as it was typed, and a person reads it.
func (x *Texts) place(t Talk, in Text, words []string, said said) (TextTurn, bool) {
	turn := TextTurn{Do: Add, Story: in.Story}
	if i := picked(words); i > 0 && len(t.Offer) > 0 {
		if i <= len(t.Offer) {
			turn.Place, t.Place = t.Offer[i-1], false
		}
	} else if said.plain { // "no", "none of these"
	} else {
		own := x.Read(in.Body)
		found := own.Place
		at, sure := found.sure()
		if !sure && len(words) <= mostPlaceWords {
			if named := x.Find(in.Body); named.Decision != matchNone {
				found = named
				at, sure = found.sure()
			}
		}
		switch {
		case sure:
			turn.Place, t.Place = at, false
		case found.Decision == matchAsk && !t.Offered && len(found.Places) > 0:
			t.Offer, t.Offered = found.offer(), true
			turn.Story = t.grow(in)
			turn.Say, turn.Talk = SayTextWhich, t
			return turn, true
		case own.Harm || len(words) > mostPlaceWords: // the story goes on; the question stands
			return TextTurn{}, false
		default:
			turn.Place.Typed = cutRunes(strings.TrimSpace(strings.ToValidUTF8(in.Body, "")), maxTyped)
		}
		turn.Story = t.grow(in)
		whole := x.Read(turn.Story)
		t.Urgent = t.Urgent && !whole.Urgent && !whole.Critical
	}
	t.Offer = nil
	turn.Say = t.ask()
	turn.Talk, turn.Settled = t, t.settled()
	return turn, true
}

// mostPlaceWords is how long the name of a place may be, with what people write around it.
const mostPlaceWords = 6

func cutRunes(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// answersNothing says that a text is only a key, a yes or a no, or an answer to an alert, which no
// question of ours waits for.
func answersNothing(body string, words []string) bool {
	if len(words) == 0 {
		return false // not a word: a person looks at it
	}
	if said := saidIn(words); said.says != "" && said.plain {
		return true
	}
	if reply := ParseReply(body); (reply.Code != "" || reply.Typed != "") && len(words) <= 4 && !slices.ContainsFunc(words, isStoryWord) {
		return true
	}
	return len(words) == 1 && len(words[0]) == 1
}
