package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
)

// act is something that can be done with a report on its page. Who may is asked by the role here, and by
// casework of the contact that the person is.
type act struct {
	name  string
	roles []ripoti.UserRole
	// offered gives the fields of its form; false where it is not offered now.
	offered func(c *Console, q *request, p *reportPage) ([]field, bool)
	do      func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error
}

// field is one field of a form. Its label is the sentence of its name.
type field struct {
	Name, Kind string // Kind is "choice", "words", "line", "day", "tick"
	Options    []option
	Required   bool
}

// option is a line of a choice: a code with its word, or a name.
type option struct{ Value, Kind, Text string }

// actForm is an act as the page offers it.
type actForm struct {
	Name   string
	Fields []field
}

var (
	leads  = []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserSupervisor}
	carers = []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserSupervisor, ripoti.UserSocial}
)

// acts are all of them, in the order of the page: what is asked of the person first.
var acts = []act{
	{"accept", caseRoles, func(_ *Console, _ *request, p *reportPage) ([]field, bool) { return nil, p.Offers.Accept }, answering(flows.VerbAccept)},
	{"check", carers, func(_ *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{choice("answer", "answer", casework.CareAnswers)}, len(p.Offers.Checks) > 0
	}, answering(flows.VerbCheck)},
	{"tell", caseRoles, func(_ *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{choice("move", "move", p.Offers.Moves), {Name: "ob", Kind: "line"}, {Name: "day", Kind: "day"}, {Name: "note", Kind: "words"}}, len(p.Offers.Moves) > 0
	}, telling},
	{"agree", leads, func(_ *Console, _ *request, p *reportPage) ([]field, bool) { return nil, p.Offers.Agree }, agreeing(true)},
	{"refuse", leads, func(_ *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{required(inWords("reason"))}, p.Offers.Agree
	}, agreeing(false)},
	{"confirm", carers, func(c *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{orSame(choice("category", "category", ripoti.Categories)), orSame(choice("second", "category", ripoti.Categories)),
			orSame(choice("urgency", "urgency", ripoti.Urgencies))}, p.Offers.Confirm
	}, confirming},
	{"refer", carers, func(_ *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{referable(p.Offers.Refer), inWords("why"), {Name: "urgent", Kind: "tick"}}, len(p.Offers.Refer) > 0
	}, referring},
	{"revoke", carers, func(c *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{c.revocable(p.Offers.Revoke)}, len(p.Offers.Revoke) > 0
	}, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
		return d.RevokeReferral(ctx, code, by, f.Get("referral"))
	}},
	{"raise", caseRoles, func(_ *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{choice("flag", "flag", p.Offers.Raise), inWords("note")}, len(p.Offers.Raise) > 0
	}, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
		return d.RaiseFlag(ctx, code, by, ripoti.FlagKind(f.Get("flag")), f.Get("note"))
	}},
	{"settle", leads, func(_ *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{choice("flag", "flag", p.Offers.Settle), required(inWords("how"))}, len(p.Offers.Settle) > 0
	}, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
		return d.SettleFlag(ctx, code, ripoti.FlagKind(f.Get("flag")), by, f.Get("how"))
	}},
	{"link", carers, offerPair, pairing((*casework.Desk).LinkIncident)},
	{"unlink", carers, offerPair, pairing((*casework.Desk).RejectIncident)},
	{"reassign", leads, func(_ *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{choice("reason", "reason", casework.ReassignReasons)}, p.Offers.Reassign
	}, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
		return d.Reassign(ctx, code, by, f.Get("reason"))
	}},
	{"decline", caseRoles, func(_ *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{choice("reason", "decline", flows.Reasons)}, p.Offers.Decline
	}, answering(flows.VerbDecline)},
	{"propose", caseRoles, func(_ *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{choice("outcome", "outcome", outcomesOf(p.Offers.Ends)), inWords("reason"), {Name: "other", Kind: "line"}}, len(p.Offers.Ends) > 0
	}, proposing},
	{"reopen", leads, func(_ *Console, _ *request, p *reportPage) ([]field, bool) {
		return []field{required(inWords("reason"))}, p.Offers.Reopen
	}, func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
		return d.Reopen(ctx, code, by, f.Get("reason"))
	}},
}

func (c *Console) actRoutes() []route {
	all := make([]route, len(acts))
	for i, a := range acts {
		all[i] = route{pattern: "POST /console/reports/{number}/" + a.name, do: c.doing(a), roles: a.roles}
	}
	return all
}

// formsOf are the acts that the page offers to a person.
func (c *Console) formsOf(q *request, p *reportPage) (forms []actForm) {
	for _, a := range acts {
		if !allowed(a.roles, q.User.Role) {
			continue
		}
		if fields, ok := a.offered(c, q, p); ok {
			forms = append(forms, actForm{a.name, fields})
		}
	}
	return forms
}

// doing does an act, and shows the report again: with what came of it, or why it was refused and what
// was typed.
func (c *Console) doing(a act) func(http.ResponseWriter, *request) error {
	return func(w http.ResponseWriter, q *request) error {
		r, err := c.seen(q)
		if err != nil {
			return err
		}
		by, ok := c.contactOf(q.User)
		if !ok {
			return ripoti.Forbidden("report.no_contact", nil)
		}
		if err := q.ParseForm(); err != nil {
			return ripoti.Invalid("error.form", err)
		}
		typed := trimmed(q.PostForm)
		if err := a.do(q.Context(), c.Desk, r.Code, by, typed); err != nil {
			if ripoti.KeyOf(err) == "" {
				return err
			}
			return c.showReport(w, q, r, shown{failed: a.name, problem: err, typed: typed})
		}
		if err := c.note(q, r.ID, "acted", map[string]any{"act": a.name, "contact": by.ID}); err != nil {
			return err
		}
		c.flash(q, "done."+a.name)
		return seeOther(w, q, "/console/reports/"+string(r.Code))
	}
}

