package console

import (
	"errors"
	"net/http"
	"slices"

	"ripoti/internal/account"
	"ripoti/internal/ripoti"
)

type accountPage struct {
	SignIns []ripoti.SignIn
	Problem string
}

func (c *Console) account(w http.ResponseWriter, q *request) error {
	return c.showAccount(w, q, http.StatusOK, "")
}

func (c *Console) showAccount(w http.ResponseWriter, q *request, status int, problem string) error {
	signIns, err := c.Accounts.SignIns(q.Context(), q.User.ID)
	if err != nil {
		return err
	}
	return c.show(w, q, status, "account", accountPage{signIns, problem})
}

// changePassword ends all other sessions of the person.
func (c *Console) changePassword(w http.ResponseWriter, q *request) error {
	if q.PostFormValue("password") != q.PostFormValue("again") {
		return c.showAccount(w, q, http.StatusUnprocessableEntity, "user.password.differ")
	}
	err := c.Accounts.ChangePassword(q.Context(), q.User, q.PostFormValue("old"), q.PostFormValue("password"))
	switch {
	case errors.Is(err, account.ErrWrong):
		return c.showAccount(w, q, http.StatusUnprocessableEntity, "account.old_wrong")
	case ripoti.CodeOf(err) == ripoti.CodeInvalid:
		return c.showAccount(w, q, http.StatusUnprocessableEntity, ripoti.KeyOf(err))
	case err != nil:
		return err
	}
	u, err := c.Store.User(q.Context(), q.User.ID)
	if err != nil {
		return err
	}
	if err := c.sessions.RenewToken(q.Context()); err != nil {
		return err
	}
	c.sessions.Put(q.Context(), sessionEpoch, u.Epoch)
	c.flash(q, "account.password_changed")
	return seeOther(w, q, "/console/account")
}

func (c *Console) changeLanguage(w http.ResponseWriter, q *request) error {
	lang := ripoti.Lang(q.PostFormValue("lang"))
	if !slices.Contains(ripoti.Langs, lang) {
		return ripoti.Invalid("error.form", nil)
	}
	if err := c.Store.SaveUserLang(q.Context(), q.User.ID, lang); err != nil {
		return err
	}
	return seeOther(w, q, "/console/account")
}
