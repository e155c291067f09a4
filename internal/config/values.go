package config

import (
	"fmt"
	"log/slog"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Secret is a value that is never printed: shown in any way it is "…". Spaces and line breaks around
// it, which secret stores like to add, are no part of it.
type Secret string

// Reveal gives the value to whom it is for.
func (s Secret) Reveal() string { return string(s) }

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "…"
}

// GoString hides the value from %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the value in structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the value in JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the value without the space around it.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = Secret(strings.TrimSpace(string(text)))
	return nil
}

// Network is a range of addresses. A single address is a range of one.
type Network struct{ netip.Prefix }

// UnmarshalText reads "196.216.12.0/24" or "196.216.12.7".
func (n *Network) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if addr, err := netip.ParseAddr(s); err == nil {
		n.Prefix = netip.PrefixFrom(addr, addr.BitLen())
		return nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return fmt.Errorf("%q is no network: write it like 196.216.12.0/24", s)
	}
	n.Prefix = p
	return nil
}

// Route is who sends to numbers that begin with Prefix ("*" is any number), in the order to try.
type Route struct {
	Prefix  string
	Senders []string
}

// prefix is how a route's numbers may begin.
var prefix = regexp.MustCompile(`^(\*|\+[1-9][0-9]{0,14})$`)

// UnmarshalText reads "+254=africastalking,twilio".
func (r *Route) UnmarshalText(text []byte) error {
	begin, senders, _ := strings.Cut(strings.TrimSpace(string(text)), "=")
	*r = Route{Prefix: strings.TrimSpace(begin)}
	for _, name := range strings.Split(senders, ",") {
		r.Senders = append(r.Senders, strings.TrimSpace(name))
	}
	known := func(name string) bool { return slices.Contains(senderNames, name) }
	if !prefix.MatchString(r.Prefix) || slices.ContainsFunc(r.Senders, func(name string) bool { return !known(name) }) {
		return fmt.Errorf("%q is no route: write it like +254=africastalking,twilio or *=twilio", text)
	}
	return nil
}

// senderNames are all who can send.
var senderNames = []string{"twilio", "africastalking", "simulator"}

// Prefixes are the ranges of networks.
func Prefixes(networks []Network) []netip.Prefix {
	out := make([]netip.Prefix, len(networks))
	for i, n := range networks {
		out[i] = n.Prefix
	}
	return out
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
