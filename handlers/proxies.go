package handlers

import (
	"net/http"
	"net/netip"
	"strings"

	"ripoti/handlers/webhook"
)

// Proxies are the networks of proxies whose X-Forwarded-For is believed.
type Proxies []netip.Prefix

// Address is a request's own address: the one at the other end of the connection or, where that is a
// proxy we trust, the nearest one it forwards for that is none of them. What stands further away
// anybody could have written.
func (p Proxies) Address(r *http.Request) netip.Addr {
	at := webhook.RemoteAddr(r)
	if !p.trust(at) {
		return at
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return at
		}
		if at = hop.Unmap(); !p.trust(at) {
			return at
		}
	}
	return at
}

func (p Proxies) trust(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}