func trimmed(form url.Values) url.Values {
	out := url.Values{}
	for name, values := range form {
		for _, v := range values {
			out.Add(name, strings.TrimSpace(v))
		}
	}
	return out
}

// contactOf is the contact of the directory that a person is.
func (c *Console) contactOf(u ripoti.User) (ripoti.Contact, bool) {
	contact, ok := c.Desk.Live.World().Contact(u.ContactID)
	return contact, ok && contact.Active
}

func choice[T ~string](name, kind string, codes []T) field {
	f := field{Name: name, Kind: "choice", Required: true}
	for _, code := range codes {
		f.Options = append(f.Options, option{Value: string(code), Kind: kind})
	}
	return f
}

// orSame lets a choice stand as it is.
func orSame(f field) field {
	f.Required = false
	f.Options = append([]option{{Kind: "same"}}, f.Options...)
	return f
}

func inWords(name string) field { return field{Name: name, Kind: "words"} }

func required(f field) field {
	f.Required = true
	return f
}

func referable(all []casework.Referable) field {
	f := field{Name: "office", Kind: "choice", Required: true}
	for _, of := range all {
		for _, o := range of.Offices {
			f.Options = append(f.Options, option{Value: o.ID, Text: o.Name})
		}
	}
	return f
}

func (c *Console) revocable(all []ripoti.Referral) field {
	f := field{Name: "referral", Kind: "choice", Required: true}
	for _, r := range all {
		f.Options = append(f.Options, option{Value: r.AssignmentID, Text: c.office(r.OfficeID)})
	}
	return f
}

func offerPair(_ *Console, q *request, p *reportPage) ([]field, bool) {
	return []field{required(field{Name: "other", Kind: "line"})}, p.May && (p.Offers.Reassign || p.Offers.Tries)
}

func outcomesOf(ends []flows.StaffEnd) (all []ripoti.Outcome) {
	for _, e := range ends {
		all = append(all, e.Outcome)
	}
	return all
}

// answering is an answer that an officer or social worker gives by text as well.
func answering(verb flows.Verb) func(context.Context, *casework.Desk, ripoti.Code, ripoti.Contact, url.Values) error {
	return func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
		reply := flows.Reply{Verb: verb}
		switch verb {
		case flows.VerbCheck:
			reply.Check = ripoti.CheckAnswer(f.Get("answer"))
		case flows.VerbDecline:
			reply.Reason = flows.Reason(f.Get("reason"))
		}
		return d.AnswerOnPage(ctx, code, by, reply)
	}
}

// telling is a move of a case. An OB number and a day are read as by text.
func telling(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
	reply := flows.Reply{Verb: flows.VerbMove, Move: ripoti.Move(f.Get("move")), Note: f.Get("note")}
	if reply.Move == ripoti.MoveOB {
		ob, ok := flows.ParseOB(f.Get("ob"))
		if !ok {
			return ripoti.Invalid("act.ob", nil)
		}
		reply.OB = ob
	}
	if day := f.Get("day"); reply.Move == ripoti.MoveCharged {
		reply.Day = day
	}
	return d.AnswerOnPage(ctx, code, by, reply)
}

func agreeing(agrees bool) func(context.Context, *casework.Desk, ripoti.Code, ripoti.Contact, url.Values) error {
	return func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
		if !agrees && f.Get("reason") == "" {
			return ripoti.Invalid("closing.reason", nil)
		}
		return d.Agree(ctx, code, by, agrees, f.Get("reason"))
	}
}

func confirming(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
	return d.Confirm(ctx, casework.ReadBy{Code: code, Contact: by.ID, Category: ripoti.Category(f.Get("category")), Second: ripoti.Category(f.Get("second")),
		Urgency: ripoti.Urgency(f.Get("urgency"))})
}

func referring(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
	_, err := d.ReferCase(ctx, code, by, f.Get("office"), f.Get("why"), f.Get("urgent") != "")
	return err
}

func proposing(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
	other := ripoti.Code("")
	if typed := f.Get("other"); typed != "" {
		var err error
		if other, err = ripoti.ParseCode(typed); err != nil {
			return ripoti.Invalid("reports.no_number", err)
		}
	}
	return d.Propose(ctx, code, by, ripoti.Outcome(f.Get("outcome")), f.Get("reason"), other)
}

func pairing(decide func(*casework.Desk, context.Context, ripoti.Code, ripoti.Code, ripoti.Contact) error) func(context.Context, *casework.Desk, ripoti.Code, ripoti.Contact, url.Values) error {
	return func(ctx context.Context, d *casework.Desk, code ripoti.Code, by ripoti.Contact, f url.Values) error {
		other, err := ripoti.ParseCode(f.Get("other"))
		if err != nil {
			return ripoti.Invalid("reports.no_number", err)
		}
		return decide(d, ctx, code, other, by)
	}
}
