package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"ripoti/handlers"
	"ripoti/handlers/console"
	"ripoti/internal/account"
	"ripoti/internal/config"
	"ripoti/internal/demo"
	"ripoti/internal/ripoti"
)

// console is the part of the house where staff read and act.
func (h *house) console() (http.Handler, error) {
	accounts, err := account.New(h.store, h.now, nil)
	if err != nil {
		return nil, err
	}
	address := handlers.Proxies(config.Prefixes(h.cfg.Serving.TrustedProxies)).Address
	return console.New(console.Parts{
		Accounts: accounts, Store: h.store, Desk: h.desk, Now: h.now, Log: h.log, Rules: h.rules, Wording: h.wording, Queues: h.queues,
		Address: func(r *http.Request) string { return address(r).String() },
		Secure:  strings.HasPrefix(h.cfg.Service.PublicURL, "https://"),
	})
}

// firstLogin makes the first account of a ripoti dev; none where there are accounts.
func (h *house) firstLogin(ctx context.Context) ([]demo.Login, error) {
	users, err := h.store.Users(ctx)
	if err != nil || len(users) > 0 {
		return nil, err
	}
	accounts, err := account.New(h.store, time.Now, nil)
	if err != nil {
		return nil, err
	}
	const login = "sample.coordinator"
	first, err := accounts.Add(ctx, ripoti.User{Login: login, Name: "Sample Coordinator", Role: ripoti.UserCoordinator, OfficeID: "sample-coordination-network",
		ContactID: "sample-coordination-network-coordinator"})
	return []demo.Login{{Name: login, Password: first}}, err
}

// tellLogins prints how to sign in for the first time, once and to nobody's log.
func tellLogins(address string, logins []demo.Login) {
	if len(logins) == 0 {
		return
	}
	fmt.Fprintf(os.Stderr, "The console is at  http://%s/console/  First passwords, each good once, for three days:\n", address)
	for _, l := range logins {
		fmt.Fprintf(os.Stderr, "  login %s, first password %s\n", l.Name, l.Password)
	}
	fmt.Fprintln(os.Stderr)
}
