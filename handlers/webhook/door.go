package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
)

// Door is the proof of a gateway that signs nothing: a secret in the path, and addresses where the
// gateway publishes them.
type Door struct {
	secrets [][sha256.Size]byte
	allow   []netip.Prefix
	address func(*http.Request) netip.Addr
}

// NewDoor accepts any of the secrets, so that one can be replaced without a gap. An empty allow
// accepts every address; address tells a request's own (see handlers.Proxies).
func NewDoor(secrets []string, allow []netip.Prefix, address func(*http.Request) netip.Addr) *Door {
	d := &Door{allow: allow, address: address}
	if d.address == nil {
		d.address = RemoteAddr
	}
	for _, secret := range secrets {
		if secret != "" {
			d.secrets = append(d.secrets, sha256.Sum256([]byte(secret)))
		}
	}
	return d
}

// Opens says whether the request may come in. How long it takes tells nothing about the secret: all
// of them are compared, by their hashes.
func (d *Door) Opens(r *http.Request) bool {
	given := sha256.Sum256([]byte(r.PathValue("secret")))
	known := 0
	for i := range d.secrets {
		known |= subtle.ConstantTimeCompare(given[:], d.secrets[i][:])
	}
	return known == 1 && d.invited(r)
}

func (d *Door) invited(r *http.Request) bool {
	if len(d.allow) == 0 {
		return true
	}
	from := d.address(r).Unmap()
	for _, prefix := range d.allow {
		if prefix.Contains(from) {
			return true
		}
	}
	return false
}

// RemoteAddr is the address at the other end of the connection.
func RemoteAddr(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}
