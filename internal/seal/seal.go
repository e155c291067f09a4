// Package seal keeps numbers and stories unreadable at rest, and lets a number be recognised without
// being kept. Numbers and narratives have keysets of their own, so that who may read stories need
// not be able to read numbers.
package seal

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrSealed says that sealed bytes cannot be opened: another key, another context, or they were
// changed. Which of these is not told.
var ErrSealed = errors.New("cannot be opened with these keys in this place")

// Keys is all that a process needs to seal, open and recognise. It is built once and safe for
// concurrent use; printed or logged it shows nothing of itself.
type Keys struct {
	Numbers    *Box // phone numbers
	Narratives *Box // stories, landmarks, typed places, unfinished dialogues
	index      *prf.Set
	handles    handles
}

// String keeps keys out of what is printed.
func (k *Keys) String() string { return "keys" }

// GoString keeps keys out of %#v.
func (k *Keys) GoString() string { return k.String() }

// LogValue keeps keys out of structured logs.
func (k *Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }

// Box seals and opens bytes with AES-256-GCM. What it seals is 33 bytes longer than the plain bytes.
type Box struct {
	aead    tink.AEAD
	primary uint32
}

// Seal makes plain unreadable. The context names the one place the sealed bytes belong to, such as
// "report/0192…/more": moved to another row or field they do not open any more.
func (b *Box) Seal(plain []byte, context string) ([]byte, error) {
	sealed, err := b.aead.Encrypt(plain, []byte(context))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Open gives back what was sealed in the same context, also under a key that was replaced since. The
// error is ErrSealed.
func (b *Box) Open(sealed []byte, context string) ([]byte, error) {
	plain, err := b.aead.Decrypt(sealed, []byte(context))
	if err != nil {
		return nil, fmt.Errorf("open: %w", ErrSealed)
	}
	return plain, nil
}

// Current says whether sealed bytes lie under the newest key. Those that do not are to be sealed
// again before an old key is taken out of the keyset.
func (b *Box) Current(sealed []byte) bool {
	id, ok := keyID(sealed)
	return ok && id == b.primary
}

func newBox(h *keyset.Handle) (*Box, error) {
	primitive, err := aead.New(h)
	if err != nil {
		return nil, err
	}
	entry, err := h.Primary()
	if err != nil {
		return nil, err
	}
	return &Box{aead: primitive, primary: entry.KeyID()}, nil
}
