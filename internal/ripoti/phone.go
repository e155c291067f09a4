package ripoti

import (
	"log/slog"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a number in E.164 form ("+254711000001"). Printed or logged it shows itself masked, so
// that no log line, error or page can leak it by accident; Dial gives the digits to those who must
// have them: the sender of an SMS and the seal.
type Phone string

// Region is the country whose national form ("0711000001") is understood without a prefix.
const Region = "KE"

// ParsePhone reads a number as a gateway or a person writes it. A space where a plus was meant (an
// unencoded form value) is refused, not repaired in silence. Short codes and alphanumeric senders
// are no phones: the error is Invalid.
func ParsePhone(s string) (Phone, error) {
	if strings.HasPrefix(s, " ") || len(s) > 32 {
		return "", Invalid("phone.unreadable", nil)
	}
	n, err := phonenumbers.Parse(s, Region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", Invalid("phone.unreadable", nil)
	}
	return Phone(phonenumbers.Format(n, phonenumbers.E164)), nil
}

// Dial gives the number in full, for sending to it.
func (p Phone) Dial() string { return string(p) }

// String masks all but the country prefix and the last two digits: "+254…01".
func (p Phone) String() string {
	if len(p) < 8 {
		return "…"
	}
	return string(p[:4]) + "…" + string(p[len(p)-2:])
}

// GoString keeps %#v from telling more than %s.
func (p Phone) GoString() string { return p.String() }

// LogValue masks the number in structured logs.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.String()) }
