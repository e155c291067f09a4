package config

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Trouble is everything that is missing or wrong, a line each: "PUBLIC_URL: is not set". No line
// shows the value of a Secret.
type Trouble []string

func (t Trouble) Error() string {
	return "the environment is not complete:\n  " + strings.Join(t, "\n  ")
}

// Load reads the environment (as os.Environ gives it) for a role and checks all of it. The error is
// a Trouble that names everything that is missing or wrong, so that one run tells all. The Config is
// of use only without an error.
func Load(environ []string, role Role) (Config, error) {
	vars := env.ToMap(environ)
	if role == Dev {
		walk(reflect.TypeFor[Config](), func(_ string, f reflect.StructField) {
			if name := f.Tag.Get("env"); vars[name] == "" && f.Tag.Get("dev") != "" {
				vars[name] = f.Tag.Get("dev")
			}
		})
	}
	var c Config
	var trouble Trouble
	if err := env.ParseWithOptions(&c, env.Options{Environment: vars}); err != nil {
		trouble = append(trouble, unread(err)...)
	}
	trouble = append(trouble, missing(vars, role)...)
	trouble = append(trouble, invalid(c)...)
	trouble = append(trouble, broken(c, role)...)
	if len(trouble) > 0 {
		return c, trouble.firsts()
	}
	return c, nil
}

// firsts keeps the first line of each variable, in the order of their names: what comes after it is
// mostly its consequence.
func (t Trouble) firsts() Trouble {
	seen := map[string]bool{}
	t = slices.DeleteFunc(t, func(line string) bool {
		name, _, _ := strings.Cut(line, ":")
		defer func() { seen[name] = true }()
		return seen[name]
	})
	slices.Sort(t)
	return t
}

// walk calls f for every variable, with its path in Config ("Stores.Database").
func walk(t reflect.Type, f func(path string, field reflect.StructField)) {
	for section := range t.Fields() {
		for field := range section.Type.Fields() {
			f(section.Name+"."+field.Name, field)
		}
	}
}

// unread says which variables could not be read as what they are. Field names of such types are
// unique in Config, as the library names the field alone.
func unread(err error) (trouble Trouble) {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return Trouble{err.Error()}
	}
	for _, e := range all.Errors {
		var parse env.ParseError
		if !errors.As(e, &parse) {
			trouble = append(trouble, e.Error())
			continue
		}
		walk(reflect.TypeFor[Config](), func(_ string, f reflect.StructField) {
			if f.Name == parse.Name && f.Type == parse.Type {
				trouble = append(trouble, f.Tag.Get("env")+": "+reading(f, parse.Err))
			}
		})
	}
	return trouble
}

// reading says what a variable must be that could not be read.
func reading(f reflect.StructField, err error) string {
	switch f.Type {
	case reflect.TypeFor[bool]():
		return "must be true or false"
	case reflect.TypeFor[int]():
		return "must be a whole number"
	case reflect.TypeFor[time.Duration]():
		return "must be a time like 500ms, 10s or 1h"
	}
	return err.Error()
}

// missing says which variables the role needs and does not have.
func missing(vars map[string]string, role Role) (trouble Trouble) {
	walk(reflect.TypeFor[Config](), func(_ string, f reflect.StructField) {
		needed := slices.Contains(strings.Split(f.Tag.Get("need"), ","), string(role))
		if name := f.Tag.Get("env"); needed && strings.TrimSpace(vars[name]) == "" {
			trouble = append(trouble, name+": is not set")
		}
	})
	return trouble
}

// rule is what must hold between several variables.
type rule struct {
	roles  []Role
	broken func(Config) bool
	say    string
}

var serving = []Role{Web, Worker}

