package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-playground/validator/v10"

	"ripoti/internal/directory"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

// routeCommand answers who would hear of a report, and why.
type routeCommand struct {
	JSON     bool   `name:"json" help:"One JSON object a line."`
	Offices  string `type:"existingfile" help:"Your own offices: CSV or GeoJSON. Left out: the built-in sample." placeholder:"FILE"`
	Contacts string `type:"existingfile" help:"Your own contacts: CSV." placeholder:"FILE"`
	Rules    string `type:"existingfile" help:"Your own rules: YAML. Left out: the built-in ones." placeholder:"FILE"`
}

// Run answers every line of stdin in order.
func (c *routeCommand) Run(context.Context) error { return c.answer(os.Stdin, os.Stdout) }

// router is what a question is answered with.
type router struct {
	places    *gazetteer.Gazetteer
	directory *routing.Directory
	rules     *routing.Rules
	check     *validator.Validate
	now       time.Time
}

func (c *routeCommand) answer(in io.Reader, out io.Writer) error {
	r, err := c.router()
	if err != nil {
		return fmt.Errorf("route: %w", err)
	}
	w := bufio.NewWriter(out)
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if err := c.write(w, r.route(line)); err != nil {
				return fmt.Errorf("route: %w", err)
			}
		}
		if lines.Buffered() == 0 { // an answer is out before the next question is waited for
			if err := w.Flush(); err != nil {
				return fmt.Errorf("route: %w", err)
			}
		}
		if err == io.EOF {
			return w.Flush()
		}
		if err != nil {
			return fmt.Errorf("route: read: %w", err)
		}
	}
}

func (c *routeCommand) router() (*router, error) {
	g, err := gazetteer.Load()
	if err != nil {
		return nil, err
	}
	rows, err := c.rows()
	if err != nil {
		return nil, err
	}
	rules := routing.Default()
	if c.Rules != "" {
		doc, err := readInput(c.Rules)
		if err != nil {
			return nil, err
		}
		if rules, err = routing.ParseRules(doc); err != nil {
			return nil, err
		}
	}
	return &router{places: g, directory: routing.NewDirectory(rows.Offices, rows.Contacts, g), rules: rules, check: questionValidator(), now: time.Now()}, nil
}

// questionValidator calls fields by their names in JSON.
func questionValidator() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("json") })
	return v
}

func (c *routeCommand) rows() (directory.Rows, error) {
	var files directoryFiles
	for _, name := range []string{c.Offices, c.Contacts} {
		if name != "" {
			files.Files = append(files.Files, name)
		}
	}
	rows, _, err := files.read()
	return rows, err
}

// routeQuestion is one line of input. Place is an id of the gazetteer or a name; category and urgency
// follow from the other answers where they are left out.
type routeQuestion struct {
	Place    string          `json:"place" validate:"max=160"`
	Lat      *float64        `json:"lat" validate:"required_with=Lon,omitempty,gte=-90,lte=90"`
	Lon      *float64        `json:"lon" validate:"required_with=Lat,omitempty,gte=-180,lte=180"`
	Category ripoti.Category `json:"category" validate:"omitempty,oneof=svac sv_adult child_abuse child_marriage fgm dv csec trafficking police_abuse other_crime unclear"`
	Second   ripoti.Category `json:"second" validate:"omitempty,oneof=svac sv_adult child_abuse child_marriage fgm dv csec trafficking police_abuse other_crime unclear"`
	Urgency  ripoti.Urgency  `json:"urgency" validate:"omitempty,oneof=critical high medium low"`
	Stage    ripoti.Stage    `json:"stage" validate:"omitempty,oneof=partial incomplete urgent complete"`
	At       time.Time       `json:"at"`

	Danger  ripoti.Danger  `json:"danger" validate:"omitempty,oneof=yes no unsure"`
	What    ripoti.What    `json:"what" validate:"omitempty,oneof=sexual child harmful home sold police crime unsure"`
	Detail  ripoti.Detail  `json:"detail" validate:"max=32"`
	AtRisk  ripoti.AtRisk  `json:"at_risk" validate:"omitempty,oneof=self_child self_adult other_child other_adult several unsure"`
	ByWhom  ripoti.ByWhom  `json:"by_whom" validate:"omitempty,oneof=family known leader police stranger unsure"`
	When    ripoti.When    `json:"when" validate:"omitempty,oneof=now days3 month longer planned repeating"`
	Suspect ripoti.Suspect `json:"suspect" validate:"omitempty,oneof=with near fled arrested unsure"`
	Weapon  ripoti.Weapon  `json:"weapon" validate:"omitempty,oneof=gun blade other none unsure"`
	Choice  ripoti.Choice  `json:"choice" validate:"omitempty,oneof=police support later"`

	Repeats        int                 `json:"repeats" validate:"gte=0"`
	Avoid          []string            `json:"avoid" validate:"max=100"`
	AccusedKinds   []ripoti.OfficeKind `json:"accused_kinds" validate:"max=20"`
	AccusedOffices []string            `json:"accused_offices" validate:"max=100"`
	Signs          []routing.Sign      `json:"signs" validate:"max=50"`
}

