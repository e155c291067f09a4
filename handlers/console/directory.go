package console

import (
	"net/http"
	"net/url"
	"slices"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
)

// Who reads the directory, and who changes it: coordinators what is in their counties, administrators all of
// it. Casework holds every change against that once more.
var (
	directoryReaders = []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserSupervisor, ripoti.UserAuditor, ripoti.UserAdmin}
	directoryKeepers = []ripoti.UserRole{ripoti.UserCoordinator, ripoti.UserAdmin}
)

// directoryRoutes are the pages of offices, contacts and what they cover.
func (c *Console) directoryRoutes() []route {
	return slices.Concat(c.officeRoutes(), c.contactRoutes(), c.shiftRoutes(), c.tableRoutes(), c.catchmentRoutes(), c.coverageRoutes())
}

// keeper is what somebody may change of the directory.
func keeper(u ripoti.User) casework.Keeper {
	if !allowed(directoryKeepers, u.Role) {
		return casework.Keeper{}
	}
	return casework.Keeper{Actor: "user:" + u.ID, Everywhere: u.Role == ripoti.UserAdmin || len(u.Counties) == 0, Counties: u.Counties}
}

// kept is what the address of a page names, and who keeps it.
type kept struct {
	By      casework.Keeper
	Office  ripoti.Office  // with a contact, the contact's; empty where the address names nothing
	Contact ripoti.Contact // empty where the address names an office
}

// keeping is a page or a form for who may change the {office} or the {contact} of its address. Nobody else
// comes as far as do.
func (c *Console) keeping(pattern string, do func(http.ResponseWriter, *request, kept) error) route {
	return route{pattern: pattern, roles: directoryKeepers, do: func(w http.ResponseWriter, q *request) error {
		of, err := c.atAddress(q)
		if err != nil {
			return err
		}
		if of.By = keeper(q.User); of.Office.ID != "" && !of.By.Keeps(of.Office) {
			return ripoti.Forbidden("directory.not_yours", nil)
		}
		return do(w, q, of)
	}}
}

// atAddress is the office or the contact of an address, as the directory is now.
func (c *Console) atAddress(q *request) (of kept, err error) {
	if err := c.Desk.Live.Refresh(q.Context()); err != nil { // another process may have changed it
		return of, err
	}
	world := c.Desk.Live.World()
	officeID, known := q.PathValue("office"), true
	if id := q.PathValue("contact"); id != "" {
		if of.Contact, known = world.Contact(id); !known {
			return of, ripoti.NotFound("contact.unknown", nil)
		}
		officeID = of.Contact.OfficeID
	}
	if officeID == "" {
		return of, nil
	}
	if of.Office, known = world.Office(officeID); !known {
		return of, ripoti.NotFound("directory.no_office", nil)
	}
	return of, nil
}

func officePath(id string) string  { return "/console/directory/offices/" + url.PathEscape(id) }
func contactPath(id string) string { return "/console/directory/contacts/" + url.PathEscape(id) }