// rules are checked after each variable for itself.
var rules = []rule{
	{serving, func(c Config) bool { return c.Keyset.Document == "" && c.Keyset.File == "" },
		"RIPOTI_KEYSET: is not set, nor is RIPOTI_KEYSET_FILE: make keys with ripoti keys new"},
	{[]Role{Web, Worker, Dev}, func(c Config) bool { return c.Keyset.Document != "" && c.Keyset.File != "" },
		"RIPOTI_KEYSET: is set, and so is RIPOTI_KEYSET_FILE: set one of them"},
	{serving, func(c Config) bool { return len(c.Routes()) == 0 },
		"SMS_SENDER: nobody can send SMS: set TWILIO_ACCOUNT_SID and what goes with it, or AT_USERNAME and AT_API_KEY"},
	{[]Role{Web, Worker, Dev}, func(c Config) bool { return len(c.Messages.Routes) > 0 && c.Messages.Sender != "" },
		"SMS_ROUTES: is set, and so is SMS_SENDER: set one of them"},
	{[]Role{Web, Worker, Dev}, func(c Config) bool { return len(c.Routes()) > 0 && !c.anyNumber() },
		"SMS_ROUTES: no route for the other numbers: add one like *=twilio"},
	{[]Role{Web, Worker, Dev}, func(c Config) bool { return c.sends("twilio") && c.Twilio.AccountSID == "" },
		"TWILIO_ACCOUNT_SID: is not set, but SMS_SENDER or SMS_ROUTES names twilio"},
	{[]Role{Web, Worker, Dev}, func(c Config) bool { return c.sends("africastalking") && c.Gateway.APIKey == "" },
		"AT_API_KEY: is not set, but SMS_SENDER or SMS_ROUTES names africastalking"},
	{[]Role{Web, Worker, Dev}, func(c Config) bool {
		return c.Twilio.AccountSID != "" && c.Twilio.From == "" && c.Twilio.MessagingService == ""
	}, "TWILIO_FROM: is not set, nor is TWILIO_MESSAGING_SERVICE_SID: SMS need a sender"},
	{[]Role{Web, Worker, Dev}, func(c Config) bool { return c.Twilio.From != "" && c.Twilio.MessagingService != "" },
		"TWILIO_FROM: is set, and so is TWILIO_MESSAGING_SERVICE_SID: set one of them"},
	{[]Role{Web, Worker, Dev}, func(c Config) bool {
		return c.Twilio.TwoWay && c.Twilio.From != "" && !digits(strings.TrimPrefix(c.Twilio.From, "+"))
	}, "TWILIO_TWO_WAY: nobody can reply to the name in TWILIO_FROM"},
	{serving, func(c Config) bool {
		return c.Service.ReplyShortcode == "" && slices.ContainsFunc(c.Senders(), func(name string) bool { return !c.TwoWay(name) })
	}, "REPLY_SHORTCODE: is not set, but a sender of alerts cannot be replied to: officers would have no way to answer"},
	{[]Role{Worker}, func(c Config) bool { return c.sends("twilio") && c.Service.PublicURL == "" },
		"PUBLIC_URL: is not set: Twilio could not tell whether an alert was delivered"},
	{serving, func(c Config) bool {
		return c.Service.PublicURL != "" && !strings.HasPrefix(c.Service.PublicURL, "https://")
	}, "PUBLIC_URL: must begin with https://"},
	{serving, func(c Config) bool {
		return slices.ContainsFunc(c.Gateway.HookSecrets, func(s Secret) bool { return len(s) < 24 })
	}, "AT_HOOK_SECRETS: each must have at least 24 letters, digits, - or _"},
}

// sends says whether somebody is on a route.
func (c Config) sends(name string) bool { return slices.Contains(c.Senders(), name) }

// anyNumber says whether there is a route for every number.
func (c Config) anyNumber() bool {
	return slices.ContainsFunc(c.Routes(), func(r Route) bool { return r.Prefix == "*" })
}

func broken(c Config, role Role) (trouble Trouble) {
	for _, r := range rules {
		if slices.Contains(r.roles, role) && r.broken(c) {
			trouble = append(trouble, r.say)
		}
	}
	return trouble
}
