package console

import (
	"net/http"
	"slices"
	"strings"

	"ripoti/internal/account"
	"ripoti/internal/ripoti"
)

func (c *Console) accountRoutes() []route {
	return []route{
		{pattern: "GET /console/account", do: c.account},
		{pattern: "POST /console/account/password", do: c.changePassword},
		{pattern: "POST /console/account/language", do: c.changeLanguage},
		{pattern: "GET /console/users", do: c.users, roles: adminRoles},
		{pattern: "GET /console/users/{login}", do: c.user, roles: adminRoles},
		{pattern: "POST /console/users/{login}", do: c.saveUser, roles: adminRoles},
	}
}

func (c *Console) users(w http.ResponseWriter, q *request) error {
	users, err := c.Store.Users(q.Context())
	if err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "users", users)
}

type userPage struct {
	Of      ripoti.User
	SignIns []ripoti.SignIn
	Roles   []ripoti.UserRole
}

func (c *Console) user(w http.ResponseWriter, q *request) error {
	u, _, err := c.Store.UserByLogin(q.Context(), q.PathValue("login"))
	if err != nil {
		return err
	}
	signIns, err := c.Accounts.SignIns(q.Context(), u.ID)
	if err != nil {
		return err
	}
	return c.show(w, q, http.StatusOK, "user", userPage{u, signIns, ripoti.UserRoles})
}

// saveUser changes what somebody may do; the person's sessions end, and begin anew with the new role.
func (c *Console) saveUser(w http.ResponseWriter, q *request) error {
	u, _, err := c.Store.UserByLogin(q.Context(), q.PathValue("login"))
	if err != nil {
		return err
	}
	if u.ID == q.User.ID { // an admin who locks out himself helps nobody
		return ripoti.Forbidden("user.self", nil)
	}
	u.Role, u.Active = ripoti.UserRole(q.PostFormValue("role")), q.PostFormValue("active") != ""
	u.OfficeID, u.ContactID = strings.TrimSpace(q.PostFormValue("office")), strings.TrimSpace(q.PostFormValue("contact"))
	u.Counties = strings.FieldsFunc(q.PostFormValue("counties"), func(r rune) bool { return r == ',' || r == ' ' })
	if !slices.Contains(ripoti.UserRoles, u.Role) {
		return ripoti.Invalid("user.role", nil)
	}
	if account.NeedsOffice(u.Role) && u.OfficeID == "" {
		return ripoti.Invalid("user.office", nil)
	}
	world := c.Desk.Live.World()
	if _, ok := world.Office(u.OfficeID); u.OfficeID != "" && !ok {
		return ripoti.Invalid("user.no_office", nil)
	}
	if _, ok := world.Contact(u.ContactID); u.ContactID != "" && !ok {
		return ripoti.Invalid("user.no_contact", nil)
	}
	if err := c.Store.SaveUser(q.Context(), u); err != nil {
		return err
	}
	c.flash(q, "users.saved")
	return seeOther(w, q, "/console/users")
}
