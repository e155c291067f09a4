package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"ripoti/internal/partner"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// tokenCommand is for operators: which partners read by the API.
type tokenCommand struct {
	Add    tokenAdd    `cmd:"" help:"Make a token for a partner. Prints it once."`
	List   tokenList   `cmd:"" help:"List the tokens, nothing that proves them."`
	Revoke tokenRevoke `cmd:"" help:"End a token at once."`
}

type tokenAdd struct {
	Name     string   `arg:"" help:"Who reads by it."`
	Scopes   []string `help:"What it may do: reports, numbers (the reports' own in place of pseudonyms), figures, cpims, events." required:"" sep:","`
	Counties []string `help:"Ids of the counties it reads, such as 047; none for all." sep:","`
	Office   string   `help:"The id of the office it belongs to: reports walled off from it stay hidden. Without one no walled report is seen."`
	Days     int      `help:"How many days it is good, a year at most." default:"90"`
	Hook     string   `help:"Where events go, an https address; with the scope events."`
	By       string   `help:"Who made it, as it stands in the network's history." default:"operator"`
	onStore
}

// tokenProblems say what to do instead.
var tokenProblems = map[string]string{
	"token.name":   "say whose token it is",
	"token.scopes": "-scopes are some of reports, numbers, figures, cpims, events",
	"token.expiry": "-days is 1 to 366",
	"token.hook":   "the scope events needs -hook, an https address without a password in it, and -hook needs that scope",
}

// Run prints the token, and the key that signs its events, once.
func (c tokenAdd) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error {
		offices, _, err := s.Directory(ctx)
		if err != nil {
			return err
		}
		if c.Office != "" && !slices.ContainsFunc(offices, func(o ripoti.Office) bool { return o.ID == c.Office }) {
			return fmt.Errorf("token add: there is no office %q: look with ripoti directory", c.Office)
		}
		asked := ripoti.Token{Name: c.Name, Counties: c.Counties, OfficeID: c.Office, HookURL: c.Hook, CreatedBy: c.By, ExpiresAt: time.Now().AddDate(0, 0, c.Days)}
		for _, scope := range c.Scopes {
			asked.Scopes = append(asked.Scopes, ripoti.Scope(scope))
		}
		t, brought, err := partner.Issue(asked, time.Now())
		if err != nil {
			return fmt.Errorf("token add: %s", tokenProblems[ripoti.KeyOf(err)])
		}
		err = s.InTx(ctx, func(tx *store.Tx) error {
			if err := tx.AddToken(ctx, t, brought); err != nil {
				return err
			}
			return tx.Note(ctx, "token_added", c.By, fmt.Sprintf(`{"token":%q,"scopes":%q}`, t.ID, strings.Join(c.Scopes, ",")))
		})
		if err != nil {
			return fmt.Errorf("token add: %w", err)
		}
		fmt.Printf("id     %s\ntoken  %s\nuntil  %s\n", t.ID, brought, t.ExpiresAt.Format(time.DateOnly))
		if t.HookURL != "" {
			fmt.Printf("signs  %s\n", partner.SigningKey(t))
		}
		fmt.Println("It is shown this once. Give it by a way that others do not read.")
		return nil
	})
}

type tokenList struct {
	onStore
	JSON bool `name:"json" help:"One JSON object a line."`
}

func (c tokenList) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error {
		tokens, err := s.Tokens(ctx)
		if err != nil {
			return err
		}
		out := json.NewEncoder(os.Stdout)
		for _, t := range tokens {
			if c.JSON {
				err = out.Encode(map[string]any{"id": t.ID, "name": t.Name, "scopes": t.Scopes, "counties": t.Counties, "office": t.OfficeID, "events": t.HookURL != "",
					"expires_at": t.ExpiresAt, "revoked": !t.RevokedAt.IsZero(), "used_at": t.UsedAt})
			} else {
				_, err = fmt.Printf("%s %-8s %-24s until %s %v %s\n", t.ID, tokenState(t), t.Name, t.ExpiresAt.Format(time.DateOnly), t.Scopes, strings.Join(t.Counties, ","))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func tokenState(t ripoti.Token) string {
	switch {
	case !t.RevokedAt.IsZero():
		return "revoked"
	case !t.Good(time.Now()):
		return "expired"
	}
	return "good"
}

type tokenRevoke struct {
	ID string `arg:"" help:"The token's id, as token list tells it."`
	By string `help:"Who ended it, as it stands in the network's history." default:"operator"`
	onStore
}

func (c tokenRevoke) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error {
		return s.InTx(ctx, func(tx *store.Tx) error {
			ended, err := tx.RevokeToken(ctx, c.ID)
			if err != nil {
				return err
			}
			if !ended {
				return fmt.Errorf("token revoke: there is no token %q in force: look with ripoti token list", c.ID)
			}
			return tx.Note(ctx, "token_revoked", c.By, fmt.Sprintf(`{"token":%q}`, c.ID))
		})
	})
}
