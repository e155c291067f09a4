package casework

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"ripoti/flows"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
	"ripoti/internal/tasks"
)

// What a PIN of the staff line is worth (domain brief 7.2): its digits are few; what protects them is
// the lock, and that the hash is sealed, so that a copy of the database alone lets nobody guess.

// The cost of a hash: argon2id as OWASP advises for servers, some 30 ms and 19 MiB.
const (
	argonTime   = 2
	argonMemory = 19 << 10 // KiB
	argonLanes  = 1
	argonBytes  = 32
	saltBytes   = 16
)

// DefaultHashing is how many PINs are hashed at once: a morning's shift that logs in together waits
// in turn instead of filling the memory.
const DefaultHashing = 2

// Hashing lets few hash at once, as each takes 19 MiB. A nil one lets everybody.
type Hashing chan struct{}

// NewHashing lets n hash at once.
func NewHashing(n int) Hashing { return make(Hashing, n) }

// hash is the argon2id of a PIN. It waits for its turn until ctx ends.
func (h Hashing) hash(ctx context.Context, pin string, salt []byte) ([]byte, error) {
	if h != nil {
		select {
		case h <- struct{}{}:
			defer func() { <-h }()
		case <-ctx.Done():
			return nil, fmt.Errorf("hash: %w", ctx.Err())
		}
	}
	return argon2.IDKey([]byte(pin), salt, argonTime, argonMemory, argonLanes, argonBytes), nil
}

// secretForm is how a hash is kept, with what it cost: "argon2id$2$19456$1$salt$hash".
const secretForm = "argon2id$%d$%d$%d$"

var secretHead = fmt.Sprintf(secretForm, argonTime, argonMemory, argonLanes)

func (h Hashing) secret(ctx context.Context, pin string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	sum, err := h.hash(ctx, pin, salt)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return secretHead + enc.EncodeToString(salt) + "$" + enc.EncodeToString(sum), nil
}

