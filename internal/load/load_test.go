package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ripoti/internal/ripoti"
)

// pretend is a service that answers every press of a path rightly, unless its temper says otherwise.
type pretend struct {
	path   Path
	temper func(w http.ResponseWriter, form url.Values, press int, again bool) bool // true: it has answered

	mu      sync.Mutex
	pressed map[string]int // by session and text
	phones  map[string]int // dials
	texts   map[string]bool
	notices []url.Values
	sources map[string]bool
}

func (p *pretend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		http.Error(w, "no form", http.StatusBadRequest)
		return
	}
	if strings.HasSuffix(r.URL.Path, "-event") {
		p.mu.Lock()
		p.notices = append(p.notices, r.PostForm)
		p.mu.Unlock()
		return
	}
	press, again := p.note(r)
	if p.temper != nil && p.temper(w, r.PostForm, press, again) {
		return
	}
	if press == len(p.path.Answers) && p.path.Ends {
		fmt.Fprint(w, "END Received. Your number is 482 9173.")
		return
	}
	fmt.Fprintf(w, "CON screen %d", press)
}

// note remembers a press and says which of the path it is, and whether it came before.
func (p *pretend) note(r *http.Request) (press int, again bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pressed == nil {
		p.pressed, p.phones, p.texts, p.sources = map[string]int{}, map[string]int{}, map[string]bool{}, map[string]bool{}
	}
	text := r.PostForm.Get("text")
	key := r.PostForm.Get("sessionId") + " " + text
	p.pressed[key]++
	again = p.pressed[key] > 1
	p.texts[text] = true
	p.sources[r.Header.Get("X-Forwarded-For")] = true
	press = strings.Count(text, "*") - strings.Count(p.path.Dial, "*")
	if p.path.Dial == "" && text != "" {
		press++
	}
	if press == 0 && !again {
		p.phones[r.PostForm.Get("phoneNumber")]++
	}
	return press, again
}

