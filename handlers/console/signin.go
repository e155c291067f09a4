package console

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"

	"ripoti/internal/account"
	"ripoti/internal/ripoti"
)

func (c *Console) signInRoutes() []route {
	return []route{
		{pattern: "GET /console/sign-in", do: c.signInPage, open: true},
		{pattern: "POST /console/sign-in", do: c.signIn, open: true},
		{pattern: "GET /console/sign-in/code", do: c.codePage, open: true},
		{pattern: "POST /console/sign-in/code", do: c.code, open: true},
		{pattern: "GET /console/sign-in/first", do: c.firstPage, open: true},
		{pattern: "POST /console/sign-in/first", do: c.first, open: true},
		{pattern: "POST /console/sign-out", do: c.signOut},
	}
}

// signInForm is what the sign-in pages show again after a mistake.
type signInForm struct {
	Login, To string
	Problem   string // key of a sentence
	Minutes   int    // to wait
	Secret    string // a second step that is being set, in groups of four
	Picture   qrPicture
	Codes     []string // recovery codes, shown once
}

func (c *Console) signInPage(w http.ResponseWriter, q *request) error {
	if q.User.ID != "" {
		return seeOther(w, q, "/console/")
	}
	return c.show(w, q, http.StatusOK, "signin", signInForm{To: q.FormValue("to")})
}

// signIn is the first step. Who has a second step goes on to it; who has not sets one up first.
func (c *Console) signIn(w http.ResponseWriter, q *request) error {
	form := signInForm{Login: q.PostFormValue("login"), To: q.PostFormValue("to")}
	u, err := c.Accounts.Password(q.Context(), form.Login, q.PostFormValue("password"), c.Address(q.Request))
	if err != nil {
		return c.signInAgain(w, q, "signin", form, err)
	}
	if err := c.renew(q.Context()); err != nil {
		return err
	}
	c.sessions.Put(q.Context(), sessionHalf, u.Login)
	c.sessions.Put(q.Context(), sessionHalfAt, c.Now().Unix())
	next := "/console/sign-in/code"
	if !u.Enrolled {
		c.sessions.Put(q.Context(), sessionSecret, account.Secret())
		next = "/console/sign-in/first"
	}
	return seeOther(w, q, next+"?"+url.Values{"to": {form.To}}.Encode())
}

// renew gives the session another token: one that was planted before signing in is worth nothing.
func (c *Console) renew(ctx context.Context) error {
	if err := c.sessions.Clear(ctx); err != nil {
		return err
	}
	return c.sessions.RenewToken(ctx)
}

// signInAgain shows a form again with what went wrong; what is not the person's doing is an error.
func (c *Console) signInAgain(w http.ResponseWriter, q *request, page string, form signInForm, err error) error {
	var wait *account.WaitError
	status := http.StatusUnprocessableEntity
	switch {
	case errors.As(err, &wait):
		form.Problem, form.Minutes = "signin.wait", int(math.Ceil(wait.For.Minutes()))
		status = http.StatusTooManyRequests
	case errors.Is(err, account.ErrWrong):
		form.Problem = page + ".wrong"
	case errors.Is(err, account.ErrExpired):
		form.Problem = "signin.expired"
	case ripoti.CodeOf(err) == ripoti.CodeInvalid:
		form.Problem = ripoti.KeyOf(err)
	default:
		return err
	}
	return c.show(w, q, status, page, form)
}

// half is the login of somebody who gave the right password a short while ago.
func (c *Console) half(q *request) (login string, ok bool) {
	login = c.sessions.GetString(q.Context(), sessionHalf)
	since := time.Unix(c.sessions.GetInt64(q.Context(), sessionHalfAt), 0)
	return login, login != "" && c.Now().Sub(since) < halfFor
}

func (c *Console) codePage(w http.ResponseWriter, q *request) error {
	if _, ok := c.half(q); !ok {
		return seeOther(w, q, "/console/sign-in")
	}
	return c.show(w, q, http.StatusOK, "code", signInForm{To: q.FormValue("to")})
}

