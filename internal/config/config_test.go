package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// complete is an environment that every role can start with; with changes it ("NAME=value", or
// "NAME=" to unset).
func complete(with ...string) []string {
	vars := map[string]string{
		"DATABASE_URL":       "postgres://ripoti:hunter2secret@db/ripoti",
		"REDIS_URL":          "rediss://:hunter2secret@cache:6380/1",
		"RIPOTI_KEYSET":      "hunter2secret-keyset",
		"PUBLIC_URL":         "https://ripoti.example.org",
		"AT_HOOK_SECRETS":    "hunter2secret-aaaaaaaaaaaa,hunter2secret-bbbbbbbbbbbb",
		"AT_USERNAME":        "sandbox",
		"AT_API_KEY":         "hunter2secretatkey",
		"AT_SENDER":          "21094",
		"TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001",
		"TWILIO_AUTH_TOKEN":  "hunter2secrettoken",
		"TWILIO_FROM":        "RIPOTI",
		"REPLY_SHORTCODE":    "21094",
	}
	for _, w := range with {
		name, value, _ := strings.Cut(w, "=")
		vars[name] = value
	}
	environ := make([]string, 0, len(vars))
	for name, value := range vars {
		if value != "" {
			environ = append(environ, name+"="+value)
		}
	}
	return environ
}