// matches compares in the same time whether there is a PIN or none. A hash of another cost is no match:
// its owner needs a new one-time code.
func (h Hashing) matches(ctx context.Context, pin, secret string) (bool, error) {
	salt, want := make([]byte, saltBytes), []byte(nil)
	if rest, ok := strings.CutPrefix(secret, secretHead); ok {
		s, sum, _ := strings.Cut(rest, "$")
		given, err1 := base64.RawStdEncoding.DecodeString(s)
		kept, err2 := base64.RawStdEncoding.DecodeString(sum)
		if err := errors.Join(err1, err2); err == nil {
			salt, want = given, kept
		}
	}
	sum, err := h.hash(ctx, pin, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(sum, want) == 1, nil
}

// guessed is what was found out about a typed PIN before the transaction that counts it: hashing must
// hold up no database.
type guessed struct {
	right  bool
	secret string // of the PIN it was held against
}

func (d *Desk) guess(ctx context.Context, who Staff, pin string) (guessed, error) {
	p, err := d.Store.PIN(ctx, who.Phone)
	if err != nil {
		return guessed{}, err
	}
	right, err := d.Hashing.matches(ctx, pin, p.Secret)
	return guessed{right && valid(p, who), p.Secret}, err
}

// valid says that the PIN was given to one of those who answer the number now: a number that has gone
// to somebody else takes no PIN along.
func valid(p store.PIN, who Staff) bool {
	return p.Secret != "" && slices.ContainsFunc(who.Contacts, func(c ripoti.Contact) bool { return c.ID == p.ContactID })
}

// logIn counts a try and says whether it opens: "", StaffWrong or StaffLocked.
func (d *Desk) logIn(ctx context.Context, tx *store.Tx, who Staff, g guessed) (result string, left int, err error) {
	p, err := tx.PIN(ctx, who.Phone)
	switch {
	case err != nil:
		return "", 0, err
	case !p.LockedAt.IsZero():
		return flows.StaffLocked, 0, nil
	case p.Secret != g.secret || !valid(p, who):
		return flows.StaffWrong, pinTries, nil // there is none, or it was changed this moment
	case g.right && p.Tries == 0:
		return "", 0, nil
	case g.right:
		p.Tries = 0
		return "", 0, tx.SavePIN(ctx, p)
	}
	p.Tries++
	if p.Tries < pinTries {
		return flows.StaffWrong, pinTries - p.Tries, tx.SavePIN(ctx, p)
	}
	p.LockedAt = d.Now()
	return flows.StaffLocked, 0, errors.Join(tx.SavePIN(ctx, p), tx.AddPINEvent(ctx, p.ContactID, "locked", p.ContactID))
}

// redeem says whether a one-time code is right: "" or StaffWrong. It stays good until a PIN is chosen
// with it, so that a call that is cut costs nothing.
func (d *Desk) redeem(ctx context.Context, tx *store.Tx, who Staff, code string) (result string, p store.PIN, err error) {
	p, err = tx.PIN(ctx, who.Phone)
	if err != nil {
		return "", p, err
	}
	mine := slices.ContainsFunc(who.Contacts, func(c ripoti.Contact) bool { return c.ID == p.ContactID })
	right := 0
	for _, hash := range d.Store.CodeHashes(who.Phone, code) {
		right |= subtle.ConstantTimeCompare([]byte(hash), []byte(p.CodeHash))
	}
	switch {
	case p.CodeHash == "" || !mine || !d.Now().Before(p.CodeUntil):
		return flows.StaffWrong, p, nil
	case right == 1:
		return "", p, nil
	}
	if p.CodeTries++; p.CodeTries >= codeTries {
		p.CodeHash, p.CodeUntil = "", time.Time{}
		if err := tx.AddPINEvent(ctx, p.ContactID, "code_void", p.ContactID); err != nil {
			return "", p, err
		}
	}
	return flows.StaffWrong, p, tx.SavePIN(ctx, p)
}

// setPIN makes a PIN that was chosen the number's. Without a one-time code its caller must be in.
func (d *Desk) setPIN(ctx context.Context, tx *store.Tx, who Staff, pin, secret, code string) (result string, err error) {
	if weakFor(pin, who.Phone) {
		return flows.StaffWeak, nil
	}
	p, err := tx.PIN(ctx, who.Phone)
	if err != nil {
		return "", err
	}
	kind := "changed"
	if code != "" {
		if result, p, err = d.redeem(ctx, tx, who, code); err != nil || result != "" {
			return flows.StaffExpired, err
		}
		kind = "set"
	} else if !valid(p, who) || !p.LockedAt.IsZero() {
		return flows.StaffLocked, nil
	}
	if !p.LockedAt.IsZero() {
		kind = "unlocked"
	}
	p.Secret, p.SetAt, p.Tries, p.LockedAt = secret, d.Now(), 0, time.Time{}
	p.CodeHash, p.CodeUntil, p.CodeTries = "", time.Time{}, 0
	return "", errors.Join(tx.SavePIN(ctx, p), tx.AddPINEvent(ctx, p.ContactID, kind, p.ContactID))
}

// weakFor says that a PIN is soon guessed: by anybody, or by who knows the number.
func weakFor(pin string, phone ripoti.Phone) bool {
	return flows.WeakPIN(pin) || strings.Contains(phone.Dial(), pin)
}

// GiveCode sends a contact a one-time code, with which a PIN is chosen, changed or unlocked. It goes to
// the contact's own number and to nobody else: who asks for it does not see it. by names the coordinator
// who asked, for the record. A code given before is void.
//
// It is not_found for an unknown contact and a conflict for one whose number gets no texts.
func (d *Desk) GiveCode(ctx context.Context, contactID, by string) error {
	c, err := d.Store.ContactByID(ctx, contactID)
	if err != nil {
		return fmt.Errorf("code: %w", err)
	}
	if !c.Answerable() {
		return fmt.Errorf("code: %w", ripoti.Conflict("staff.unreachable", errors.New("the contact is not active, has no verified number or texted STOP")))
	}
	code, err := newCode()
	if err != nil {
		return fmt.Errorf("code: %w", err)
	}
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		p, err := tx.PIN(ctx, c.Phone)
		if err != nil {
			return err
		}
		if p.ContactID != c.ID && !d.sameOwner(ctx, p.ContactID, c) {
			p.Secret, p.Tries, p.LockedAt = "", 0, time.Time{} // the number has gone to somebody else
		}
		p.ContactID = c.ID
		p.CodeHash, p.CodeUntil, p.CodeTries = d.Store.CodeHashes(c.Phone, code)[0], d.Now().Add(codeValid), 0
		if err := errors.Join(tx.SavePIN(ctx, p), tx.AddPINEvent(ctx, c.ID, "code", by)); err != nil {
			return err
		}
		return d.post(ctx, tx, c, flows.SayStaffCode, flows.Facts{OneTime: code}, about{}, tasks.Critical, d.Now())
	})
	if err != nil {
		return fmt.Errorf("code: %w", err)
	}
	if d.Wake != nil {
		d.Wake()
	}
	return nil
}

// sameOwner says that a contact who got a PIN before still answers the number of c.
func (d *Desk) sameOwner(ctx context.Context, before string, c ripoti.Contact) bool {
	old, err := d.Store.ContactByID(ctx, before)
	return err == nil && old.Active && old.Phone == c.Phone
}

// newCode is eight random digits.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", flows.CodeDigits, n), nil
}

// TryPIN gives an invented contact a PIN unless its number has one, for trying out. Anybody else gets
// a one-time code (GiveCode) and chooses.
func (d *Desk) TryPIN(ctx context.Context, c ripoti.Contact, pin string) error {
	if !c.Sample {
		return nil
	}
	secret, err := d.Hashing.secret(ctx, pin)
	if err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		p, err := tx.PIN(ctx, c.Phone)
		if err != nil || p.Secret != "" {
			return err
		}
		p.ContactID, p.Secret, p.SetAt = c.ID, secret, d.Now()
		return errors.Join(tx.SavePIN(ctx, p), tx.AddPINEvent(ctx, c.ID, "set", "system"))
	})
	if err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	return nil
}