func walk(t *testing.T, p *pretend, o Options) Result {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	o.URL, o.Path = server.URL+"/hooks/africastalking/secret/ussd", p.path
	result, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestRun(t *testing.T) {
	for _, path := range Paths {
		t.Run("every press of the path "+path.Name+" is posted once and counted", func(t *testing.T) {
			p := &pretend{path: path}
			r := walk(t, p, Options{Sessions: 20, Concurrency: 3})
			presses := int64(20 * (len(path.Answers) + 1))
			if r.Bad() > 0 || r.Steps != presses || r.Finished != 20 || r.All.Count != uint64(presses) || len(p.pressed) != int(presses) {
				t.Errorf("%+v; %d presses came", r, len(p.pressed))
			}
			if files := uint64(20); path.Files > 0 && r.Filing.Count != files {
				t.Errorf("%d filings were timed, want %d", r.Filing.Count, files)
			}
			if len(p.phones) != 20 {
				t.Errorf("%d phones dialled, want one for each call", len(p.phones))
			}
		})
	}
	t.Run("the language is the first answer", func(t *testing.T) {
		p := &pretend{path: Normal}
		walk(t, p, Options{Sessions: 1, Lang: ripoti.Swahili})
		if !p.texts["2*2"] || p.texts["1"] {
			t.Errorf("posted %v", p.texts)
		}
	})
	t.Run("all presses are repeated, cut calls are told half of the time", func(t *testing.T) {
		p := &pretend{path: Normal}
		r := walk(t, p, Options{Sessions: 200, Repeats: 1, Hangups: 1, Seed: 3})
		if r.Bad() > 0 || r.Hangups != 200 || r.Finished != 0 || r.Repeats*2 != r.Steps {
			t.Errorf("%+v", r)
		}
		if n := len(p.notices); n < 60 || n > 140 {
			t.Errorf("%d notices of 200 cut calls", n)
		}
		if got := p.notices[0]; got.Get("sessionId") == "" || got.Get("phoneNumber") == "" || got.Get("status") != "Incomplete" {
			t.Errorf("notice %v", got)
		}
	})
	t.Run("the same seed posts the same", func(t *testing.T) {
		one, two, other := &pretend{path: Normal}, &pretend{path: Normal}, &pretend{path: Normal}
		walk(t, one, Options{Sessions: 50, Hangups: .5, Seed: 7})
		walk(t, two, Options{Sessions: 50, Hangups: .5, Seed: 7, Concurrency: 5})
		walk(t, other, Options{Sessions: 50, Hangups: .5, Seed: 8})
		if fmt.Sprint(one.pressed) != fmt.Sprint(two.pressed) || fmt.Sprint(one.pressed) == fmt.Sprint(other.pressed) {
			t.Error("a seed does not decide what is posted")
		}
	})
	t.Run("a rate is kept and the wait for a free caller counts", func(t *testing.T) {
		p := &pretend{path: Unfinished, temper: func(http.ResponseWriter, url.Values, int, bool) bool {
			time.Sleep(10 * time.Millisecond)
			return false
		}}
		r := walk(t, p, Options{Sessions: 10, Rate: 100, Concurrency: 1})
		// 10 calls of 50 ms in a row, due 10 ms apart: the last one begins 360 ms late.
		if r.Seconds < .45 || r.All.Most < 250 {
			t.Errorf("took %.2f s, the longest wait %.0f ms", r.Seconds, r.All.Most)
		}
	})
	t.Run("time ends it too, and the progress was told", func(t *testing.T) {
		var told int
		p := &pretend{path: Unfinished}
		r := walk(t, p, Options{For: 1200 * time.Millisecond, Concurrency: 2, Progress: func(p Progress) {
			if told++; p.Steps == 0 {
				t.Error("nothing was answered in a second")
			}
		}})
		if r.Seconds > 5 || r.Finished == 0 || told == 0 {
			t.Errorf("%.1f s, %d dialogues, told %d times", r.Seconds, r.Finished, told)
		}
	})
	t.Run("callers come from as many addresses as asked", func(t *testing.T) {
		p := &pretend{path: Unfinished}
		walk(t, p, Options{Sessions: 30, Sources: 5})
		if len(p.sources) != 5 {
			t.Errorf("%v", p.sources)
		}
	})
	t.Run("a run that is stopped tells what it did and blames nobody", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		p := &pretend{path: Normal, temper: func(_ http.ResponseWriter, _ url.Values, press int, _ bool) bool {
			if press == 5 {
				stop()
			}
			return false
		}}
		server := httptest.NewServer(p)
		defer server.Close()
		r, err := Run(ctx, Options{URL: server.URL + "/ussd", Path: Normal, Sessions: 1000})
		if err != nil || r.Bad() > 0 || r.Steps == 0 || r.Finished == 1000 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestTempers(t *testing.T) {
	say := func(at int, what string) func(http.ResponseWriter, url.Values, int, bool) bool {
		return func(w http.ResponseWriter, _ url.Values, press int, _ bool) bool {
			if press == at {
				fmt.Fprint(w, what)
			}
			return press == at
		}
	}
	for _, c := range []struct {
		name   string
		temper func(http.ResponseWriter, url.Values, int, bool) bool
		kind   string
		wrong  bool
	}{
		{"an answer without a prefix", say(3, "Hello"), noPrefix, true},
		{"an apology in the middle", say(3, "END Sorry, this did not work."), endedEarly, true},
		{"an end that goes on", say(12, "CON Received. Your number is 482 9173."), notEnded, true},
		{"a question asked again", say(3, "CON screen 2"), askedAgain, true},
		{"a screen that is too long", say(3, "CON "+strings.Repeat("long", 41)), tooLong, true},
		{"a screen that is too long by brackets", say(3, "CON "+strings.Repeat("[", 81)), tooLong, true},
		{"a screen with letters no phone shows", say(3, "CON 問題"), tooLong, true},
		{"an end that says nothing was saved", say(12, "END Sorry, we could not save your report."), noNumber, true},
		{"a repeat with another number", func(w http.ResponseWriter, _ url.Values, press int, again bool) bool {
			if press == 12 && again {
				fmt.Fprint(w, "END Received. Your number is 482 9174.")
			}
			return press == 12 && again
		}, differs, true},
		{"a status", func(w http.ResponseWriter, _ url.Values, press int, _ bool) bool {
			if press == 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			return press == 3
		}, "status 503", false},
		{"a redirect", func(w http.ResponseWriter, _ url.Values, press int, _ bool) bool {
			if press == 3 {
				w.Header().Set("Location", "https://example.org/")
				w.WriteHeader(http.StatusTemporaryRedirect)
			}
			return press == 3
		}, "status 307", false},
		{"a dropped line", func(_ http.ResponseWriter, _ url.Values, press int, _ bool) bool {
			if press == 3 {
				panic(http.ErrAbortHandler)
			}
			return false
		}, "connection lost", false},
		{"silence", func(_ http.ResponseWriter, _ url.Values, press int, _ bool) bool {
			if press == 3 {
				time.Sleep(300 * time.Millisecond)
			}
			return false
		}, "no answer in time", false},
	} {
		t.Run(c.name+" is counted by kind", func(t *testing.T) {
			r := walk(t, &pretend{path: Normal, temper: c.temper}, Options{Sessions: 4, Concurrency: 2, Repeats: 1, Timeout: 100 * time.Millisecond})
			counts, others := r.Errors, r.Wrong
			if c.wrong {
				counts, others = r.Wrong, r.Errors
			}
			if counts[c.kind] != 4 || len(others) > 0 || r.Bad() != 4 || r.Finished != 0 {
				t.Errorf("errors %v, wrong answers %v, %d to their end", r.Errors, r.Wrong, r.Finished)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		server := httptest.NewServer(nil)
		server.Close()
		r, err := Run(t.Context(), Options{URL: server.URL + "/ussd", Sessions: 3})
		if err != nil || r.Errors["connection refused"] != 3 {
			t.Errorf("%v, %v", r.Errors, err)
		}
	})
	t.Run("a server without a menu is right when loose", func(t *testing.T) {
		p := &pretend{path: Short, temper: func(w http.ResponseWriter, _ url.Values, _ int, _ bool) bool {
			fmt.Fprint(w, "CON hello")
			return true
		}}
		if r := walk(t, p, Options{Sessions: 5, Loose: true}); r.Bad() > 0 || r.Finished != 5 {
			t.Errorf("%+v", r)
		}
	})
}

func TestAllowed(t *testing.T) {
	for _, c := range []struct {
		url      string
		anywhere bool
		fits     bool
	}{
		{"http://127.0.0.1:8080/x", false, true},
		{"http://localhost:8080/x", false, true},
		{"http://[::1]:8080/x", false, true},
		{"http://10.0.0.1:8080/x", false, false},
		{"https://ripoti.example.org/x", false, false},
		{"https://ripoti.example.org/x", true, true},
		{"http://127.0.0.1.example.org/x", false, false},
		{"http://localhost.example.org/x", false, false},
		{"ftp://127.0.0.1/x", true, false},
		{"127.0.0.1:8080", true, false},
		{"", true, false},
	} {
		if err := allowed(c.url, c.anywhere); (err == nil) != c.fits {
			t.Errorf("%q, anywhere %v: %v", c.url, c.anywhere, err)
		}
	}
	t.Run("the end notices stay on this machine too", func(t *testing.T) {
		_, err := Run(t.Context(), Options{URL: "http://127.0.0.1:1/", Events: "http://10.0.0.1/", Sessions: 1})
		if !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%v", err)
		}
	})
	for name, o := range map[string]Options{
		"no end":           {},
		"a share over 1":   {Sessions: 1, Repeats: 1.5},
		"a negative share": {Sessions: 1, Hangups: -1},
		"a negative rate":  {Sessions: 1, Rate: -1},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			o.URL = "http://127.0.0.1:1/"
			if _, err := Run(t.Context(), o); err == nil {
				t.Error("it ran")
			}
		})
	}
}

func TestHistogram(t *testing.T) {
	t.Run("a quantile is within 2 % of the truth", func(t *testing.T) {
		var h, half histogram
		for us := 1; us <= 100_000; us++ {
			if us%2 == 0 {
				half.add(time.Duration(us) * time.Microsecond)
			} else {
				h.add(time.Duration(us) * time.Microsecond)
			}
		}
		h.merge(&half)
		for _, q := range []float64{.0001, .5, .95, .99, 1} {
			got, want := h.quantile(q).Seconds(), q*.1
			if got < want*.98 || got > want*1.02 {
				t.Errorf("quantile %v is %.6f s, want %.6f", q, got, want)
			}
		}
	})
	t.Run("no duration is out of range", func(t *testing.T) {
		for _, d := range []time.Duration{-time.Second, 0, 63 * time.Microsecond, 64 * time.Microsecond, 10 * time.Second, 24 * time.Hour, 1 << 62} {
			var h histogram
			h.add(d)
			if h.total != 1 || h.quantile(.5) > d && d > 0 {
				t.Errorf("%v became %v", d, h.quantile(.5))
			}
		}
	})
	t.Run("nothing counted is 0", func(t *testing.T) {
		var h histogram
		if h.quantile(.99) != 0 {
			t.Error(h.quantile(.99))
		}
	})
}
