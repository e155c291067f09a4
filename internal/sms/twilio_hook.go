package sms

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
)

// TwilioOurID is the word of a status callback's query that carries Message.ID.
const TwilioOurID = "id"

// TwilioVerifier checks that a request comes from Twilio.
type TwilioVerifier struct {
	account string
	tokens  []string
}

// NewTwilioVerifier takes signatures by any of the tokens: two while the auth token is being
// changed. With an account, requests of another one are refused too. Without a token everything is
// refused.
func NewTwilioVerifier(account string, tokens ...string) TwilioVerifier {
	return TwilioVerifier{account, slices.DeleteFunc(slices.Clone(tokens), func(t string) bool { return t == "" })}
}

// Verify says whether signature (the header X-Twilio-Signature) is Twilio's over the address and the
// posted form. The address is the configured public base and the raw request URI, never what a
// header claims. Twilio is not consistent about ports, so the address counts with and without the
// port of its scheme. Comparison takes constant time.
func (v TwilioVerifier) Verify(address string, form url.Values, signature string) bool {
	if v.account != "" && form.Get("AccountSid") != v.account {
		return false
	}
	tail := signedForm(form)
	genuine := 0
	for _, variant := range portVariants(address) {
		for _, token := range v.tokens {
			genuine |= subtle.ConstantTimeCompare([]byte(sign(token, variant+tail)), []byte(signature))
		}
	}
	return genuine == 1
}

// TwilioSignature signs as Twilio does: for tests and pretend Twilios.
func TwilioSignature(token, address string, form url.Values) string {
	return sign(token, address+signedForm(form))
}

func sign(token, text string) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signedForm strings names and values together: names sorted, of a name with several values each
// different one, sorted, with the name before it.
func signedForm(form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, name := range names {
		values := slices.Clone(form[name])
		sort.Strings(values)
		for _, value := range slices.Compact(values) {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	return b.String()
}

var schemePorts = map[string]string{"https": ":443", "http": ":80"}

// portVariants are the address as it is, and with the port of its scheme taken off or put on. Nothing
// else of it is touched, as a single byte that is written otherwise changes the signature.
func portVariants(address string) []string {
	address, _, _ = strings.Cut(address, "#")
	scheme, rest, _ := strings.Cut(address, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host, path, port := rest[:end], rest[end:], schemePorts[scheme]
	if bare, had := strings.CutSuffix(host, port); had && port != "" {
		return []string{address, scheme + "://" + bare + path}
	}
	if colon := strings.LastIndexByte(host, ':'); colon > strings.LastIndexByte(host, ']') {
		return []string{address, scheme + "://" + host[:colon] + path}
	}
	return []string{address, scheme + "://" + host + port + path}
}

// twilioStatuses are Twilio's words for where a message stands.
var twilioStatuses = map[string]Status{
	"accepted": Taken, "scheduled": Taken, "queued": Taken, "sending": Taken, "sent": Taken,
	"partially_delivered": Taken,
	"delivered":           Delivered, "read": Delivered,
	"undelivered": Failed, "failed": Failed, "canceled": Failed,
}

// TwilioReceipt reads a status callback: its query and its form. The error is Invalid where it names
// no message or a status that means nothing to us; such a callback is to be acknowledged all the
// same.
func TwilioReceipt(query, form url.Values) (Receipt, error) {
	status, known := twilioStatuses[first(form, "MessageStatus", "SmsStatus")]
	r := Receipt{
		Provider: TwilioName, ProviderID: first(form, "MessageSid", "SmsSid"),
		OurID: query.Get(TwilioOurID), Status: status, Reason: form.Get("ErrorCode"),
	}
	if !known || !nameable(r.ProviderID) || len(r.OurID) > longestID || len(r.Reason) > longestID {
		return Receipt{}, ripoti.Invalid("receipt.unreadable", nil)
	}
	return r, nil
}

// TwilioInbound reads a text message that Twilio posts. Twilio tells no time: At is left to the
// caller. The error is Invalid where it has no id or no sender.
func TwilioInbound(form url.Values) (Inbound, error) {
	media, _ := strconv.Atoi(form.Get("NumMedia"))
	return inbound(Inbound{
		Provider: TwilioName, ProviderID: first(form, "MessageSid", "SmsMessageSid", "SmsSid"),
		From: form.Get("From"), To: form.Get("To"), Body: form.Get("Body"), Media: max(media, 0),
	})
}

// longestID is longer than any provider's id, code or address.
const longestID = 128

func inbound(in Inbound) (Inbound, error) {
	if !nameable(in.ProviderID) || in.From == "" || len(in.From) > longestID || len(in.To) > longestID {
		return Inbound{}, ripoti.Invalid("inbound.unreadable", nil)
	}
	return in, nil
}

// nameable says that an id can be kept as a key: visible ASCII, not too long.
func nameable(id string) bool {
	return id != "" && len(id) <= longestID && strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// first is the first of the values that is there.
func first(form url.Values, names ...string) string {
	for _, name := range names {
		if v := form.Get(name); v != "" {
			return v
		}
	}
	return ""
}
