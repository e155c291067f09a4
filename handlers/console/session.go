package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// The clocks of a session.
const (
	idleFor = 30 * time.Minute
	wholeAs = 12 * time.Hour
	// halfFor is how long somebody may take between password and code.
	halfFor = 10 * time.Minute
)

// What a session holds: who signed in and with which epoch; or, between the two steps, who gave the
// right password and when.
const (
	sessionUser   = "user"
	sessionEpoch  = "epoch"
	sessionHalf   = "half"
	sessionHalfAt = "half_at"
	sessionSecret = "secret" // a second step that is being set
	sessionFlash  = "flash"  // the key of a sentence to show once
)

func newSessions(kept *store.Sessions, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = kept
	m.IdleTimeout, m.Lifetime = idleFor, wholeAs
	m.Cookie.Name, m.Cookie.Path = "ripoti_console", "/console"
	m.Cookie.HttpOnly, m.Cookie.SameSite, m.Cookie.Secure = true, http.SameSiteLaxMode, secure
	m.Cookie.Persist = false
	return m
}

// request is a request with who asks.
type request struct {
	*http.Request
	User ripoti.User // empty where nobody is signed in
	Lang ripoti.Lang
}

// ask finds out who asks. A session of an epoch that has passed is ended.
func (c *Console) ask(r *http.Request) (*request, error) {
	ctx := r.Context()
	q := &request{Request: r, Lang: langOf(r)}
	id := c.sessions.GetString(ctx, sessionUser)
	if id == "" {
		return q, nil
	}
	u, err := c.Store.User(ctx, id)
	if err != nil && ripoti.CodeOf(err) != ripoti.CodeNotFound {
		return q, err
	}
	if err != nil || !u.Active || u.Epoch != c.sessions.GetInt(ctx, sessionEpoch) {
		return q, c.sessions.Destroy(ctx)
	}
	q.User, q.Lang = u, u.Lang
	return q, nil
}

// langOf is the language of somebody who is not signed in: the browser's wish.
func langOf(r *http.Request) ripoti.Lang {
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "sw") {
		return ripoti.Swahili
	}
	return ripoti.English
}

// signInAt is the sign-in page, which leads back to where somebody wanted to go.
func signInAt(r *http.Request) string {
	if r.Method != http.MethodGet || r.URL.Path == "/console/" {
		return "/console/sign-in"
	}
	return "/console/sign-in?" + url.Values{"to": {r.URL.RequestURI()}}.Encode()
}

// backTo is where to go after signing in: a page of the console, never elsewhere.
func backTo(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/console/") || strings.Contains(u.Path, "..") || strings.HasPrefix(u.Path, "/console/sign-") {
		return "/console/"
	}
	return u.RequestURI()
}

// flash keeps a sentence for the next page.
func (c *Console) flash(q *request, key string) { c.sessions.Put(q.Context(), sessionFlash, key) }
