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
	if commonMobile(s) {
		return Phone(s), nil
	}
	if strings.HasPrefix(s, " ") || len(s) > 32 {
		return "", Invalid("phone.unreadable", nil)
	}
	n, err := phonenumbers.Parse(s, Region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", Invalid("phone.unreadable", nil)
	}
	return Phone(phonenumbers.Format(n, phonenumbers.E164)), nil
}

// commonMobile says that s is a Kenyan mobile number of the 07 range as gateways write it:
// "+2547" and eight digits, all of which are valid. Nearly every press comes from one, and reading
// it with all the rules of the world costs as much as the rest of the press; a test holds this up
// against them.
func commonMobile(s string) bool {
	const prefix, length = "+2547", 13
	if len(s) != length || s[:len(prefix)] != prefix {
		return false
	}
	for i := len(prefix); i < length; i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
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
