package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"ripoti/internal/account"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// userCommand is for operators: who may sign in to the console.
type userCommand struct {
	Add   userAdd   `cmd:"" help:"Make an account. Prints the password to sign in with for the first time."`
	Reset userReset `cmd:"" help:"Give somebody who lost password or phone a first password again."`
	Close userClose `cmd:"" help:"Close an account; its sessions end at once."`
	List  userList  `cmd:"" help:"List the accounts."`
}

type userAdd struct {
	Login    string   `arg:"" help:"Small letters, digits, dots: amina.k"`
	Name     string   `help:"The person's name, for colleagues." required:""`
	Role     string   `help:"What the person does: ${enum}." enum:"coordinator,supervisor,social,officer,auditor,admin" required:""`
	Counties []string `help:"Ids of the counties the person works for, such as 047; none for all." sep:","`
	Office   string   `help:"The id of the office the person is posted at: reports walled off from it stay hidden."`
	Contact  string   `help:"The id of the contact that is the same person: what is done in the console is done in that name."`
	Swahili  bool     `help:"The person reads Swahili."`
	onStore
}

// Run prints the password once; it is good for three days.
func (c userAdd) Run(ctx context.Context) error {
	return c.withAccounts(ctx, func(s *store.Store, accounts *account.Book) error {
		u := ripoti.User{Login: c.Login, Name: c.Name, Role: ripoti.UserRole(c.Role), Counties: c.Counties, OfficeID: c.Office, ContactID: c.Contact, Lang: ripoti.English}
		if c.Swahili {
			u.Lang = ripoti.Swahili
		}
		if err := known(ctx, s, u); err != nil {
			return err
		}
		first, err := accounts.Add(ctx, u)
		if err != nil {
			return fmt.Errorf("user add: %s", userProblem(err))
		}
		return tellFirst(c.Login, first)
	})
}

// known refuses offices and contacts that are not in the directory.
func known(ctx context.Context, s *store.Store, u ripoti.User) error {
	offices, contacts, err := s.Directory(ctx)
	if err != nil {
		return err
	}
	office, contact := u.OfficeID == "", u.ContactID == ""
	for _, o := range offices {
		office = office || o.ID == u.OfficeID
	}
	for _, k := range contacts {
		contact = contact || k.ID == u.ContactID
	}
	switch {
	case !office:
		return fmt.Errorf("user add: there is no office %q: look with ripoti directory", u.OfficeID)
	case !contact:
		return fmt.Errorf("user add: there is no contact %q: look with ripoti directory", u.ContactID)
	}
	return nil
}

func tellFirst(login, first string) error {
	_, err := fmt.Printf("login    %s\npassword %s\nGood once, for three days. Tell it by a way that others do not read.\n", strings.ToLower(login), first)
	return err
}

// userProblem says what to do instead.
func userProblem(err error) string {
	switch ripoti.KeyOf(err) {
	case "user.login":
		return "a login is 3 to 32 small letters, digits, dots or dashes and begins with a letter"
	case "user.office":
		return "who reads cases needs -office: by it the wall knows who may not read which"
	case "user.taken":
		return "that login is taken: choose another one"
	case "user.unknown":
		return "there is no such login: look with ripoti user list"
	}
	return err.Error()
}

type userReset struct {
	Login string `arg:""`
	onStore
}

// Run ends the sessions, forgets the second step and prints a first password.
func (c userReset) Run(ctx context.Context) error {
	return c.withAccounts(ctx, func(_ *store.Store, accounts *account.Book) error {
		first, err := accounts.Reset(ctx, c.Login)
		if err != nil {
			return fmt.Errorf("user reset: %s", userProblem(err))
		}
		return tellFirst(c.Login, first)
	})
}

type userClose struct {
	Login string `arg:""`
	onStore
}

// Run closes the account. What the person did stays in the histories.
func (c userClose) Run(ctx context.Context) error {
	return c.withAccounts(ctx, func(s *store.Store, _ *account.Book) error {
		u, _, err := s.UserByLogin(ctx, c.Login)
		if err != nil {
			return fmt.Errorf("user close: %s", userProblem(err))
		}
		u.Active = false
		return s.SaveUser(ctx, u)
	})
}

type userList struct {
	onStore
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists accounts, nothing that proves them.
func (c userList) Run(ctx context.Context) error {
	return c.withAccounts(ctx, func(s *store.Store, _ *account.Book) error {
		users, err := s.Users(ctx)
		if err != nil {
			return err
		}
		out := json.NewEncoder(os.Stdout)
		for _, u := range users {
			if err := c.print(out, u); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c userList) print(out *json.Encoder, u ripoti.User) error {
	if c.JSON {
		return out.Encode(map[string]any{"login": u.Login, "name": u.Name, "role": u.Role, "counties": u.Counties, "office": u.OfficeID, "contact": u.ContactID,
			"active": u.Active, "enrolled": u.Enrolled, "created_at": u.CreatedAt})
	}
	state := "ready"
	switch {
	case !u.Active:
		state = "closed"
	case !u.Enrolled:
		state = "first password"
	}
	_, err := fmt.Printf("%-20s %-12s %-14s %s %s\n", u.Login, u.Role, state, strings.Join(u.Counties, ","), u.OfficeID)
	return err
}

func (o onStore) withAccounts(ctx context.Context, do func(*store.Store, *account.Book) error) error {
	return o.with(ctx, func(s *store.Store) error {
		accounts, err := account.New(s, time.Now, nil)
		if err != nil {
			return err
		}
		return do(s, accounts)
	})
}