// routeAnswer is one line of output.
type routeAnswer struct {
	Place        string          `json:"place"` // what was asked
	PlaceID      string          `json:"place_id"`
	Category     ripoti.Category `json:"category,omitempty"`
	Second       ripoti.Category `json:"second,omitempty"`
	Urgency      ripoti.Urgency  `json:"urgency,omitempty"`
	Rule         string          `json:"rule,omitempty"`
	Police       []routedOffice  `json:"police"`
	Social       *routedOffice   `json:"social"`
	Oversight    *routedOffice   `json:"oversight"`
	Children     []routedOffice  `json:"children"`
	Liaison      []routedOffice  `json:"liaison"`
	Coordination []routedOffice  `json:"coordination"`
	Walled       bool            `json:"walled"`
	Wall         []string        `json:"wall,omitempty"`
	NoRecipient  bool            `json:"no_recipient"`
	Trace        []routing.Line  `json:"trace"`
	Error        string          `json:"error,omitempty"`
}

// routedOffice is one office's part.
type routedOffice struct {
	Office string            `json:"office"`
	Name   string            `json:"name"`
	Kind   ripoti.OfficeKind `json:"kind"`
	Side   ripoti.Side       `json:"side"`
	Km     float64           `json:"km"` // -1 where no distance is known
	Why    string            `json:"why"`
	Send   time.Time         `json:"send"`
	Ladder []routing.Rung    `json:"ladder"`
}

// route answers one line. A line that cannot be read is answered with an error, so that answers stay
// in step with questions.
func (r *router) route(line []byte) routeAnswer {
	var q routeQuestion
	if err := json.Unmarshal(line, &q); err != nil {
		return routeAnswer{Error: "is no question: " + err.Error()}
	}
	if err := r.check.Struct(q); err != nil {
		return routeAnswer{Place: q.Place, Error: plainQuestion(err)}
	}
	place, note := r.place(q)
	c := r.weigh(q, place)
	d := routing.Decide(c, r.directory, r.rules)
	if note != "" {
		d.Trace = append([]routing.Line{{Rule: "place", Result: "note", Why: note}}, d.Trace...)
	}
	return r.tell(q, c, d)
}

