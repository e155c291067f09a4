// Package config is the environment as one struct: every variable with its default and its meaning,
// checked once when a role starts. Only cmd reads it and hands each room what it needs.
package config

import (
	"slices"
	"time"

	"ripoti/internal/ripoti"
)

// Role is what a process is started as; what must be set depends on it.
type Role string

const (
	Web     Role = "web"
	Worker  Role = "worker"
	Migrate Role = "migrate"
	// Dev is everything in one process with nothing installed: nothing must be set.
	Dev Role = "dev"
)

// Config is the environment. Tags of a field: env its variable, envDefault what holds where it is
// unset, dev what holds instead in Dev, need the roles that cannot start without it, validate what it
// must look like, desc its meaning for the operator.
type Config struct {
	Stores   Stores
	Keyset   Keyset
	Service  Service
	Gateway  AfricasTalking
	Twilio   Twilio
	Messages Messages
	Serving  Serving
	Working  Working
	Keeping  Keeping
}

// Stores are where things are kept.
type Stores struct {
	Database     Secret        `env:"DATABASE_URL" need:"web,worker,migrate" validate:"omitempty,startswith=postgres://|startswith=postgresql://|startswith=sqlite:" desc:"The durable truth: postgres://user:password@host/name, or sqlite:PATH for a pilot on one machine. ripoti dev keeps its own under -data."`
	Redis        Secret        `env:"REDIS_URL" need:"web,worker" validate:"omitempty,redis_url" desc:"Queues, dialogues and limits: redis://host:6379/0 (rediss:// for TLS), a Cluster as redis://host1,host2,host3, Sentinel as redis-sentinel://master@host1,host2 (password after the master's name; rediss-sentinel:// for TLS). ripoti dev brings its own."`
	PressTimeout time.Duration `env:"REDIS_PRESS_TIMEOUT" envDefault:"500ms" validate:"min=50ms,max=5s" desc:"How long one press waits for Redis before the dialogue goes on without it."`
	TaskTimeout  time.Duration `env:"REDIS_TASK_TIMEOUT" envDefault:"3s" validate:"min=100ms,max=30s" desc:"How long the queue waits for Redis."`
}

// Keyset is what numbers and narratives are sealed with.
type Keyset struct {
	Document Secret `env:"RIPOTI_KEYSET" desc:"The keys that numbers and narratives are sealed with, as ripoti keys new prints them. Lost keys cannot be replaced: keep a copy in a safe."`
	File     string `env:"RIPOTI_KEYSET_FILE" validate:"omitempty,file" desc:"A file that holds the keys, in place of RIPOTI_KEYSET."`
}

// Service is how people reach the service.
type Service struct {
	PublicURL      string `env:"PUBLIC_URL" need:"web" validate:"omitempty,base_url" desc:"The base of this service's addresses as gateways call them, such as https://ripoti.example.org: Twilio's signatures are checked against it and status callbacks are sent to it. No path, query or trailing slash."`
	PublicCode     string `env:"PUBLIC_CODE" envDefault:"*483#" validate:"ussd_code" desc:"The USSD code that reporters dial."`
	StaffCode      string `env:"STAFF_CODE" dev:"*484#" validate:"omitempty,ussd_code" desc:"The USSD code that officers and social workers dial, at the same gateway. Unset: there is no staff line."`
	ReplyShortcode string `env:"REPLY_SHORTCODE" validate:"omitempty,short_code" desc:"The number that officers text their answers to where the sender of alerts cannot be replied to."`
	Helplines      string `env:"RIPOTI_HELPLINES" validate:"omitempty,file" desc:"A file with the free help numbers of your country and the day each was last called, in place of those built in."`
}

// AfricasTalking is the gateway for USSD, and for SMS both ways.
type AfricasTalking struct {
	HookSecrets []Secret  `env:"AT_HOOK_SECRETS" dev:"dev" need:"web" validate:"dive,path_segment" desc:"The secret part of the hooks' path, /hooks/africastalking/SECRET/ussd: Africa's Talking signs nothing. At least 24 letters, digits, - or _. Several with commas between are valid at once, for changing them."`
	AllowFrom   []Network `env:"AT_ALLOW_FROM" desc:"Networks that may call the hooks, such as 196.216.12.0/24, with commas between. Unset: any."`
	InputStyle  string    `env:"AT_INPUT_STYLE" envDefault:"cumulative" validate:"oneof=cumulative last" desc:"Whether the gateway sends all answers of a call joined by * (cumulative) or the last one only (last)."`
	Username    string    `env:"AT_USERNAME" validate:"required_with=APIKey" desc:"The account that sends SMS by Africa's Talking."`
	APIKey      Secret    `env:"AT_API_KEY" validate:"required_with=Username" desc:"Its key."`
	Sender      string    `env:"AT_SENDER" validate:"omitempty,alphanum,max=11" desc:"The short code or the registered name that SMS come from. Unset: the account's default. A name cannot be replied to."`
	BaseURL     string    `env:"AT_BASE_URL" envDefault:"https://api.africastalking.com" validate:"base_url" desc:"Where SMS are handed over; https://api.sandbox.africastalking.com to try."`
}

