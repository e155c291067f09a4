// Package api is where partners read: reports by pseudonym, figures without small counts, children's cases
// by the fields of CPIMS. Nothing that was told in words, no number of anybody and no place nearer than a
// ward leaves by it.
package api

import (
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/store"
)

//go:embed openapi.yaml
var document []byte

// Parts are what the API is made of.
type Parts struct {
	Store *store.Store
	Desk  *casework.Desk
	Seal  *seal.Box // for cursors: an id of ours tells nobody anything
	Now   func() time.Time
	Log   *slog.Logger
}

// API answers partners.
type API struct {
	Parts
	mu     sync.Mutex
	limits map[string]*rate.Limiter // by token
}

// A token may ask so often: once a second for long, and that many at once.
const (
	perSecond = 1
	atOnce    = 60
)

// route is one address, and the scope it takes; "" takes none. The document itself is for everybody.
type route struct {
	pattern string
	scope   ripoti.Scope
	do      func(*API, http.ResponseWriter, *request) error
}

// routes are all of them. A test holds them against the document.
var routes = []route{
	{"GET /api/v1/openapi.yaml", "", nil},
	{"GET /api/v1/reports", ripoti.ScopeReports, (*API).reports},
	{"GET /api/v1/figures", ripoti.ScopeFigures, (*API).figures},
	{"GET /api/v1/cpims.csv", ripoti.ScopeCPIMS, (*API).cpims},
	{"GET /api/v1/token", "", (*API).own},
}

// New makes the API. Its handler serves everything under /api/.
func New(p Parts) http.Handler {
	a := &API{Parts: p, limits: map[string]*rate.Limiter{}}
	mux := http.NewServeMux()
	for _, r := range routes {
		if r.do == nil {
			mux.HandleFunc(r.pattern, openAPI)
			continue
		}
		mux.Handle(r.pattern, a.serve(r))
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		tell(w, http.StatusNotFound, "not_found", "There is no such address. See /api/v1/openapi.yaml.")
	})
	return mux
}

func openAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml")
	_, _ = w.Write(document)
}

// request is a request with whose it is.
type request struct {
	*http.Request
	Token ripoti.Token
}

// problem is an answer that is no success.
type problem struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func tell(w http.ResponseWriter, status int, code, message string) {
	var p problem
	p.Error.Code, p.Error.Message = code, message
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(p)
}

// serve asks whose token it is, what it may do and how often, then for the answer.
func (a *API) serve(page route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
		token, ok, err := a.token(r)
		switch {
		case err != nil:
			a.fail(w, r, err)
		case !ok:
			w.Header().Set("WWW-Authenticate", "Bearer")
			tell(w, http.StatusUnauthorized, "unauthorized", "Send a token that is in force: Authorization: Bearer ripoti_...")
		case page.scope != "" && !token.May(page.scope):
			tell(w, http.StatusForbidden, "forbidden", "This token does not have the scope "+string(page.scope)+".")
		case !a.limit(token.ID).AllowN(a.Now(), 1):
			w.Header().Set("Retry-After", "2")
			tell(w, http.StatusTooManyRequests, "too_many", "Ask once a second at most; 60 at once after a pause.")
		default:
			if err := page.do(a, w, &request{r, token}); err != nil {
				a.fail(w, r, err)
			}
		}
	})
}

// token finds whose token a request brings; false where it is none, or no more in force.
func (a *API) token(r *http.Request) (ripoti.Token, bool, error) {
	brought, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		return ripoti.Token{}, false, nil
	}
	t, err := a.Store.TokenBrought(r.Context(), brought)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return t, false, nil
	}
	if err != nil || !t.Good(a.Now()) {
		return t, false, err
	}
	return t, true, a.Store.UsedToken(r.Context(), t.ID)
}

func (a *API) limit(token string) *rate.Limiter {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.limits[token] == nil {
		a.limits[token] = rate.NewLimiter(perSecond, atOnce)
	}
	return a.limits[token]
}

// fail tells what was wrong with a question, and logs what is our own fault.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	if ripoti.CodeOf(err) == ripoti.CodeInvalid {
		tell(w, http.StatusBadRequest, "invalid", invalid[ripoti.KeyOf(err)])
		return
	}
	a.Log.Error("api", "address", r.Pattern, "error", err)
	tell(w, http.StatusInternalServerError, "internal", "This is our fault; it has been noted. Please try again in a minute.")
}

// invalid are the sentences of what can be wrong with a question.
var invalid = map[string]string{
	"api.limit":        "limit is a number from 1 to 500.",
	"api.after":        "after is what next gave, for the same token.",
	"api.day":          "from and to are days such as 2026-11-02.",
	"api.by":           "by is urgency, county, month or office.",
	"figures.no_month": "from and to are months such as 2026-11.",
	"figures.range":    "Ask for one to twelve months, the first before the last.",
}

// answer writes JSON.
func answer(w http.ResponseWriter, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(raw)
	return err
}

// cursor seals where a list goes on, for one token alone.
func (a *API) cursor(token, id string) (string, error) {
	sealed, err := a.Seal.Seal([]byte(id), "cursor:"+token)
	if err != nil {
		return "", fmt.Errorf("cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

func (a *API) uncursor(token, cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return "", ripoti.Invalid("api.after", err)
	}
	id, err := a.Seal.Open(sealed, "cursor:"+token)
	if err != nil {
		return "", ripoti.Invalid("api.after", err)
	}
	return string(id), nil
}
