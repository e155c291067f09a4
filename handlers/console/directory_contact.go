package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ripoti/internal/casework"
	"ripoti/internal/directory"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// contactRoutes are the page of a contact and what can be done there.
func (c *Console) contactRoutes() []route {
	return []route{
		{pattern: "GET /console/directory/contacts/{contact}", do: c.contactPage, roles: directoryReaders},
		c.keeping("GET /console/directory/offices/{office}/contacts/new", c.newContact),
		c.keeping("POST /console/directory/offices/{office}/contacts", c.saveContact),
		c.keeping("GET /console/directory/contacts/{contact}/edit", c.editContact),
		c.keeping("POST /console/directory/contacts/{contact}", c.saveContact),
		c.keeping("POST /console/directory/contacts/{contact}/ask", c.onContact("ask", func(q *request, of kept) error {
			return c.Desk.AskNumber(q.Context(), of.By, of.Contact.ID)
		})),
		c.keeping("POST /console/directory/contacts/{contact}/prove", c.onContact("prove", func(q *request, of kept) error {
			return c.Desk.ProveNumber(q.Context(), of.By, of.Contact.ID, q.PostFormValue("code"))
		})),
		c.keeping("POST /console/directory/contacts/{contact}/leave", c.onContact("leave", func(q *request, of kept) error {
			return c.Desk.AddLeave(q.Context(), of.By, of.Contact.ID, q.PostFormValue("from"), q.PostFormValue("to"), q.PostFormValue("stand_in"))
		})),
		c.keeping("POST /console/directory/contacts/{contact}/leave/drop", c.onContact("drop_leave", func(q *request, of kept) error {
			return c.Desk.DropLeave(q.Context(), of.By, of.Contact.ID, q.PostFormValue("from"))
		})),
		c.keeping("POST /console/directory/contacts/{contact}/resume", c.onContact("resume", func(q *request, of kept) error {
			return c.Desk.Resume(q.Context(), of.By, of.Contact.ID)
		})),
		c.keeping("GET /console/directory/contacts/{contact}/transfer", c.transfer),
		c.keeping("POST /console/directory/contacts/{contact}/transfer", c.doTransfer),
		c.keeping("GET /console/directory/contacts/{contact}/end", c.endService),
		c.keeping("POST /console/directory/contacts/{contact}/end", c.doEndService),
	}
}

// contactPage is a contact: the number and whether it answers, leave, and what became of it.
type contactPage struct {
	contactLine
	Office   ripoti.Office
	Leaves   []leaveLine // of the contact, today's and those to come
	StandsIn []leaveLine // in which others count on the contact
	Pings    []store.PingLine
	Check    *numberCheck // the code that was sent last; nil where none is open
	StandIns []standIn    // who may stand in
	History  historyPage
	May      bool // the person keeps the office
	refusal
}

// refusal is a form of a page that was refused, with what was typed.
type refusal struct {
	Failed   string
	Problem  string // the key of a sentence
	Problems []string
	Typed    url.Values
}

type leaveLine struct {
	ripoti.Leave
	Who string // the other one: who stands in, or who is away
}

type numberCheck struct {
	store.NumberCheck
	By   string
	Over bool
}

type standIn struct {
	ripoti.Contact
	OfficeName string
}

func (c *Console) contactPage(w http.ResponseWriter, q *request) error {
	of, err := c.atAddress(q)
	if err != nil {
		return err
	}
	return c.showContact(w, q, http.StatusOK, of, refusal{})
}

