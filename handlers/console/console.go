// Package console is where coordinators, social workers, supervisors and officers read and act: pages
// made on the server, a file per page, readable on a slow line and an old screen. Nothing is asked of
// anybody else's server.
package console

import (
	"embed"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/klauspost/compress/gzhttp"

	"ripoti/internal/account"
	"ripoti/internal/casework"
	"ripoti/internal/maps"
	"ripoti/internal/ripoti"
	"ripoti/internal/rulebook"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
	"ripoti/internal/wording"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed static
var static embed.FS

// Parts are what the console is made of.
type Parts struct {
	Accounts *account.Book
	Store    *store.Store
	Desk     *casework.Desk
	Rules    *rulebook.Book
	// Queues looks into the queues; nil where there are none.
	Queues *tasks.Watch
	// Wording is where the sentences that people get by phone are changed.
	Wording *wording.Room
	Now     func() time.Time
	Log     *slog.Logger
	// Address tells where a request came from, behind proxies too.
	Address func(*http.Request) string
	// Secure says that people reach the console by https: cookies then never travel without it.
	Secure bool
}

// Console is all pages.
type Console struct {
	Parts
	words     *words
	pages     pages
	sessions  *scs.SessionManager
	covers    covers
	verifying verifying
	// kenya draws the map when it is first looked at: half a second of work.
	kenya func() (*maps.Map, error)
}

// bodyLimit bounds what is read of a form; files of the directory are larger and say so themselves.
const bodyLimit = 64 << 10

// New makes the console. Its handler serves everything under /console/.
func New(p Parts) (http.Handler, error) {
	c := &Console{Parts: p}
	var err error
	if c.words, err = loadWords(); err != nil {
		return nil, err
	}
	if c.pages, err = loadPages(c.words); err != nil {
		return nil, err
	}
	c.kenya = sync.OnceValues(func() (*maps.Map, error) { return maps.New(p.Desk.Places.Wards()) })
	c.sessions = newSessions(p.Store.Sessions(), p.Secure)
	mux := http.NewServeMux()
	mux.Handle("GET /console/static/", http.StripPrefix("/console/", c.staticFiles()))
	for _, page := range c.routes() {
		mux.Handle(page.pattern, c.serve(page))
	}
	mux.Handle("/console/", c.serve(route{do: c.unknown, open: true}))
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return gzhttp.GzipHandler(c.shared(c.sessions.LoadAndSave(guarded))), nil
}

// route is one page or one form.
type route struct {
	pattern string
	do      func(http.ResponseWriter, *request) error
	// open pages need no session; the others are for the roles named, none for everybody signed in.
	open  bool
	roles []ripoti.UserRole
	// limit bounds what is read of the form, where it may be larger than others.
	limit int64
}

// Who may open what (domain brief 4.6). What a page shows of a report is asked again for each report.
var (
	caseRoles = []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserSupervisor, ripoti.UserSocial, ripoti.UserOfficer}
	// networkRoles look after the network: directory, rules, coverage.
	networkRoles = []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserSupervisor}
	adminRoles   = []ripoti.UserRole{ripoti.UserAdmin}
)

// routes is every address of the console, room by room.
func (c *Console) routes() []route {
	return slices.Concat(c.signInRoutes(), c.accountRoutes(), c.reportRoutes(), c.ruleRoutes(), c.directoryRoutes(),
		c.figureRoutes(), c.wordRoutes(), c.watchRoutes(), c.queueRoutes())
}

// serve asks who it is, then for the page; what goes wrong is logged once and told in a sentence.
func (c *Console) serve(page route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, max(page.limit, bodyLimit))
		q, err := c.ask(r)
		switch {
		case err != nil:
			c.fail(w, q, err)
			return
		case page.open:
		case q.User.ID == "" && r.Header.Get("HX-Request") != "": // a page that updates itself, after its session ended
			w.Header().Set("HX-Redirect", "/console/sign-in")
			return
		case q.User.ID == "":
			http.Redirect(w, r, signInAt(r), http.StatusSeeOther)
			return
		case len(page.roles) > 0 && !slices.Contains(page.roles, q.User.Role):
			c.fail(w, q, ripoti.Forbidden("error.role", nil))
			return
		}
		if err := page.do(w, q); err != nil {
			c.fail(w, q, err)
		}
	})
}

// shared is what every answer of the console carries.
func (c *Console) shared(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if c.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// staticFiles may be kept by browsers for a day.
func (c *Console) staticFiles() http.Handler {
	files := http.FileServerFS(static)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=86400")
		files.ServeHTTP(w, r)
	})
}

func (c *Console) unknown(http.ResponseWriter, *request) error {
	return ripoti.NotFound("error.page", nil)
}

// statuses are the answers to errors by their code.
var statuses = map[ripoti.ErrorCode]int{
	ripoti.CodeInvalid: http.StatusUnprocessableEntity, ripoti.CodeNotFound: http.StatusNotFound,
	ripoti.CodeConflict: http.StatusConflict, ripoti.CodeForbidden: http.StatusForbidden,
}

// fail answers with what to do next. What is not the asker's doing is logged, with no word of what was asked.
func (c *Console) fail(w http.ResponseWriter, q *request, err error) {
	status, key := statuses[ripoti.CodeOf(err)], ripoti.KeyOf(err)
	if status == 0 {
		status, key = http.StatusInternalServerError, "error.ours"
		c.Log.Error("console", "page", q.Pattern, "error", err)
	}
	if !c.words.has(key) {
		key = "error.ours"
	}
	if err := c.show(w, q, status, "error", map[string]any{"Key": key}); err != nil {
		c.Log.Error("console", "page", q.Pattern, "error", fmt.Errorf("error page: %w", err))
	}
}
