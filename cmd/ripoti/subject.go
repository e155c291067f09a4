package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"ripoti/internal/casework"
	"ripoti/internal/config"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// subjectCommand is a reporter's rights: to be told what is kept, and to be forgotten.
type subjectCommand struct {
	List   subjectList   `cmd:"" help:"List the wishes to be forgotten that wait for an answer."`
	Export subjectExport `cmd:"" help:"Write everything that is kept of a reporter, as JSON, for that person."`
	Erase  subjectErase  `cmd:"" help:"Forget what a reporter told, and who that was. A case that goes on is refused, with the sentence to tell."`
	Keep   subjectKeep   `cmd:"" help:"Keep a report whole for a court or an appeal, whatever its age; with -release let it go."`
}

// keeping is how long things are kept, as configured.
func keeping(cfg config.Config) casework.Keeping {
	k := cfg.Keeping
	return casework.Keeping{Numbers: k.Numbers, Content: k.Content, Texts: k.Texts, Traces: k.Traces}
}

// inWords gives an error of ours its sentence, in both languages: it is read to a person.
func inWords(err error) error {
	key := ripoti.KeyOf(err)
	if key == "" {
		return err
	}
	words, werr := openWords(config.Config{})
	if werr != nil || !words.Has(ripoti.English, key) {
		return err
	}
	return fmt.Errorf("%s\n        %s", words.Text(ripoti.English, key), words.Text(ripoti.Swahili, key))
}

type subjectList struct {
	onStore
	All  bool `help:"Also those that were decided."`
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists numbers, times and codes.
func (c subjectList) Run(ctx context.Context) error {
	return c.keeper(ctx, func(desk *casework.Desk) error { return c.list(ctx, desk.Store, os.Stdout) })
}

func (c subjectList) list(ctx context.Context, s *store.Store, out io.Writer) error {
	for after := ""; ; {
		page, err := s.DeletionRequests(ctx, c.All, after, 100)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, q := range page {
			if err := c.print(out, q); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}

func (c subjectList) print(out io.Writer, q store.DeletionRequest) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{"number": q.Code, "status": q.Status, "asked_at": q.AskedAt, "decided_at": q.DecidedAt, "decided_by": q.DecidedBy,
			"decision": q.Decision, "reason": q.Reason})
	}
	_, err := fmt.Fprintf(out, "%s  asked %s  case %-8s %s %s\n", q.Code, q.AskedAt.Format(time.DateTime), q.Status, q.Decision, q.Reason)
	return err
}

type subjectExport struct {
	onStore
	Number string `arg:"" optional:"" help:"The report's number."`
	Phone  string `help:"All reports of a phone number, in place of one report's number." placeholder:"+254..."`
	By     string `required:"" help:"Who opens it: a contact's id or a role such as dpo. It stands in the history." placeholder:"WHO"`
	Out    string `help:"Write to this new file, readable by its owner only, instead of standard output." placeholder:"FILE"`
}

// Run writes one JSON object for each report.
func (c subjectExport) Run(ctx context.Context) error {
	return c.keeper(ctx, func(desk *casework.Desk) error { return c.export(ctx, desk) })
}

func (c subjectExport) export(ctx context.Context, desk *casework.Desk) error {
	ids, err := c.reports(ctx, desk.Store)
	if err != nil {
		return inWords(err)
	}
	subjects := []casework.Subject{}
	for _, id := range ids {
		s, err := desk.Subject(ctx, id, c.By)
		if err != nil {
			return inWords(err)
		}
		subjects = append(subjects, s)
	}
	raw, err := json.MarshalIndent(map[string]any{"exported_at": desk.Now().UTC(), "reports": subjects}, "", "  ")
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return writeNew(c.Out, append(raw, '\n'))
}

func (c subjectExport) reports(ctx context.Context, s *store.Store) ([]string, error) {
	switch {
	case (c.Number == "") == (c.Phone == ""):
		return nil, errors.New("give a report's number or -phone, one of them")
	case c.Phone != "":
		p, err := ripoti.ParsePhone(c.Phone)
		if err != nil {
			return nil, err
		}
		return s.ReportsOf(ctx, p)
	}
	r, err := reportOf(ctx, s, c.Number)
	return []string{r.ID}, err
}

// reportOf finds a report by the number that somebody typed.
func reportOf(ctx context.Context, s *store.Store, number string) (ripoti.Report, error) {
	code, err := numberTyped(number)
	if err != nil {
		return ripoti.Report{}, err
	}
	return s.ReportByCode(ctx, code)
}

// numberTyped is a report's number that somebody typed.
func numberTyped(number string) (ripoti.Code, error) {
	code, err := ripoti.ParseCode(number)
	if err != nil {
		return "", fmt.Errorf("%q is no report's number: %w", number, err)
	}
	return code, nil
}

type subjectErase struct {
	onStore
	Number string `arg:"" help:"The report's number."`
	By     string `required:"" help:"Who decides: a contact's id or a role such as dpo. It stands in the history." placeholder:"WHO"`
	Reason string `required:"" help:"Why, in a few words without names or numbers. It stands in the history." placeholder:"WHY"`
}

// Run forgets, or says why not.
func (c subjectErase) Run(ctx context.Context) error {
	return c.keeper(ctx, func(desk *casework.Desk) error { return c.erase(ctx, desk) })
}

func (c subjectErase) erase(ctx context.Context, desk *casework.Desk) error {
	r, err := reportOf(ctx, desk.Store, c.Number)
	if err != nil {
		return err
	}
	if _, err := desk.Erase(ctx, r.Code, c.By, c.Reason); err != nil {
		return inWords(err)
	}
	fmt.Println("Forgotten: the reporter's number, the answers, the place, all texts and notes, and what messages said.\n" +
		"Kept: the report's number, its category, urgency, county and days, the history of what was done, and a count.\n" +
		"Backups made before today still hold it: see docs/privacy.md.")
	return nil
}

type subjectKeep struct {
	onStore
	Number  string `arg:"" help:"The report's number."`
	By      string `required:"" help:"Who decides: a contact's id or a role. It stands in the history." placeholder:"WHO"`
	Reason  string `enum:"court,appeal,inquiry" default:"court" help:"court, appeal or inquiry."`
	Release bool   `help:"Let it go again."`
}

// Run sets or takes back what keeps a report.
func (c subjectKeep) Run(ctx context.Context) error {
	if err := casework.CheckWho(c.By); err != nil {
		return inWords(err)
	}
	return c.keeper(ctx, func(desk *casework.Desk) error { return c.keep(ctx, desk) })
}

func (c subjectKeep) keep(ctx context.Context, desk *casework.Desk) error {
	r, err := reportOf(ctx, desk.Store, c.Number)
	if err != nil {
		return err
	}
	why := c.Reason
	if c.Release {
		why = ""
	}
	return desk.Keep(ctx, r.Code, c.By, why)
}