// Twilio is a way out for SMS, and outside Kenya a way in.
type Twilio struct {
	AccountSID       string `env:"TWILIO_ACCOUNT_SID" validate:"required_with=AuthToken From MessagingService,omitempty,alphanum,startswith=AC" desc:"The account that sends SMS by Twilio."`
	AuthToken        Secret `env:"TWILIO_AUTH_TOKEN" validate:"required_with=AccountSID,omitempty,alphanum" desc:"Its auth token; Twilio's signatures are checked with it."`
	SecondaryToken   Secret `env:"TWILIO_AUTH_TOKEN_SECONDARY" validate:"omitempty,alphanum" desc:"The other auth token while it is being changed: signatures by either are taken."`
	From             string `env:"TWILIO_FROM" validate:"omitempty,e164|sender_name|numeric" desc:"The number or registered name that SMS come from, unless a Messaging Service chooses."`
	MessagingService string `env:"TWILIO_MESSAGING_SERVICE_SID" validate:"omitempty,alphanum,startswith=MG" desc:"The Messaging Service that chooses the sender."`
	TwoWay           bool   `env:"TWILIO_TWO_WAY" envDefault:"false" desc:"Whether people can reply to Twilio's sender. Not in Kenya, and never to a name."`
	BaseURL          string `env:"TWILIO_BASE_URL" envDefault:"https://api.twilio.com" validate:"base_url" desc:"Where SMS are handed over."`
}

// Messages is how SMS leave.
type Messages struct {
	Sender      string         `env:"SMS_SENDER" validate:"omitempty,oneof=twilio africastalking simulator" desc:"Who sends everything: twilio, africastalking, or simulator to send nothing at all. Unset: SMS_ROUTES, or else every provider whose account is set, Twilio first; the simulator in ripoti dev."`
	Routes      []Route        `env:"SMS_ROUTES" envSeparator:";" desc:"Who sends to which numbers, such as +254=africastalking,twilio;*=twilio: the longest beginning of a number decides (* is any number), and who comes first is tried first. The next one is tried when the one before answers errors or reports on nothing, until it heals."`
	LowBalance  []ripoti.Money `env:"SMS_LOW_BALANCE" desc:"What an account should not fall below, such as KES 500,USD 20: less is an alarm."`
	BundleAbove int            `env:"SMS_BUNDLE_ABOVE" envDefault:"3" validate:"min=0,max=100" desc:"How many reports in a minute reach one number in full; what comes after them waits 15 seconds and leaves as one message with the reports' numbers. Critical alerts never wait. 0: nothing is bundled."`
	Timeout     time.Duration  `env:"SMS_TIMEOUT" envDefault:"10s" validate:"min=1s,max=60s" desc:"How long a send waits for the provider before its outcome is called unknown."`
	Validity    time.Duration  `env:"SMS_VALIDITY" envDefault:"1h" validate:"min=1m,max=10h" desc:"How long Twilio may try to deliver an alert; later it would only mislead."`
}

