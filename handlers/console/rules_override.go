package console

import (
	"net/http"
	"slices"
	"strings"

	"ripoti/internal/ripoti"
	"ripoti/internal/rulebook"
)

// overrideLine is an exception with names.
type overrideLine struct {
	ripoti.Override
	Office, By, Ender string
	Now               bool // in force
	End               bool // the person may end it
}

// overridesPage is the exceptions that are in force or to come, those that ended, and the form for a new one.
type overridesPage struct {
	Write   bool
	Current []overrideLine
	Past    []overrideLine
	Offices []ripoti.Office // what the name that was typed may mean
	Kinds   []ripoti.OverrideKind
	Problem string
	// What was typed.
	Kind, Office, Place, Starts, Ends, Reason string
}

func (c *Console) overrides(w http.ResponseWriter, q *request) error {
	return c.showOverrides(w, q, http.StatusOK, overridesPage{})
}

func (c *Console) showOverrides(w http.ResponseWriter, q *request, status int, page overridesPage) error {
	now, past, err := c.Rules.Exceptions(q.Context())
	if err != nil {
		return err
	}
	for _, o := range now {
		page.Current = append(page.Current, c.overrideLine(q, o))
	}
	for _, o := range past {
		page.Past = append(page.Past, c.overrideLine(q, o))
	}
	page.Write, page.Kinds = allowed(networkRoles, q.User.Role), ripoti.OverrideKinds
	return c.show(w, q, status, "rules_overrides", page)
}

func (c *Console) overrideLine(q *request, o ripoti.Override) overrideLine {
	return overrideLine{o, c.office(o.OfficeID), c.userNames(q, []string{o.Author}), c.userNames(q, []string{o.EndedBy}), o.InForce(c.Now()),
		allowed(networkRoles, q.User.Role) && (len(q.User.Counties) == 0 || slices.Contains(q.User.Counties, o.County))}
}

// mostMeant is how many offices are offered where a name may mean several.
const mostMeant = 20

// officesMeant are the offices that a name may mean: the one of that id or name alone, where there is one.
func (c *Console) officesMeant(typed string) (meant []ripoti.Office) {
	if typed = strings.ToLower(strings.TrimSpace(typed)); typed == "" {
		return nil
	}
	for _, o := range c.Desk.Live.World().Offices() {
		name := strings.ToLower(o.Name)
		if o.ID == typed || name == typed {
			return []ripoti.Office{o}
		}
		if o.Active && strings.Contains(name, typed) && len(meant) < mostMeant {
			meant = append(meant, o)
		}
	}
	return meant
}

// makeOverride makes an exception, or shows what was typed with what is wrong with it.
func (c *Console) makeOverride(w http.ResponseWriter, q *request) error {
	typed := overridesPage{Kind: q.PostFormValue("kind"), Office: q.PostFormValue("office"), Place: q.PostFormValue("place"), Starts: q.PostFormValue("starts"),
		Ends: q.PostFormValue("ends"), Reason: q.PostFormValue("reason")}
	meant := c.officesMeant(typed.Office)
	if len(meant) > 1 {
		typed.Offices, typed.Problem = meant, "rules.which_office"
		return c.showOverrides(w, q, http.StatusUnprocessableEntity, typed)
	}
	asked := typed
	if len(meant) == 1 {
		asked.Office = meant[0].ID
	}
	err := c.except(q, asked)
	if key := ripoti.KeyOf(err); key != "" {
		typed.Problem = key
		return c.showOverrides(w, q, statuses[ripoti.CodeOf(err)], typed)
	}
	if err != nil {
		return err
	}
	c.flash(q, "rules.done.override")
	return seeOther(w, q, "/console/rules/overrides")
}

func (c *Console) except(q *request, typed overridesPage) error {
	starts, err := typedTime(typed.Starts)
	if err != nil {
		return err
	}
	ends, err := typedTime(typed.Ends)
	if err != nil {
		return err
	}
	_, err = c.Rules.Except(q.Context(), q.User, rulebook.Exception{Kind: ripoti.OverrideKind(typed.Kind), OfficeID: typed.Office, Place: strings.TrimSpace(typed.Place),
		Reason: typed.Reason, StartsAt: starts, EndsAt: ends})
	return err
}

func (c *Console) endOverride(w http.ResponseWriter, q *request) error {
	err := c.Rules.EndException(q.Context(), q.User, q.PathValue("id"))
	if key := ripoti.KeyOf(err); key != "" {
		return c.showOverrides(w, q, statuses[ripoti.CodeOf(err)], overridesPage{Problem: key})
	}
	if err != nil {
		return err
	}
	c.flash(q, "rules.done.override_ended")
	return seeOther(w, q, "/console/rules/overrides")
}
