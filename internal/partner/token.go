// Package partner is what others may read of us by the API, and how they are told of events: tokens with
// scopes, pseudonyms that are good for one partner alone, signed hooks that are tried until they arrive.
package partner

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// LongestLife is how long a token is good at most: whoever still needs it asks again.
const LongestLife = 366 * 24 * time.Hour

// begins lets tokens be known when they turn up where they should not.
const begins = "ripoti_"

// Issue makes a token and what its partner brings, which is shown once. The error is Invalid and says what
// to do instead.
func Issue(t ripoti.Token, now time.Time) (token ripoti.Token, brought string, err error) {
	switch {
	case strings.TrimSpace(t.Name) == "":
		return t, "", ripoti.Invalid("token.name", nil)
	case len(t.Scopes) == 0 || slices.ContainsFunc(t.Scopes, func(s ripoti.Scope) bool { return !slices.Contains(ripoti.Scopes, s) }):
		return t, "", ripoti.Invalid("token.scopes", nil)
	case !t.ExpiresAt.After(now) || t.ExpiresAt.Sub(now) > LongestLife:
		return t, "", ripoti.Invalid("token.expiry", nil)
	case t.HookURL != "" != t.May(ripoti.ScopeEvents) || t.HookURL != "" && !hookable(t.HookURL):
		return t, "", ripoti.Invalid("token.hook", nil)
	}
	t.ID = store.NewID()
	t.Secret = make([]byte, 32)
	_, _ = rand.Read(t.Secret) // never fails
	return t, begins + rand.Text() + rand.Text(), nil
}

// hookable says whether events may go to an address: by https, or to this machine itself.
func hookable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost")
}

// View is what a token's partner may see. One that belongs to no office of ours sees nothing that stands
// behind a wall (domain brief 4.4).
func View(t ripoti.Token) store.View {
	v := store.View{Counties: t.Counties, Open: t.OfficeID == ""}
	if t.OfficeID != "" {
		v.Offices = []string{t.OfficeID}
	}
	return v
}

// Pseudonym stands for a report with one partner: always the same, and another one with everybody else.
func Pseudonym(t ripoti.Token, reportID string) string {
	return "r_" + base64.RawURLEncoding.EncodeToString(mac(t.Secret, "report "+reportID)[:15])
}

// SigningKey is what a partner checks the signatures of events with.
func SigningKey(t ripoti.Token) string { return hex.EncodeToString(mac(t.Secret, "hook")) }

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
