package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"ripoti/flows"
	"ripoti/internal/casework"
	"ripoti/internal/config"
	"ripoti/internal/gazetteer"
	"ripoti/internal/metrics"
	"ripoti/internal/ripoti"
	"ripoti/internal/rulebook"
	"ripoti/internal/seal"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
	"ripoti/internal/triage"
	"ripoti/internal/wording"
	"ripoti/locales"
)

// house is what every serving role is built of. What is opened is closed by close, last things first.
type house struct {
	cfg      config.Config
	log      *slog.Logger
	now      func() time.Time
	keys     *seal.Keys
	store    *store.Store
	places   *gazetteer.Gazetteer
	words    *locales.Catalogue
	wording  *wording.Room
	queues   *tasks.Watch
	live     *casework.Live
	relay    *tasks.Relay
	desk     *casework.Desk
	rules    *rulebook.Book
	metrics  *metrics.Metrics
	registry *prometheus.Registry
	closers  []func()
}

// openKeys reads the keys from where the configuration says.
func openKeys(k config.Keyset) (*seal.Keys, error) {
	document := k.Document.Reveal()
	if k.File != "" {
		raw, err := os.ReadFile(k.File)
		if err != nil {
			return nil, fmt.Errorf("keyset: %w", err)
		}
		document = string(raw)
	}
	keys, err := seal.Open(document)
	if err != nil {
		return nil, fmt.Errorf("keyset: %w", err)
	}
	return keys, nil
}

// openStore connects to the database and refuses one that was not migrated.
func openStore(ctx context.Context, url string, keys *seal.Keys) (*store.Store, error) {
	s, err := store.Open(ctx, url, keys, time.Now)
	if err != nil {
		return nil, err
	}
	ready, err := s.Migrated(ctx)
	if err == nil && !ready {
		err = errors.New("the database is not in the form this program needs: run `ripoti migrate` first")
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// openHouse builds what the roles share on an open store, by whose clock they go. hand gives duties to the
// queue.
func openHouse(ctx context.Context, cfg config.Config, log *slog.Logger, keys *seal.Keys, s *store.Store, hand func(context.Context, store.Duty) error) (*house, error) {
	h := &house{cfg: cfg, log: log, now: s.Now, keys: keys, store: s, registry: prometheus.NewRegistry()}
	h.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	h.metrics = metrics.New(h.registry)
	var err error
	if err := h.openWording(ctx); err != nil {
		return nil, err
	}
	if h.places, err = gazetteer.Load(); err != nil {
		return nil, fmt.Errorf("gazetteer: %w", err)
	}
	if h.live, err = casework.NewLive(ctx, s, h.places); err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	h.relay = (&tasks.Relay{Duties: s, Hand: hand, Now: h.now, Log: log, Every: time.Second, Patience: tasks.Patience, Handed: h.rescued}).Init()
	s.HandTo(h.relay) // so that nobody needs to wake it after a commit
	filer := store.NewFiler(s, func(int) {})
	h.closers = append(h.closers, filer.Close)
	reader, err := triage.LoadWith(h.live.Rules, h.places)
	if err != nil {
		return nil, err
	}
	h.desk = &casework.Desk{Store: s, Filer: filer, Live: h.live, Now: h.now, Wake: func() {}, Seen: h.seen, Reader: reader, Places: h.places,
		Hashing: casework.NewHashing(casework.DefaultHashing), Keeping: keeping(cfg)}
	h.rules = rulebook.New(h.desk, log)
	h.closers = append(h.closers, h.rules.Close)
	return h, nil
}

func (h *house) close() {
	for i := len(h.closers) - 1; i >= 0; i-- {
		h.closers[i]()
	}
}

// seen counts what the desk does.
func (h *house) seen(x casework.Happening) {
	switch x.What {
	case "filed":
		h.log.Info("report saved", "category", x.Category, "urgency", x.Urgency, "channel", x.Channel, "stage", x.Stage)
		h.metrics.Report(string(x.Category), string(x.Urgency), string(x.Channel), string(x.Stage))
	case "accepted":
		h.metrics.Accepted(string(x.Urgency), x.After)
	case "message":
		h.metrics.Message(x.Provider, string(x.Status))
	case "purged":
		h.log.Info("forgotten by the retention table", "what", x.Of, "rows", x.Count)
	case "capped":
		h.metrics.Text("capped")
		h.log.Error("a number got as many automatic answers as an hour allows: two machines may be talking; its texts are kept and read")
	case "silenced":
		h.metrics.Text("silenced")
		h.log.Warn("a number got as many help sentences in a row as it gets: it is silent until it says something else; its texts are kept")
	case "no_phone":
		h.metrics.Text("no_phone")
		h.log.Warn("a text of a sender that is no phone tells of a harm: it is filed without contact", "category", x.Category, "urgency", x.Urgency)
	case "unread":
		h.metrics.Text("unread")
		h.log.Warn("a text was not read by a person in time: somebody was reminded", "category", x.Category, "urgency", x.Urgency)
	case "confirmed":
		h.metrics.Text("confirmed")
	case "unreachable":
		h.log.Error("a report has no recipient and there is no coordinator to tell: import contacts", "urgency", x.Urgency)
	}
}

// rescued counts duties that are handed over again because nothing came of the first time.
func (h *house) rescued(d store.Duty) {
	if d.Tries > 1 {
		h.metrics.Rescued(d.Kind, 1)
	}
}

// openWording reads the sentences that are built in and those that people have changed since.
func (h *house) openWording(ctx context.Context) error {
	lines, err := helplines(h.cfg)
	if err != nil {
		return err
	}
	if h.words, err = openWords(h.cfg); err != nil {
		return err
	}
	h.wording = &wording.Room{Store: h.store, Words: h.words, Lines: lines, Now: h.now}
	return h.refreshWords(ctx)
}

// refreshWords says what was published since. What this program cannot say is told once, and stays as built in.
func (h *house) refreshWords(ctx context.Context) error {
	left, err := h.wording.Refresh(ctx)
	for _, problem := range left {
		h.log.Error("a changed sentence breaks the rules of this program and is said as built in: write it anew", "lang", problem.Lang, "sentence", problem.Key, "why", problem.Say)
	}
	if err != nil {
		return fmt.Errorf("sentences: %w", err)
	}
	return nil
}

// openWords reads the built-in sentences and fills in the codes and help numbers.
func openWords(cfg config.Config) (*locales.Catalogue, error) {
	lines, err := helplines(cfg)
	if err != nil {
		return nil, err
	}
	return locales.Load(locales.Fixed(cfg.Service.PublicCode, cfg.Service.StaffCode, lines))
}

// helplines are the help numbers of the configuration, or those that are built in.
func helplines(cfg config.Config) (map[string]locales.Helpline, error) {
	document := ""
	if cfg.Service.Helplines != "" {
		raw, err := os.ReadFile(cfg.Service.Helplines)
		if err != nil {
			return nil, fmt.Errorf("helplines: %w", err)
		}
		document = string(raw)
	}
	return locales.Helplines(document)
}

// placesOf lets the conversation ask the gazetteer.
type placesOf struct{ *gazetteer.Gazetteer }

// Find searches within a county ("" for all of Kenya).
func (p placesOf) Find(query, county string) flows.Matches {
	found := p.Gazetteer.Find(query, county)
	places := make([]ripoti.Place, len(found.Matches))
	for i, m := range found.Matches {
		places[i] = m.Place
	}
	return flows.Matches{Decision: string(found.Decision), Places: places}
}
