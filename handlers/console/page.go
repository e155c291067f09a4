package console

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// pages are all templates by language and name, each with the frame around it.
type pages map[ripoti.Lang]map[string]*template.Template

func loadPages(w *words) (pages, error) {
	names, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	all := pages{}
	for _, lang := range ripoti.Langs {
		all[lang] = map[string]*template.Template{}
		for _, name := range names {
			if name == "templates/parts.html" {
				continue
			}
			page := strings.TrimSuffix(path.Base(name), ".html")
			t, err := template.New("frame.html").Funcs(w.funcs(lang)).ParseFS(templates, "templates/frame.html", "templates/parts.html", name)
			if err != nil {
				return nil, fmt.Errorf("page %s: %w", page, err)
			}
			all[lang][page] = t
		}
	}
	return all, nil
}

// frame is what every page shows around its own.
type frame struct {
	Lang  ripoti.Lang
	User  ripoti.User
	Page  string
	Nav   []link
	Flash string
	Now   time.Time
	Data  any
}

// link is a line of the menu.
type link struct{ Page, Path string }

// menu is the pages of each role, in order.
var menu = []struct {
	link
	roles []ripoti.UserRole
}{
	{link{"today", "/console/"}, nil},
	{link{"reports", "/console/reports"}, caseRoles},
	{link{"rules", "/console/rules"}, ruleReaders},
	{link{"directory", "/console/directory"}, directoryReaders},
	{link{"coverage", "/console/coverage"}, directoryReaders},
	{link{"figures", "/console/figures"}, figureRoles},
	{link{"words", "/console/words"}, wordReaders},
	{link{"drills", "/console/drills"}, networkRoles},
	{link{"audit", "/console/audit"}, auditRoles},
	{link{"queues", "/console/queues"}, adminRoles},
	{link{"users", "/console/users"}, adminRoles},
}

// show writes a page. It is made whole before its first byte leaves, so that no half page is taken
// for a whole one.
func (c *Console) show(w http.ResponseWriter, q *request, status int, page string, data any) error {
	body, err := c.render(q, page, "frame.html", data)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(q.Lang))
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}

// part writes one block of a page, for what updates itself.
func (c *Console) part(w http.ResponseWriter, q *request, page, block string, data any) error {
	body, err := c.render(q, page, block, data)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = w.Write(body)
	return err
}

func (c *Console) render(q *request, page, block string, data any) ([]byte, error) {
	f := frame{Lang: q.Lang, User: q.User, Page: page, Now: c.Now(), Data: data}
	if q.User.ID != "" {
		f.Flash = c.sessions.PopString(q.Context(), sessionFlash)
		f.Nav = menuOf(q.User.Role)
	}
	var b bytes.Buffer
	if err := c.pages[q.Lang][page].ExecuteTemplate(&b, block, f); err != nil {
		return nil, fmt.Errorf("page %s: %w", page, err)
	}
	return b.Bytes(), nil
}

func menuOf(role ripoti.UserRole) (links []link) {
	for _, m := range menu {
		if allowed(m.roles, role) {
			links = append(links, m.link)
		}
	}
	return links
}

func allowed(roles []ripoti.UserRole, role ripoti.UserRole) bool {
	for _, r := range roles {
		if r == role {
			return true
		}
	}
	return len(roles) == 0
}

// when is a time as people in Nairobi read it, "" for none.
func when(w *words, lang ripoti.Lang, at any) string {
	t, ok := at.(time.Time)
	if !ok || t.IsZero() {
		return ""
	}
	t = t.In(routing.Nairobi)
	return fmt.Sprintf("%d %s %d, %02d:%02d", t.Day(), w.text(lang, fmt.Sprintf("month.%d", int(t.Month()))), t.Year(), t.Hour(), t.Minute())
}

// day is a day as people in Nairobi read it.
func day(w *words, lang ripoti.Lang, at time.Time) string {
	at = at.In(routing.Nairobi)
	return fmt.Sprintf("%d %s %d", at.Day(), w.text(lang, fmt.Sprintf("month.%d", int(at.Month()))), at.Year())
}

// seeOther sends on after a form was taken, so that going back or pressing reload does nothing twice.
func seeOther(w http.ResponseWriter, q *request, to string) error {
	http.Redirect(w, q.Request, to, http.StatusSeeOther)
	return nil
}

// view is what the person may see: walled off by every office that his or her number answers for.
func (c *Console) view(q *request) store.View {
	return store.ViewOf(q.User, c.Desk.Live.World().OfficesOf(q.User.ContactID)...)
}