// code is the second step.
func (c *Console) code(w http.ResponseWriter, q *request) error {
	form := signInForm{To: q.PostFormValue("to")}
	login, ok := c.half(q)
	if !ok {
		return seeOther(w, q, "/console/sign-in")
	}
	if err := c.Accounts.Code(q.Context(), login, q.PostFormValue("code"), c.Address(q.Request)); err != nil {
		return c.signInAgain(w, q, "code", form, err)
	}
	return c.enter(w, q, login, form.To)
}

// enter is the end of signing in.
func (c *Console) enter(w http.ResponseWriter, q *request, login, to string) error {
	u, _, err := c.Store.UserByLogin(q.Context(), login)
	if err != nil {
		return err
	}
	if err := c.renew(q.Context()); err != nil {
		return err
	}
	c.sessions.Put(q.Context(), sessionUser, u.ID)
	c.sessions.Put(q.Context(), sessionEpoch, u.Epoch)
	return seeOther(w, q, backTo(to))
}

func (c *Console) firstPage(w http.ResponseWriter, q *request) error {
	login, ok := c.half(q)
	secret := c.sessions.GetString(q.Context(), sessionSecret)
	if !ok || secret == "" {
		return seeOther(w, q, "/console/sign-in")
	}
	return c.show(w, q, http.StatusOK, "first", firstForm(login, secret, q.FormValue("to")))
}

func firstForm(login, secret, to string) signInForm {
	return signInForm{Login: login, To: to, Secret: grouped(secret), Picture: pictureOf(account.Address(login, secret))}
}

// first sets one's own password and the second step, shows the recovery codes once and lets in.
func (c *Console) first(w http.ResponseWriter, q *request) error {
	ctx := q.Context()
	login, ok := c.half(q)
	secret := c.sessions.GetString(ctx, sessionSecret)
	if !ok || secret == "" {
		return seeOther(w, q, "/console/sign-in")
	}
	u, _, err := c.Store.UserByLogin(ctx, login)
	if err != nil {
		return err
	}
	form := firstForm(login, secret, q.PostFormValue("to"))
	if u.Enrolled { // meanwhile, in another window
		return seeOther(w, q, "/console/sign-in")
	}
	if q.PostFormValue("password") != q.PostFormValue("again") {
		return c.signInAgain(w, q, "first", form, ripoti.Invalid("user.password.differ", nil))
	}
	codes, err := c.Accounts.Enrol(ctx, u, q.PostFormValue("password"), secret, q.PostFormValue("code"))
	if err != nil {
		return c.signInAgain(w, q, "first", form, err)
	}
	if u, err = c.Store.User(ctx, u.ID); err != nil {
		return err
	}
	if err := c.renew(ctx); err != nil {
		return err
	}
	c.sessions.Put(ctx, sessionUser, u.ID)
	c.sessions.Put(ctx, sessionEpoch, u.Epoch)
	return c.show(w, q, http.StatusOK, "recovery", signInForm{Codes: codes, To: backTo(form.To)})
}

func (c *Console) signOut(w http.ResponseWriter, q *request) error {
	if err := c.sessions.Destroy(q.Context()); err != nil {
		return err
	}
	return seeOther(w, q, "/console/sign-in")
}

// grouped is a secret as people type it.
func grouped(secret string) string {
	var groups []string
	for len(secret) > 4 {
		groups, secret = append(groups, secret[:4]), secret[4:]
	}
	return strings.Join(append(groups, secret), " ")
}

// qrPicture is a picture that an authenticator reads: its dark squares as rows of an SVG path, so that
// no picture has to be fetched.
type qrPicture struct {
	Size int
	Path string
}

func pictureOf(text string) qrPicture {
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		return qrPicture{} // the secret can be typed
	}
	size := code.Bounds().Dx()
	var b strings.Builder
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				writeSquare(&b, x+quiet, y+quiet)
			}
		}
	}
	return qrPicture{size + 2*quiet, b.String()}
}

// quiet is the empty margin that a reader needs (ISO 18004).
const quiet = 4