// plainQuestion says which fields of a question are wrong.
func plainQuestion(err error) string {
	var wrong validator.ValidationErrors
	if !errors.As(err, &wrong) {
		return err.Error()
	}
	var out []string
	for _, w := range wrong {
		text := w.Field() + " is out of bounds"
		if w.Tag() == "oneof" {
			text = fmt.Sprintf("%s: %q is none of: %s", w.Field(), w.Value(), strings.ReplaceAll(w.Param(), " ", ", "))
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// place is the place of a question: by its id, its position or its name. The best match of a name is
// used even where a caller would be asked; the note says so.
func (r *router) place(q routeQuestion) (ripoti.PlaceRef, string) {
	if p, ok := r.places.Place(q.Place); ok {
		return p.Ref(), ""
	}
	if q.Lat != nil && q.Lon != nil {
		return ripoti.PlaceRef{ID: "point", Name: q.Place, Point: ripoti.Point{Lat: *q.Lat, Lon: *q.Lon}, Precision: ripoti.PrecisionExact}, ""
	}
	found := r.places.Find(q.Place, "")
	switch {
	case q.Place == "":
		return ripoti.PlaceRef{}, ""
	case len(found.Matches) == 0 || found.Decision == gazetteer.None:
		return ripoti.PlaceRef{Typed: q.Place}, "no place is found for the name"
	case found.Decision == gazetteer.Ask:
		return found.Matches[0].Place.Ref(), "the name could mean several places; a caller would be asked, here the best is used: " + gazetteer.Label(found.Matches[0].Place)
	}
	return found.Matches[0].Place.Ref(), ""
}

func (r *router) weigh(q routeQuestion, place ripoti.PlaceRef) routing.Case {
	c := routing.Case{
		Answers: ripoti.Answers{Danger: q.Danger, What: q.What, Detail: q.Detail, Place: place, AtRisk: q.AtRisk, ByWhom: q.ByWhom,
			When: q.When, Suspect: q.Suspect, Weapon: q.Weapon, Choice: q.Choice},
		Category: q.Category, Second: q.Second, Urgency: q.Urgency, Stage: q.Stage, At: q.At,
		Avoid: q.Avoid, AccusedKinds: q.AccusedKinds, AccusedOffices: q.AccusedOffices, Signs: q.Signs,
	}
	if c.Stage == "" {
		c.Stage = ripoti.StageComplete
	}
	if c.At.IsZero() {
		c.At = r.now
	}
	if c.Category == "" {
		reading := r.rules.TriageSigns(c.Answers, c.Stage, q.Repeats, c.Signs)
		c.Category, c.Second = reading.Category, reading.Second
	}
	if c.Urgency == "" {
		reading := r.rules.Weigh(c, q.Repeats)
		c.Urgency, c.Rule = reading.Urgency, reading.Rule
	}
	return c
}

func (r *router) tell(q routeQuestion, c routing.Case, d routing.Decision) routeAnswer {
	a := routeAnswer{Place: q.Place, PlaceID: c.Answers.Place.ID, Category: c.Category, Second: c.Second, Urgency: c.Urgency, Rule: c.Rule,
		Police: []routedOffice{}, Children: []routedOffice{}, Liaison: []routedOffice{}, Coordination: []routedOffice{},
		Walled: d.Walled, Wall: d.Wall, NoRecipient: d.NoRecipient, Trace: d.Trace}
	for _, p := range d.Parts {
		o, _ := r.directory.Office(p.OfficeID)
		a.add(routedOffice{Office: o.ID, Name: o.Name, Kind: o.Kind, Side: p.Side, Km: p.Km, Why: p.Why, Send: p.Send, Ladder: p.Ladder})
	}
	return a
}

func (a *routeAnswer) add(o routedOffice) {
	switch {
	case o.Kind.Police():
		// A station's own OCS hears of it as well: one station still, and the trace tells.
		if !slices.ContainsFunc(a.Police, func(had routedOffice) bool { return had.Office == o.Office }) {
			a.Police = append(a.Police, o)
		}
	case o.Side == ripoti.Care && a.Social == nil: // also where the coordinators stand in
		a.Social = &o
	case o.Kind == ripoti.Oversight && a.Oversight == nil:
		a.Oversight = &o
	case o.Kind == ripoti.ChildrenOffice || o.Kind == ripoti.CountyChildren:
		a.Children = append(a.Children, o)
	case o.Kind == ripoti.Coordination:
		a.Coordination = append(a.Coordination, o)
	default:
		a.Liaison = append(a.Liaison, o)
	}
}

func (c *routeCommand) write(out io.Writer, a routeAnswer) error {
	if c.JSON {
		e := json.NewEncoder(out)
		e.SetEscapeHTML(false)
		return e.Encode(a)
	}
	return a.writeReadable(out)
}

// writeReadable is the answer for a person: who, then why.
func (a routeAnswer) writeReadable(out io.Writer) error {
	var b bytes.Buffer
	if a.Error != "" {
		fmt.Fprintf(&b, "%s: %s\n", a.Place, a.Error)
		_, err := out.Write(b.Bytes())
		return err
	}
	fmt.Fprintf(&b, "%s (%s): %s, %s\n", a.Place, a.PlaceID, a.Category, a.Urgency)
	all := append(append(append(append([]routedOffice{}, a.Police...), a.Liaison...), a.Children...), a.Coordination...)
	for _, one := range []*routedOffice{a.Oversight, a.Social} {
		if one != nil {
			all = append(all, *one)
		}
	}
	for _, o := range all {
		fmt.Fprintf(&b, "  %-6s %s, %.1f km: %s\n", o.Side, o.Name, max(o.Km, 0), o.Why)
	}
	for _, l := range a.Trace {
		fmt.Fprintf(&b, "    %-8s %-6s %s %s\n", l.Rule, l.Result, l.Office, l.Why)
	}
	_, err := out.Write(b.Bytes())
	return err
}
