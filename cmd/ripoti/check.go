package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"ripoti/internal/config"
	"ripoti/internal/sms"
	"ripoti/internal/store"
	"ripoti/internal/wording"
	"ripoti/worker"
)

// checkCommand tells an operator everything at once: what is not set, what does not answer, what is
// not filled in. It ends with an error if anything would keep a role from serving.
type checkCommand struct {
	JSON bool `help:"One JSON object a line."`
}

// finding is one line of the check. A fault keeps the service from working; advice does not.
type finding struct {
	What  string `json:"what"`
	State string `json:"state"` // "ok", "fault", "advice"
	Say   string `json:"say"`
}

func (c checkCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var findings []finding
	web, webErr := config.Load(os.Environ(), config.Web)
	findings = append(findings, environment("web", webErr)...)
	_, workerErr := config.Load(os.Environ(), config.Worker)
	findings = append(findings, environment("worker", workerErr)...)
	// What is not set was told; only what is set can be tried.
	if web.Keyset.Document != "" || web.Keyset.File != "" {
		findings = append(findings, checkKeys(web))
	}
	if web.Stores.Database != "" {
		findings = append(findings, checkDatabase(ctx, web))
		findings = append(findings, checkDirectory(ctx, web)...)
	}
	if web.Stores.Redis != "" {
		findings = append(findings, checkRedis(ctx, web))
	}
	for _, name := range web.Senders() {
		findings = append(findings, checkSender(ctx, web, name))
	}
	findings = append(findings, checkHelplines(web)...)

	faults := 0
	for _, f := range findings {
		if f.State == "fault" {
			faults++
		}
		if err := c.print(f); err != nil {
			return err
		}
	}
	switch faults {
	case 0:
		return nil
	case 1:
		return errors.New("1 fault: the service would not work")
	}
	return fmt.Errorf("%d faults: the service would not work", faults)
}

func (c checkCommand) print(f finding) error {
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(f)
	}
	_, err := fmt.Printf("%-7s %-12s %s\n", f.State, f.What, f.Say)
	return err
}

func environment(role string, err error) (findings []finding) {
	var trouble config.Trouble
	switch {
	case errors.As(err, &trouble):
		for _, line := range trouble {
			findings = append(findings, finding{role, "fault", line})
		}
	case err != nil:
		findings = append(findings, finding{role, "fault", err.Error()})
	default:
		findings = append(findings, finding{role, "ok", "the environment is complete"})
	}
	return findings
}

// judge makes a finding of a test.
func judge(what, ok string, err error) finding {
	if err != nil {
		return finding{what, "fault", err.Error()}
	}
	return finding{what, "ok", ok}
}

func checkKeys(cfg config.Config) finding {
	_, err := openKeys(cfg.Keyset)
	return judge("keys", "numbers and narratives can be sealed", err)
}

func checkDatabase(ctx context.Context, cfg config.Config) finding {
	s, err := openStore(ctx, cfg.Stores.Database.Reveal(), nil)
	if err == nil {
		s.Close()
	}
	return judge("database", "answers and is in the right form", err)
}

func checkRedis(ctx context.Context, cfg config.Config) finding {
	client, err := openTaskRedis(cfg)
	if err != nil {
		return judge("redis", "", err)
	}
	defer client.Close()
	if err := client.Ping(ctx).Err(); err != nil {
		return finding{"redis", "fault", "does not answer: check REDIS_URL and that the server runs"}
	}
	evicts := ""
	warnEviction(ctx, client, func(say string, _ ...any) { evicts = say })
	if evicts != "" {
		return finding{"redis", "advice", evicts}
	}
	return finding{"redis", "ok", "answers"}
}

// checkSender asks a provider what is left on the account, which proves the address and the
// credentials; it sends nothing.
func checkSender(ctx context.Context, cfg config.Config, name string) finding {
	what := "sms " + name
	sender, err := openSender(cfg, name)
	if err != nil {
		return judge(what, "", err)
	}
	channel, ok := sender.(worker.Channel)
	if !ok {
		return finding{what, "advice", "the simulator sends nothing: good for trying out only"}
	}
	left, err := channel.Balance(ctx)
	switch {
	case errors.Is(err, sms.ErrBusy):
		return finding{what, "fault", "cannot be reached from here"}
	case errors.Is(err, sms.ErrChannel):
		return finding{what, "fault", "does not take the account and its key: " + err.Error()}
	case err != nil:
		return finding{what, "advice", "can be reached, but does not tell what is left on the account: " + err.Error()}
	}
	for _, low := range cfg.Messages.LowBalance {
		if low.Currency == left.Currency && left.Micros < low.Micros {
			return finding{what, "fault", "answers, but only " + left.String() + " is left on the account"}
		}
	}
	return finding{what, "ok", "answers; " + left.String() + " is left on the account"}
}

func checkDirectory(ctx context.Context, cfg config.Config) []finding {
	keys, err := openKeys(cfg.Keyset)
	if err != nil {
		return nil // told above
	}
	s, err := store.Open(ctx, cfg.Stores.Database.Reveal(), keys, time.Now)
	if err != nil {
		return nil
	}
	defer s.Close()
	offices, contacts, err := s.Directory(ctx)
	if err != nil {
		return []finding{{"directory", "fault", "cannot be read: run `ripoti migrate`, and check that the keyset is the one it was sealed with"}}
	}
	answerable, samples := 0, 0
	for _, c := range contacts {
		if c.Answerable() {
			answerable++
		}
		if c.Sample {
			samples++
		}
	}
	findings := []finding{{"directory", "ok", fmt.Sprintf("%d offices, %d contacts, %d of them can answer", len(offices), len(contacts), answerable)}}
	if answerable == 0 {
		findings[0].State, findings[0].Say = "fault", "no contact can answer an alert: import offices and contacts with verified numbers"
	}
	if samples > 0 && !slices.Equal(cfg.Senders(), []string{"simulator"}) {
		findings = append(findings, finding{"directory", "fault", fmt.Sprintf("%d contacts are samples: nothing is ever sent to them", samples)})
	}
	if stranded, err := s.WithoutRecipient(ctx, "", 100); err == nil && len(stranded) > 0 {
		findings = append(findings, finding{"reports", "fault", fmt.Sprintf("%d or more reports have nobody: `ripoti reports stranded`, import offices or contacts, then again with -again", len(stranded))})
	}
	return findings
}

func checkHelplines(cfg config.Config) (findings []finding) {
	lines, err := helplines(cfg)
	if err != nil {
		return []finding{{"helplines", "fault", err.Error()}}
	}
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		line := lines[name]
		day, err := time.Parse(time.DateOnly, line.Verified)
		switch {
		case line.Verified == "":
			findings = append(findings, finding{"helplines", "advice", fmt.Sprintf("%s (%s): call it and write the day into the helplines file", name, line.Number)})
		case err != nil || time.Since(day) > wording.StaleAfter:
			findings = append(findings, finding{"helplines", "advice", fmt.Sprintf("%s (%s): last called %s, call it again", name, line.Number, line.Verified)})
		}
	}
	return findings
}
