package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"ripoti/internal/load"
	"ripoti/internal/ripoti"
)

// loadCommand walks USSD dialogues against a running service and tells how it bore them. Every
// dialogue that comes to its end is a report there.
type loadCommand struct {
	URL         string        `arg:"" name:"url" help:"The hook for presses, such as http://127.0.0.1:8080/hooks/africastalking/dev/ussd."`
	Sessions    int           `help:"How many dialogues; 0: as many as fit into --for, or 1000."`
	For         time.Duration `help:"How long dialogues are begun; 0: until all --sessions are."`
	Rate        float64       `help:"Dialogues begun a second; 0: each caller begins the next when one ends."`
	Concurrency int           `help:"How many dialogues at once, at most." default:"32"`
	Repeats     float64       `help:"Share of presses posted twice: the same bytes must come back."`
	Hangups     float64       `help:"Share of dialogues cut at a random press; half of them are told by an end notice."`
	Path        string        `help:"What callers say: normal (13 presses), danger (8), short (6, the first answers dialled with the code), unfinished (5, left open)." enum:"normal,danger,short,unfinished" default:"normal"`
	Lang        string        `help:"The language they choose." enum:"en,sw" default:"en"`
	Seed        uint64        `help:"Draws phones, repeats and cuts; 0: a new one each time. A phone that was cut off is offered to go on, so use one seed once in ten minutes."`
	Sources     int           `help:"Spread callers over so many invented gateway addresses by X-Forwarded-For (the service must trust this machine as its proxy)."`
	Anywhere    bool          `help:"Allow an address that is not on this machine."`
	JSON        bool          `help:"One JSON object in place of text."`
}

// Run prints progress to standard error and the result to standard output. Errors and wrong answers
// make it fail.
func (c loadCommand) Run(ctx context.Context) error {
	path, err := load.PathNamed(c.Path)
	if err != nil {
		return err
	}
	if c.Sessions == 0 && c.For == 0 {
		c.Sessions = 1000
	}
	if c.Seed == 0 {
		c.Seed = uint64(time.Now().Unix())
	}
	result, err := load.Run(ctx, load.Options{
		URL: c.URL, Anywhere: c.Anywhere, Path: path, Lang: ripoti.Lang(c.Lang), Sessions: c.Sessions, For: c.For, Rate: c.Rate,
		Concurrency: c.Concurrency, Repeats: c.Repeats, Hangups: c.Hangups, Sources: c.Sources, Seed: c.Seed, Progress: tellLoad,
	})
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(os.Stdout).Encode(result)
	} else {
		err = result.Print(os.Stdout)
	}
	if bad := result.Bad(); err == nil && bad > 0 {
		err = fmt.Errorf("%d presses got no answer or a wrong one", bad)
	}
	return err
}

func tellLoad(p load.Progress) {
	fmt.Fprintf(os.Stderr, "%4.0f s  %d dialogues  %d steps  %.0f/s  %d bad\n",
		p.Took.Seconds(), p.Dialogues, p.Steps, float64(p.Steps)/p.Took.Seconds(), p.Bad)
}
