package phones

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// backend is a house that answers every inbound message with one of its own.
type backend struct {
	mu       sync.Mutex
	messages []Message
	posted   []*http.Request
	status   int
	reply    func(from string)
}

func (b *backend) list(context.Context) ([]Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Message(nil), b.messages...), nil
}

func (b *backend) send(to, body string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, Message{ID: newID(), To: to, Body: body, Kind: "thanks", At: time.Now(), Status: "delivered"})
}

func (b *backend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	b.mu.Lock()
	b.posted = append(b.posted, r)
	reply, status := b.reply, b.status
	b.mu.Unlock()
	if reply != nil {
		reply(r.PostForm.Get("from") + r.PostForm.Get("From"))
	}
	if status != 0 {
		w.WriteHeader(status)
	}
}

func open(t *testing.T) (*Phones, *backend) {
	t.Helper()
	b := &backend{}
	p, err := New(Phones{Messages: b.list, Hooks: b, Secret: "dev", Code: "*483#", Shortcode: "21094"})
	if err != nil {
		t.Fatal(err)
	}
	return p, b
}

func ask(h http.Handler, method, path, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr, r.Host = "127.0.0.1:5000", "localhost:8080"
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestLoopbackAlone(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"this machine":                      {func(*http.Request) {}, 200},
		"this machine by IPv6":              {func(r *http.Request) { r.RemoteAddr, r.Host = "[::1]:5000", "[::1]:8080" }, 200},
		"another machine":                   {func(r *http.Request) { r.RemoteAddr = "192.0.2.1:5000" }, 403},
		"a name of elsewhere for this one":  {func(r *http.Request) { r.Host = "rebound.example" }, 403},
		"a claim to be this machine":        {func(r *http.Request) { r.RemoteAddr = "192.0.2.1:1"; r.Header.Set("X-Forwarded-For", "127.0.0.1") }, 403},
		"a name that begins like localhost": {func(r *http.Request) { r.Host = "localhost.example" }, 403},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := open(t)
			for _, path := range []string{"/", "/dev/messages.json", "/dev/static/phones.js"} {
				if w := ask(p, http.MethodGet, path, "", c.change); w.Code != c.status {
					t.Errorf("%s answered %d", path, w.Code)
				}
			}
		})
	}
	t.Run("a page of elsewhere cannot send from here", func(t *testing.T) {
		p, b := open(t)
		w := ask(p, http.MethodPost, "/dev/sms", "from=0711000001&body=x", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
		if w.Code != http.StatusForbidden || len(b.posted) > 0 {
			t.Errorf("answered %d", w.Code)
		}
	})
}

func TestPage(t *testing.T) {
	p, _ := open(t)
	page := ask(p, http.MethodGet, "/", "").Body.String()
	t.Run("it shows three handsets with the numbers of the sample directory", func(t *testing.T) {
		for _, want := range []string{`id="reporter"`, `id="officer"`, `id="worker"`, `value="0711000099"`, `value="0711000001"`, `value="0711000011"`, `data-code="*483#"`, `data-secret="dev"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s is missing", want)
			}
		}
		if n := strings.Count(page, `data-key="`); n != 36 {
			t.Errorf("%d keys", n)
		}
	})
	t.Run("everything it asks for is on this machine and there", func(t *testing.T) {
		for _, m := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if strings.HasPrefix(m[1], "data:") {
				continue
			}
			if w := ask(p, http.MethodGet, m[1], ""); w.Code != http.StatusOK {
				t.Errorf("%s answered %d", m[1], w.Code)
			}
		}
		_ = fs.WalkDir(files, "static", func(path string, d fs.DirEntry, _ error) error {
			if d.IsDir() {
				return nil
			}
			b, _ := files.ReadFile(path)
			if strings.Contains(strings.ReplaceAll(string(b), "http://www.w3.org/2000/svg", ""), "://") {
				t.Errorf("%s asks elsewhere", path)
			}
			return nil
		})
	})
	t.Run("no script or style stands in the page itself, as its policy forbids them", func(t *testing.T) {
		if strings.Contains(page, "style=") || strings.Contains(page, "onclick") || strings.Contains(page, "<style") || strings.Count(page, "<script") != 1 {
			t.Error("something inline")
		}
	})
}