func (c *Console) showContact(w http.ResponseWriter, q *request, status int, of kept, refused refusal) error {
	lines, err := c.contactLines(q.Context(), of.Office.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(lines, func(l contactLine) bool { return l.ID == of.Contact.ID })
	if i < 0 { // gone between two looks
		return ripoti.NotFound("contact.unknown", nil)
	}
	page := contactPage{contactLine: lines[i], Office: of.Office, May: keeper(q.User).Keeps(of.Office), refusal: refused}
	c.gatherLeaves(&page)
	pings, err := c.Store.Pings(q.Context(), of.Office.ID, c.Now().In(routing.Nairobi).AddDate(0, -pingMonths, 0).Format("2006-01"))
	if err != nil {
		return err
	}
	page.Pings = slices.DeleteFunc(pings, func(p store.PingLine) bool { return p.ContactID != of.Contact.ID })
	check, err := c.Store.NumberCheckOf(q.Context(), of.Contact.ID)
	if err != nil {
		return err
	}
	if check.ContactID != "" {
		page.Check = &numberCheck{check, c.changer(q, check.AskedBy), !c.Now().Before(check.Until)}
	}
	if page.History, err = c.history(q, c.Store.ContactHistory, of.Contact.ID); err != nil {
		return err
	}
	return c.show(w, q, status, "contact", page)
}

// gatherLeaves are the leaves that are not over, and who may stand in: others of the office, and those of
// the same role in the county.
func (c *Console) gatherLeaves(page *contactPage) {
	world, today := c.Desk.Live.World(), c.Now().In(routing.Nairobi).Format("2006-01-02")
	for _, l := range world.LeavesOf(page.ID) {
		if l.To >= today {
			page.Leaves = append(page.Leaves, leaveLine{l, c.contactName(l.StandIn)})
		}
	}
	for _, l := range world.StandsInFor(page.ID, today) {
		page.StandsIn = append(page.StandsIn, leaveLine{l, c.contactName(l.ContactID)})
	}
	if !page.May {
		return
	}
	for _, o := range append([]ripoti.Office{page.Office}, world.Offices()...) {
		if o.County != page.Office.County || !o.Active {
			continue
		}
		for _, other := range world.ContactsAt(o.ID) {
			known := slices.ContainsFunc(page.StandIns, func(s standIn) bool { return s.ID == other.ID })
			if other.Answerable() && other.ID != page.ID && !known && (o.ID == page.Office.ID || other.Role == page.Role) {
				page.StandIns = append(page.StandIns, standIn{other, o.Name})
			}
		}
	}
}

// onContact does something on a contact's page. What is refused is told beside its form, which keeps what
// was typed.
func (c *Console) onContact(name string, do func(*request, kept) error) func(http.ResponseWriter, *request, kept) error {
	return func(w http.ResponseWriter, q *request, of kept) error {
		if err := q.ParseForm(); err != nil {
			return ripoti.Invalid("error.form", err)
		}
		err := do(q, of)
		if err == nil {
			c.flash(q, "directory.done."+name)
			return seeOther(w, q, contactPath(of.Contact.ID))
		}
		refused := refusal{Failed: name, Problem: ripoti.KeyOf(err), Typed: trimmed(q.PostForm)}
		var wrong directory.Problems
		if errors.As(err, &wrong) {
			for _, p := range wrong {
				refused.Problems = append(refused.Problems, strings.TrimSpace(c.columnName(q.Lang, p.Column)+" "+c.rowProblem(q.Lang, p)))
			}
		} else if refused.Problem == "" {
			return err
		}
		return c.showContact(w, q, statusOf(err), of, refused)
	}
}

// columnName is what a column of the directory is called.
func (c *Console) columnName(lang ripoti.Lang, column string) string {
	if text, ok := c.words.word(lang, "column", column); ok {
		return text + ":"
	}
	return ""
}

func (c *Console) newContact(w http.ResponseWriter, q *request, of kept) error {
	return c.showContactForm(w, q, http.StatusOK, of, c.shownRow(q, contactForm, directory.ContactCells(ripoti.Contact{Role: ripoti.RoleDuty, Rank: 1, Lang: ripoti.Swahili})))
}

func (c *Console) editContact(w http.ResponseWriter, q *request, of kept) error {
	return c.showContactForm(w, q, http.StatusOK, of, c.shownRow(q, contactForm, directory.ContactCells(of.Contact)))
}

func (c *Console) showContactForm(w http.ResponseWriter, q *request, status int, of kept, form rowForm) error {
	page := rowPage{kept: of, Form: form, What: "contact", New: of.Contact.ID == "", Action: officePath(of.Office.ID) + "/contacts", Back: officePath(of.Office.ID)}
	if !page.New {
		page.Action, page.Back = contactPath(of.Contact.ID), contactPath(of.Contact.ID)
	}
	return c.show(w, q, status, "directory_row", page)
}

// saveContact writes a contact, a new one where the address names none.
func (c *Console) saveContact(w http.ResponseWriter, q *request, of kept) error {
	if err := q.ParseForm(); err != nil {
		return ripoti.Invalid("error.form", err)
	}
	cells, form, _ := c.readRow(q, contactForm, q.PostForm)
	now := directory.ContactCells(of.Contact)
	if form.Was = sumOf(contactForm, now); of.Contact.ID != "" && form.Was != q.PostFormValue("was") {
		form.meanwhile(c, q, contactForm, now)
		return c.showContactForm(w, q, http.StatusConflict, of, form)
	}
	cells["id"], cells["office_id"] = of.Contact.ID, of.Office.ID
	if of.Contact.ID == "" {
		cells["id"] = c.newID(of.Office.ID + "." + cells["role"])
	}
	is, err := directory.ContactOf(cells)
	if err == nil {
		err = c.Desk.SaveContact(q.Context(), of.By, of.Contact, is)
	}
	if err != nil {
		if !form.refused(c, q.Lang, err) {
			return err
		}
		return c.showContactForm(w, q, statusOf(err), of, form)
	}
	c.flash(q, "directory.done.contact")
	return seeOther(w, q, contactPath(is.ID))
}

// leavingPage is what a contact hands over by leaving the office, before it is done.
type leavingPage struct {
	kept
	casework.Handover
	Transfer  bool            // to another office; otherwise the service ends
	To        string          // as it was typed
	Meant     []ripoti.Office // what that may mean, where it is not one
	NewOffice ripoti.Office   // once it is known
	Role      ripoti.Role     // there
	Roles     []formOption
	Problem   string
	Unseen    bool // the person sees no cases at all
}

// transfer asks where a contact goes, and then shows what is handed over.
func (c *Console) transfer(w http.ResponseWriter, q *request, of kept) error {
	page := leavingPage{kept: of, Transfer: true, To: q.FormValue("to"), Role: ripoti.Role(q.FormValue("role"))}
	if page.Role == "" {
		page.Role = of.Contact.Role
	}
	if page.To == "" {
		return c.showLeaving(w, q, http.StatusOK, page)
	}
	page.Meant = c.officesMeant(page.To)
	switch {
	case len(page.Meant) == 0:
		page.Problem = "directory.no_office"
	case len(page.Meant) > 1:
		page.Problem = "directory.which_office"
	case !of.By.Keeps(page.Meant[0]):
		page.Problem = "directory.not_yours"
	default:
		page.NewOffice = page.Meant[0]
	}
	if page.Problem != "" {
		return c.showLeaving(w, q, http.StatusUnprocessableEntity, page)
	}
	return c.showLeaving(w, q, http.StatusOK, page)
}

func (c *Console) showLeaving(w http.ResponseWriter, q *request, status int, page leavingPage) (err error) {
	page.Unseen = !allowed(caseRoles, q.User.Role)
	if page.Handover, err = c.Desk.Handover(q.Context(), c.caseView(q), page.Contact); err != nil {
		return err
	}
	page.Roles = codesOf("answers_for", ripoti.Roles)(c, q.Lang)
	for i, o := range page.Roles {
		page.Roles[i].Chosen = o.Value == string(page.Role)
	}
	return c.show(w, q, status, "leaving", page)
}

func (c *Console) doTransfer(w http.ResponseWriter, q *request, of kept) error {
	to, role := q.PostFormValue("to"), ripoti.Role(q.PostFormValue("role"))
	err := c.Desk.Transfer(q.Context(), of.By, of.Contact.ID, to, role)
	return c.left(w, q, of, leavingPage{kept: of, Transfer: true, To: to, Role: role}, "transfer", err)
}

func (c *Console) endService(w http.ResponseWriter, q *request, of kept) error {
	return c.showLeaving(w, q, http.StatusOK, leavingPage{kept: of})
}

func (c *Console) doEndService(w http.ResponseWriter, q *request, of kept) error {
	return c.left(w, q, of, leavingPage{kept: of}, "end", c.Desk.EndService(q.Context(), of.By, of.Contact.ID))
}

// left shows what came of a leaving: the contact, or why not, on the page where it was asked for.
func (c *Console) left(w http.ResponseWriter, q *request, of kept, page leavingPage, name string, err error) error {
	if key := ripoti.KeyOf(err); key != "" {
		page.Problem = key
		return c.showLeaving(w, q, statusOf(err), page)
	}
	if err != nil {
		return err
	}
	c.flash(q, "directory.done."+name)
	return seeOther(w, q, contactPath(of.Contact.ID))
}
