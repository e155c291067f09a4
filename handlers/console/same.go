package console

import (
	"net/http"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// mostPairs is how many proposed pairs a page shows.
const mostPairs = 100

// pairsOf are the proposed pairs of reports that a person may decide, none for who is no contact.
func (c *Console) pairsOf(q *request, limit int) ([]store.ShownPair, error) {
	by, ok := c.contactOf(q.User)
	if !ok {
		return nil, nil
	}
	return c.Desk.PairsIn(q.Context(), by, c.view(q).Counties, limit)
}

// same lists the reports that may be about one event.
func (c *Console) same(w http.ResponseWriter, q *request) error {
	pairs, err := c.pairsOf(q, mostPairs)
	if err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "same", pairs)
}

// decideSame links two reports, or says that they are not of one event.
func (c *Console) decideSame(w http.ResponseWriter, q *request) error {
	by, ok := c.contactOf(q.User)
	if !ok {
		return ripoti.Forbidden("report.no_contact", nil)
	}
	var codes [2]ripoti.Code
	for i, name := range []string{"number", "other"} {
		code, err := ripoti.ParseCode(q.PostFormValue(name))
		if err != nil {
			return ripoti.NotFound("report.unknown", err)
		}
		if _, err := c.Store.SeenByCode(q.Context(), c.view(q), code); err != nil { // not outside of one's own counties
			return err
		}
		codes[i] = code
	}
	decide, done := c.Desk.RejectIncident, "done.unlink"
	if q.PostFormValue("decision") == "link" {
		decide, done = c.Desk.LinkIncident, "done.link"
	}
	if err := decide(q.Context(), codes[0], codes[1], by); err != nil {
		return err
	}
	c.flash(q, done)
	return seeOther(w, q, "/console/same")
}