func TestMessages(t *testing.T) {
	t.Run("none is an empty list", func(t *testing.T) {
		p, _ := open(t)
		if w := ask(p, http.MethodGet, "/dev/messages.json", ""); strings.TrimSpace(w.Body.String()) != "[]" {
			t.Errorf("%s", w.Body)
		}
	})
	t.Run("they come with their fields, the newest last, and once", func(t *testing.T) {
		p, b := open(t)
		b.send("+254711000001", "one")
		b.send("+254711000011", "two")
		w := ask(p, http.MethodGet, "/dev/messages.json", "")
		var all []map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &all); err != nil || len(all) != 2 || all[1]["body"] != "two" {
			t.Fatalf("%v: %s", err, w.Body)
		}
		for _, field := range []string{"id", "to", "body", "kind", "at", "status"} {
			if all[0][field] == nil || all[0][field] == "" {
				t.Errorf("no %s", field)
			}
		}
		tag := w.Header().Get("ETag")
		same := func(r *http.Request) { r.Header.Set("If-None-Match", tag) }
		if w := ask(p, http.MethodGet, "/dev/messages.json", "", same); w.Code != http.StatusNotModified {
			t.Errorf("answered %d", w.Code)
		}
		b.send("+254711000001", "three")
		if w := ask(p, http.MethodGet, "/dev/messages.json", "", same); w.Code != http.StatusOK {
			t.Errorf("answered %d", w.Code)
		}
	})
	t.Run("a store that is down is told", func(t *testing.T) {
		p, _ := open(t)
		p.Messages = func(context.Context) ([]Message, error) { return nil, errors.New("down") }
		for _, w := range []*httptest.ResponseRecorder{ask(p, http.MethodGet, "/dev/messages.json", ""), ask(p, http.MethodPost, "/dev/sms", "from=0711000001&body=x")} {
			if w.Code != http.StatusServiceUnavailable {
				t.Errorf("answered %d", w.Code)
			}
		}
	})
}

func TestText(t *testing.T) {
	answered := func(t *testing.T, w *httptest.ResponseRecorder) []Message {
		t.Helper()
		var got []Message
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%d, %v: %s", w.Code, err, w.Body)
		}
		return got
	}
	t.Run("it goes through the real hook as the gateway would post it", func(t *testing.T) {
		p, b := open(t)
		b.reply = func(from string) { b.send(from, "thanks") }
		ask(p, http.MethodPost, "/dev/sms", "from=0711000001&body=1+4829172")
		if len(b.posted) != 1 || b.posted[0].URL.Path != "/hooks/africastalking/dev/sms" {
			t.Fatalf("posted %d", len(b.posted))
		}
		f := b.posted[0].PostForm
		if f.Get("from") != "+254711000001" || f.Get("text") != "1 4829172" || f.Get("to") != "21094" || f.Get("id") == "" || f.Get("date") == "" {
			t.Errorf("posted %v", f)
		}
	})
	t.Run("by Twilio it goes signed through Twilio's hook", func(t *testing.T) {
		p, b := open(t)
		b.reply = func(from string) { b.send(from, "thanks") }
		p.TwilioSign = func(path string, form map[string][]string) string { return path + url.Values(form).Get("Body") }
		ask(p, http.MethodPost, "/dev/sms", "from=0711000001&body=OK&provider=twilio")
		if len(b.posted) != 1 || b.posted[0].URL.Path != "/hooks/twilio/sms" || b.posted[0].Header.Get("X-Twilio-Signature") != "/hooks/twilio/smsOK" || b.posted[0].PostForm.Get("MessageSid") == "" {
			t.Errorf("posted %+v", b.posted)
		}
	})
	for _, sender := range []string{"40404", "MPESA"} {
		t.Run(sender+" may text too, and is answered by nobody", func(t *testing.T) {
			p, b := open(t)
			if got := answered(t, ask(p, http.MethodPost, "/dev/sms", "from="+sender+"&body=hello")); len(got) != 0 {
				t.Errorf("%+v", got)
			}
			if len(b.posted) != 1 || b.posted[0].PostForm.Get("from") != sender {
				t.Errorf("posted %+v", b.posted)
			}
		})
	}
	t.Run("the answer is what that phone gets in reply and nothing older", func(t *testing.T) {
		p, b := open(t)
		b.send("+254711000001", "old")
		b.reply = func(from string) {
			go func() {
				time.Sleep(100 * time.Millisecond)
				b.send("+254711000011", "for somebody else")
				b.send(from, "first")
				time.Sleep(50 * time.Millisecond)
				b.send(from, "second")
			}()
		}
		got := answered(t, ask(p, http.MethodPost, "/dev/sms", "from=0711000001&body=1"))
		if len(got) != 2 || got[0].Body != "first" || got[1].Body != "second" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("no reply is an empty list after two seconds", func(t *testing.T) {
		p, _ := open(t)
		start := time.Now()
		if got := answered(t, ask(p, http.MethodPost, "/dev/sms", "from=0711000001&body=1")); len(got) != 0 {
			t.Errorf("%+v", got)
		}
		if took := time.Since(start); took < replyWithin || took > replyWithin+time.Second {
			t.Errorf("took %s", took)
		}
	})
	t.Run("a hook that refuses is told", func(t *testing.T) {
		p, b := open(t)
		b.status = http.StatusInternalServerError
		if w := ask(p, http.MethodPost, "/dev/sms", "from=0711000001&body=1"); w.Code != http.StatusBadGateway {
			t.Errorf("answered %d", w.Code)
		}
	})
	for name, body := range map[string]string{"no sender": "body=x", "no sender known": "from=%2B-%2B&body=x", "no text": "from=0711000001", "too long": "from=0711000001&body=" + strings.Repeat("x", 20001), "rubbish": "%zz"} {
		t.Run(name+" is refused with a sentence", func(t *testing.T) {
			p, b := open(t)
			w := ask(p, http.MethodPost, "/dev/sms", body)
			if said, _ := io.ReadAll(w.Body); w.Code != http.StatusBadRequest || len(said) == 0 || len(b.posted) > 0 {
				t.Errorf("answered %d", w.Code)
			}
		})
	}
}