// Serving is how the web role listens and tells of itself.
type Serving struct {
	Listen         string        `env:"LISTEN_ADDR" envDefault:":8080" dev:"127.0.0.1:8080" validate:"hostname_port|listen_any" desc:"The address to listen on."`
	Metrics        string        `env:"METRICS_ADDR" validate:"omitempty,hostname_port|listen_any" desc:"An address of its own for /metrics. Unset: with the rest, behind METRICS_TOKEN."`
	MetricsToken   Secret        `env:"METRICS_TOKEN" validate:"omitempty,min=16" desc:"The bearer token that /metrics asks for. Without it and METRICS_ADDR there is no /metrics."`
	TrustedProxies []Network     `env:"TRUSTED_PROXIES" desc:"Networks whose X-Forwarded-For is believed, with commas between."`
	LogLevel       string        `env:"LOG_LEVEL" envDefault:"info" validate:"oneof=debug info warn error" desc:"The least that is logged."`
	LogFormat      string        `env:"LOG_FORMAT" envDefault:"json" dev:"text" validate:"oneof=json text" desc:"One JSON object a line, or text for people."`
	FileTimeout    time.Duration `env:"FILE_TIMEOUT" envDefault:"2500ms" validate:"min=100ms,max=8s" desc:"How long a caller waits for the database before hearing that the report could not be saved."`
	CutAfter       time.Duration `env:"CUT_AFTER" envDefault:"45s" validate:"min=20s,max=180s" desc:"How long after the last press a call counts as cut, where the gateway does not tell."`
	Shutdown       time.Duration `env:"SHUTDOWN_TIMEOUT" envDefault:"20s" validate:"min=1s,max=120s" desc:"How long a stopping process finishes what it has begun."`
}

// Working is how the worker works.
type Working struct {
	Concurrency  int           `env:"WORKER_CONCURRENCY" envDefault:"16" validate:"min=1,max=512" desc:"How many tasks run at once."`
	TaskCheck    time.Duration `env:"TASK_CHECK_INTERVAL" envDefault:"50ms" validate:"min=10ms,max=5s" desc:"How often an idle queue is looked at: most of the time from the last press to the alert."`
	SweepEvery   time.Duration `env:"SWEEP_INTERVAL" envDefault:"10s" validate:"min=1s,max=30s" desc:"How often the database is searched for work that the queue forgot."`
	UnknownAlarm time.Duration `env:"UNKNOWN_SEND_ALARM" envDefault:"10m" validate:"min=1m,max=1h" desc:"How old a send of unknown outcome may grow before it is an alarm."`
}

// Keeping is how long things are kept, in days; docs/privacy.md has the whole table. The defaults are
// proposals for your data protection officer.
type Keeping struct {
	Numbers int `env:"KEEP_NUMBERS_DAYS" envDefault:"90" validate:"min=30,max=365" desc:"Days after a case is closed until the reporter's number is forgotten."`
	Content int `env:"KEEP_CONTENT_DAYS" envDefault:"730" validate:"min=365,max=3650" desc:"Days after a case is closed until what was told is forgotten. What a court may ask for is kept longer: ripoti subject keep."`
	Texts   int `env:"KEEP_TEXTS_DAYS" envDefault:"90" validate:"min=30,max=365" desc:"Days that texts and talks of strangers are kept that belong to no report."`
	Traces  int `env:"KEEP_TRACES_DAYS" envDefault:"365" validate:"min=90,max=1825" desc:"Days that messages about no report are kept: briefs, help, tests of numbers."`
}

// Routes are who sends to which numbers: SMS_ROUTES, else SMS_SENDER for all, else every provider whose
// account is set, Twilio first; none where nobody can send.
func (c Config) Routes() []Route {
	if len(c.Messages.Routes) > 0 {
		return c.Messages.Routes
	}
	var senders []string
	switch {
	case c.Messages.Sender != "":
		senders = []string{c.Messages.Sender}
	default:
		for _, name := range []string{"twilio", "africastalking"} {
			if c.account(name) {
				senders = append(senders, name)
			}
		}
	}
	if len(senders) == 0 {
		return nil
	}
	return []Route{{"*", senders}}
}

// Senders are all who are on a route, each once.
func (c Config) Senders() (names []string) {
	for _, route := range c.Routes() {
		for _, name := range route.Senders {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// account says whether a sender's account is set.
func (c Config) account(name string) bool {
	switch name {
	case "twilio":
		return c.Twilio.AccountSID != ""
	case "africastalking":
		return c.Gateway.APIKey != ""
	}
	return name == "simulator"
}

// TwoWay says whether people can reply to what a sender sends. The simulator's messages can be
// answered.
func (c Config) TwoWay(sender string) bool {
	switch sender {
	case "twilio":
		return c.Twilio.TwoWay
	case "africastalking":
		return digits(c.Gateway.Sender)
	}
	return true
}

// TwilioTokens are the tokens that signatures may be made with.
func (c Config) TwilioTokens() []string {
	var tokens []string
	for _, t := range []Secret{c.Twilio.AuthToken, c.Twilio.SecondaryToken} {
		if t != "" {
			tokens = append(tokens, t.Reveal())
		}
	}
	return tokens
}