func TestLoad(t *testing.T) {
	for _, role := range []Role{Web, Worker, Migrate, Dev} {
		t.Run("a complete environment starts "+string(role), func(t *testing.T) {
			if _, err := Load(complete(), role); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("dev starts with nothing set", func(t *testing.T) {
		c, err := Load(nil, Dev)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(c.Gateway.HookSecrets, []Secret{"dev"}) || c.Serving.Listen != "127.0.0.1:8080" || c.Service.PublicCode != "*483#" {
			t.Errorf("secrets %d, listen %s, code %s", len(c.Gateway.HookSecrets), c.Serving.Listen, c.Service.PublicCode)
		}
	})
	t.Run("dev takes what is set over its own defaults", func(t *testing.T) {
		c, err := Load([]string{"LISTEN_ADDR=:9000"}, Dev)
		if err != nil || c.Serving.Listen != ":9000" {
			t.Errorf("listen %s, %v", c.Serving.Listen, err)
		}
	})
	t.Run("values arrive", func(t *testing.T) {
		c, err := Load(complete("AT_ALLOW_FROM=196.216.12.0/24, 10.0.0.7", "TASK_CHECK_INTERVAL=75ms", "TWILIO_AUTH_TOKEN_SECONDARY=other", "AT_API_KEY= padded\n"), Web)
		if err != nil {
			t.Fatal(err)
		}
		want := []netip.Prefix{netip.MustParsePrefix("196.216.12.0/24"), netip.MustParsePrefix("10.0.0.7/32")}
		if got := Prefixes(c.Gateway.AllowFrom); !slices.Equal(got, want) {
			t.Errorf("networks %v", got)
		}
		if c.Working.TaskCheck != 75*time.Millisecond || c.Gateway.APIKey.Reveal() != "padded" {
			t.Errorf("check %v, key %q", c.Working.TaskCheck, c.Gateway.APIKey.Reveal())
		}
		if got := c.TwilioTokens(); !slices.Equal(got, []string{"hunter2secrettoken", "other"}) {
			t.Errorf("%d tokens", len(got))
		}
	})
}

func TestLoadTellsAllThatIsMissing(t *testing.T) {
	for role, want := range map[Role][]string{
		Web:     {"AT_HOOK_SECRETS", "DATABASE_URL", "PUBLIC_URL", "REDIS_URL", "RIPOTI_KEYSET", "SMS_SENDER"},
		Worker:  {"DATABASE_URL", "REDIS_URL", "RIPOTI_KEYSET", "SMS_SENDER"},
		Migrate: {"DATABASE_URL"},
	} {
		t.Run(string(role), func(t *testing.T) {
			_, err := Load(nil, role)
			if got := named(t, err); !slices.Equal(got, want) {
				t.Errorf("missing %v, want %v", got, want)
			}
		})
	}
}

// named are the variables that an error of Load names.
func named(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var trouble Trouble
	if !errors.As(err, &trouble) {
		t.Fatalf("not a Trouble: %v", err)
	}
	var names []string
	for _, line := range trouble {
		name, _, _ := strings.Cut(line, ":")
		names = append(names, name)
	}
	return names
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		role Role
		with []string
		want string // the line of the error
	}{
		{"another database", Web, []string{"DATABASE_URL=mysql://hunter2secret@db"}, "DATABASE_URL: must begin with postgres:// or sqlite:"},
		{"another cache", Web, []string{"REDIS_URL=hunter2secret@cache:80:80"}, "REDIS_URL: is no Redis address"},
		{"a base address with a path", Web, []string{"PUBLIC_URL=https://ripoti.example.org/"}, "PUBLIC_URL: must be like"},
		{"a base address without TLS", Web, []string{"PUBLIC_URL=http://ripoti.example.org"}, "PUBLIC_URL: must begin with https://"},
		{"a short secret", Web, []string{"AT_HOOK_SECRETS=hunter2secret"}, "AT_HOOK_SECRETS: each must have at least 24"},
		{"a secret that is no path segment", Web, []string{"AT_HOOK_SECRETS=hunter2secret/aaaaaaaaaaaaaaaaa"}, "AT_HOOK_SECRETS: may hold letters"},
		{"a network that is none", Web, []string{"AT_ALLOW_FROM=196.216.12.0/99"}, `AT_ALLOW_FROM: "196.216.12.0/99" is no network`},
		{"an unknown input style", Web, []string{"AT_INPUT_STYLE=both"}, "AT_INPUT_STYLE: must be one of: cumulative last"},
		{"a code that nobody can dial", Web, []string{"PUBLIC_CODE=483"}, "PUBLIC_CODE: must be like *483#"},
		{"half of Africa's Talking", Worker, []string{"AT_USERNAME="}, "AT_USERNAME: is not set, but what goes with it is"},
		{"half of Twilio", Worker, []string{"TWILIO_AUTH_TOKEN="}, "TWILIO_AUTH_TOKEN: is not set, but what goes with it is"},
		{"a token that the library refuses", Worker, []string{"TWILIO_AUTH_TOKEN=hunter2secret!"}, "TWILIO_AUTH_TOKEN: may hold letters and digits only"},
		{"no sender at Twilio", Worker, []string{"TWILIO_FROM="}, "TWILIO_FROM: is not set, nor is TWILIO_MESSAGING_SERVICE_SID"},
		{"two senders at Twilio", Worker, []string{"TWILIO_MESSAGING_SERVICE_SID=MG1"}, "TWILIO_FROM: is set, and so is"},
		{"replies to a name", Worker, []string{"TWILIO_TWO_WAY=true"}, "TWILIO_TWO_WAY: nobody can reply"},
		{"a sender too long", Worker, []string{"TWILIO_FROM=RIPOTI KENYA"}, "TWILIO_FROM: must be a number"},
		{"a switch that is neither", Worker, []string{"TWILIO_TWO_WAY=perhaps"}, "TWILIO_TWO_WAY: must be true or false"},
		{"alerts that nobody could answer", Worker, []string{"REPLY_SHORTCODE="}, "REPLY_SHORTCODE: is not set, but a sender"},
		{"Twilio without a way for receipts", Worker, []string{"PUBLIC_URL="}, "PUBLIC_URL: is not set: Twilio could not tell"},
		{"a sender without an account", Worker, []string{"SMS_SENDER=twilio", "TWILIO_ACCOUNT_SID=", "TWILIO_AUTH_TOKEN=", "TWILIO_FROM="}, "TWILIO_ACCOUNT_SID: is not set, but SMS_SENDER or SMS_ROUTES names twilio"},
		{"a sender and routes", Worker, []string{"SMS_SENDER=twilio", "SMS_ROUTES=*=twilio"}, "SMS_ROUTES: is set, and so is SMS_SENDER"},
		{"routes for some numbers only", Worker, []string{"SMS_ROUTES=+254=twilio"}, "SMS_ROUTES: no route for the other numbers"},
		{"a route to nobody", Worker, []string{"SMS_ROUTES=+254=;*=twilio"}, "SMS_ROUTES: \"+254=\" is no route"},
		{"a route by a stranger", Worker, []string{"SMS_ROUTES=*=pigeon"}, "SMS_ROUTES: \"*=pigeon\" is no route"},
		{"a route of no number", Worker, []string{"SMS_ROUTES=254=twilio;*=twilio"}, "SMS_ROUTES: \"254=twilio\" is no route"},
		{"a route by an account that is not set", Worker, []string{"SMS_ROUTES=*=africastalking", "AT_USERNAME=", "AT_API_KEY="}, "AT_API_KEY: is not set, but SMS_SENDER or SMS_ROUTES names"},
		{"an amount that is none", Worker, []string{"SMS_LOW_BALANCE=500"}, "SMS_LOW_BALANCE: \"500\" is no amount"},
		{"keys twice", Web, []string{"RIPOTI_KEYSET_FILE=/dev/null"}, "RIPOTI_KEYSET: is set, and so is"},
		{"a file that is not there", Web, []string{"RIPOTI_HELPLINES=/nowhere/at/all"}, "RIPOTI_HELPLINES: names no file"},
		{"a time that is none", Worker, []string{"TASK_CHECK_INTERVAL=often"}, "TASK_CHECK_INTERVAL: must be a time like"},
		{"a time too short", Worker, []string{"TASK_CHECK_INTERVAL=1ms"}, "TASK_CHECK_INTERVAL: must be at least 10ms"},
		{"a number that is none", Worker, []string{"WORKER_CONCURRENCY=many"}, "WORKER_CONCURRENCY: must be a whole number"},
		{"a weak metrics token", Web, []string{"METRICS_TOKEN=hunter2secret"}, "METRICS_TOKEN: must be at least 16 characters long"},
		{"an address nobody can listen on", Web, []string{"LISTEN_ADDR=8080"}, "LISTEN_ADDR: must be like :8080"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Load(complete(c.with...), c.role)
			if err == nil || !strings.Contains(err.Error(), "\n  "+c.want) {
				t.Errorf("err = %v, want %q", err, c.want)
			}
			if got := named(t, err); len(got) != 1 {
				t.Errorf("%d lines for one mistake: %v", len(got), err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2secret") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestKeysetFromAFileIsEnough(t *testing.T) {
	name := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(complete("RIPOTI_KEYSET=", "RIPOTI_KEYSET_FILE="+name), Web); err != nil {
		t.Error(err)
	}
}

func TestRoutes(t *testing.T) {
	noTwilio := []string{"TWILIO_ACCOUNT_SID=", "TWILIO_AUTH_TOKEN=", "TWILIO_FROM="}
	for _, c := range []struct {
		name   string
		with   []string
		routes string
	}{
		{"Twilio goes first where both are set", nil, "[{* [twilio africastalking]}]"},
		{"a chosen sender is alone", []string{"SMS_SENDER=africastalking"}, "[{* [africastalking]}]"},
		{"one account is enough", noTwilio, "[{* [africastalking]}]"},
		{"routes by number", []string{"SMS_ROUTES= +254=africastalking, twilio ; *=twilio"}, "[{+254 [africastalking twilio]} {* [twilio]}]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Load(complete(c.with...), Worker)
			if err != nil {
				t.Fatal(err)
			}
			if routes := fmt.Sprint(got.Routes()); routes != c.routes {
				t.Errorf("routes %s, want %s", routes, c.routes)
			}
		})
	}
}

func TestTwoWay(t *testing.T) {
	for _, c := range []struct {
		name   string
		with   []string
		sender string
		twoWay bool
	}{
		{"a name of Twilio's cannot be answered", nil, "twilio", false},
		{"a number of Twilio's can be two-way", []string{"TWILIO_FROM=+15005550006", "TWILIO_TWO_WAY=true"}, "twilio", true},
		{"a short code can be answered", nil, "africastalking", true},
		{"a name cannot", []string{"AT_SENDER=RIPOTI"}, "africastalking", false},
		{"the account's default sender cannot be trusted to", []string{"AT_SENDER="}, "africastalking", false},
		{"the simulator can", []string{"SMS_SENDER=simulator"}, "simulator", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Load(complete(c.with...), Worker)
			if err != nil {
				t.Fatal(err)
			}
			if got.TwoWay(c.sender) != c.twoWay {
				t.Errorf("two-way %v", got.TwoWay(c.sender))
			}
		})
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	c, err := Load(complete(), Web)
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for how, shown := range map[string]string{
		"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", c), "%#v": fmt.Sprintf("%#v", c), "JSON": string(asJSON),
		"%s": fmt.Sprintf("%s", []any{c.Stores.Database}), "%q": fmt.Sprintf("%q", c.Gateway.HookSecrets), "log": c.Keyset.Document.LogValue().String(),
	} {
		if strings.Contains(shown, "hunter2secret") {
			t.Errorf("%s shows a secret: %s", how, shown)
		}
	}
}

func TestEveryVariableIsTold(t *testing.T) {
	seen, fields := map[string]bool{}, map[string]bool{}
	table := Table()
	walk(reflect.TypeFor[Config](), func(path string, f reflect.StructField) {
		name := f.Tag.Get("env")
		if name == "" || seen[name] {
			t.Errorf("%s has no variable of its own", path)
		}
		seen[name] = true
		if len(f.Tag.Get("desc")) < 8 {
			t.Errorf("%s has no meaning", name)
		}
		if !strings.Contains(table, "| `"+name+"` |") {
			t.Errorf("%s is not in the table", name)
		}
		if f.Type.Kind() != reflect.String {
			if fields[f.Name] {
				t.Errorf("two fields are called %s: an unreadable value could not be told apart", f.Name)
			}
			fields[f.Name] = true
		}
		if section, _, _ := strings.Cut(path, "."); titles[section] == "" {
			t.Errorf("%s has no title", section)
		}
	})
}
