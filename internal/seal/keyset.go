package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// handles are the three keysets of one document.
type handles struct {
	numbers, narratives, hashes *keyset.Handle
}

// document is how they are written down: Tink's own JSON, in clear. Who holds it can open everything,
// so it belongs into the secret store of the host and nowhere else.
type document struct {
	Numbers    json.RawMessage `json:"numbers"`
	Narratives json.RawMessage `json:"narratives"`
	Hashes     json.RawMessage `json:"hashes"`
}

// New makes fresh keys.
func New() (*Keys, error) {
	return (handles{}).with(func(_ *keyset.Handle, kind *tinkpb.KeyTemplate) (*keyset.Handle, error) {
		return keyset.NewHandle(kind)
	})
}

// Rotate gives keys that seal and hash with new material and still open and recognise what the old
// ones made. The receiver stays as it is.
func (k *Keys) Rotate() (*Keys, error) { return k.handles.with(addKey) }

// with makes keys of the three keysets, each as grow gives it for its kind.
func (h handles) with(grow func(*keyset.Handle, *tinkpb.KeyTemplate) (*keyset.Handle, error)) (*Keys, error) {
	var grown handles
	for _, part := range []struct {
		to   **keyset.Handle
		from *keyset.Handle
		kind *tinkpb.KeyTemplate
	}{
		{&grown.numbers, h.numbers, aead.AES256GCMKeyTemplate()},
		{&grown.narratives, h.narratives, aead.AES256GCMKeyTemplate()},
		{&grown.hashes, h.hashes, prf.HMACSHA256PRFKeyTemplate()},
	} {
		made, err := grow(part.from, part.kind)
		if err != nil {
			return nil, fmt.Errorf("make a key: %w", err)
		}
		*part.to = made
	}
	return grown.keys()
}

func addKey(h *keyset.Handle, kind *tinkpb.KeyTemplate) (*keyset.Handle, error) {
	m := keyset.NewManagerFromHandle(h)
	id, err := m.Add(kind)
	if err != nil {
		return nil, err
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, err
	}
	return m.Handle()
}

// Open reads keys from a document as Document writes it, or from its plain JSON. No error quotes
// anything of the document.
func Open(text string) (*Keys, error) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errors.New("keyset: neither JSON nor base64")
		}
		text = string(raw)
	}
	var doc document
	if json.Unmarshal([]byte(text), &doc) != nil {
		return nil, errors.New("keyset: not a JSON object of numbers, narratives and hashes")
	}
	var h handles
	for _, part := range []struct {
		name string
		raw  json.RawMessage
		to   **keyset.Handle
	}{{"numbers", doc.Numbers, &h.numbers}, {"narratives", doc.Narratives, &h.narratives}, {"hashes", doc.Hashes, &h.hashes}} {
		handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(part.raw)))
		if err != nil {
			return nil, fmt.Errorf("keyset: %s: missing or unreadable", part.name)
		}
		*part.to = handle
	}
	return h.keys()
}

// keys builds what works with the keysets, once: it is costly, using it is not.
func (h handles) keys() (*Keys, error) {
	numbers, err := newBox(h.numbers)
	if err != nil {
		return nil, errors.New("keyset: numbers: not a keyset for sealing")
	}
	narratives, err := newBox(h.narratives)
	if err != nil {
		return nil, errors.New("keyset: narratives: not a keyset for sealing")
	}
	index, err := prf.NewPRFSet(h.hashes)
	if err != nil {
		return nil, errors.New("keyset: hashes: not a keyset for keyed hashes")
	}
	return &Keys{Numbers: numbers, Narratives: narratives, index: index, handles: h}, nil
}

// Document writes the keys down in clear, as one line of base64 that fits an environment variable.
func (k *Keys) Document() (string, error) {
	var doc document
	for _, part := range []struct {
		from *keyset.Handle
		to   *json.RawMessage
	}{{k.handles.numbers, &doc.Numbers}, {k.handles.narratives, &doc.Narratives}, {k.handles.hashes, &doc.Hashes}} {
		var b bytes.Buffer
		if err := insecurecleartextkeyset.Write(part.from, keyset.NewJSONWriter(&b)); err != nil {
			return "", fmt.Errorf("write the keyset: %w", err)
		}
		*part.to = b.Bytes()
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return "", fmt.Errorf("write the keyset: %w", err)
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

// Newest gives keys that seal and open with the newest material only: what older keys sealed does not
// open any more. The keys of the hashes stay, for a number that is kept as a hash alone cannot be
// hashed again.
func (k *Keys) Newest() (*Keys, error) {
	grown := k.handles
	for _, part := range []**keyset.Handle{&grown.numbers, &grown.narratives} {
		m := keyset.NewManagerFromHandle(*part)
		primary, err := (*part).Primary()
		if err != nil {
			return nil, fmt.Errorf("newest key: %w", err)
		}
		for i := range (*part).Len() {
			entry, err := (*part).Entry(i)
			if err != nil {
				return nil, fmt.Errorf("newest key: %w", err)
			}
			if entry.KeyID() == primary.KeyID() {
				continue
			}
			if err := m.Delete(entry.KeyID()); err != nil {
				return nil, fmt.Errorf("drop a key: %w", err)
			}
		}
		if *part, err = m.Handle(); err != nil {
			return nil, fmt.Errorf("newest key: %w", err)
		}
	}
	return grown.keys()
}
