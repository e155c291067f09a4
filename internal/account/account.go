// Package account lets staff sign in to the console: a password, then a code from their phone. It
// keeps nothing itself and shows nobody whether a login exists.
package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp/totp"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// The clocks and sizes of an account.
const (
	// firstFor is how long a password that an admin gave is good.
	firstFor = 72 * time.Hour
	// shortest is the least length of a password: length protects more than odd characters do.
	shortest = 12
	longest  = 200
	// recoveryCodes are so many, each good once.
	recoveryCodes = 10
	// step is the time a code is good; the one before and the one after count too.
	step = 30 * time.Second
)

// Gently locked out: after so many failures in window each further one has to wait, twice as long as
// the one before, never longer than mostWait. Nobody can lock out somebody else for good.
const (
	window       = 15 * time.Minute
	freeTries    = 5
	freeAddress  = 40
	firstWait    = 30 * time.Second
	mostWait     = 15 * time.Minute
	signInsShown = 50
)

// Errors of signing in.
var (
	// ErrWrong is a wrong login, password or code; which, is not told.
	ErrWrong = errors.New("login, password or code is wrong")
	// ErrExpired is a first password that was not used in time.
	ErrExpired = errors.New("the first password is no longer good")
)

// WaitError says that too many tries failed: the next one counts after a while.
type WaitError struct{ For time.Duration }

func (e *WaitError) Error() string {
	return fmt.Sprintf("too many tries: wait %s", e.For.Round(time.Second))
}

// Book is the accounts.
type Book struct {
	Store *store.Store
	Now   func() time.Time
	// Cost is what a password's hash costs; zero means DefaultCost.
	Cost *argon2id.Params
	// slots bounds how many hashes are computed at once: each takes the memory of its cost.
	slots chan struct{}
	decoy string // a hash that nobody's password has: an unknown login takes as long as a known one
}

// DefaultCost is 64 MiB, three passes, one thread: about 100 ms on a small server (RFC 9106, second
// recommendation).
var DefaultCost = &argon2id.Params{Memory: 64 << 10, Iterations: 3, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// New opens the accounts.
func New(s *store.Store, now func() time.Time, cost *argon2id.Params) (*Book, error) {
	if cost == nil {
		cost = DefaultCost
	}
	b := &Book{Store: s, Now: now, Cost: cost, slots: make(chan struct{}, 2)}
	var err error
	if b.decoy, err = b.hash(rand.Text()); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *Book) hash(password string) (string, error) {
	b.slots <- struct{}{}
	defer func() { <-b.slots }()
	hash, err := argon2id.CreateHash(password, b.Cost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

func (b *Book) matches(password, hash string) (bool, error) {
	b.slots <- struct{}{}
	defer func() { <-b.slots }()
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok, nil
}

var loginForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{2,31}$`)

// Add makes an account and gives the password to sign in with for the first time.
func (b *Book) Add(ctx context.Context, u ripoti.User) (first string, err error) {
	u.Login = strings.ToLower(strings.TrimSpace(u.Login))
	switch {
	case !loginForm.MatchString(u.Login):
		return "", ripoti.Invalid("user.login", nil)
	case !slices.Contains(ripoti.UserRoles, u.Role):
		return "", ripoti.Invalid("user.role", nil)
	case NeedsOffice(u.Role) && u.OfficeID == "":
		return "", ripoti.Invalid("user.office", nil)
	}
	if u.Lang == "" {
		u.Lang = ripoti.English
	}
	u.ID, u.Active = store.NewID(), true
	first = invented()
	hash, err := b.hash(first)
	if err != nil {
		return "", err
	}
	return first, b.Store.AddUser(ctx, u, store.Credentials{Password: hash, FirstUntil: b.Now().Add(firstFor)})
}

// NeedsOffice says whether a role reads cases.
func NeedsOffice(role ripoti.UserRole) bool { return ofOffice[role] }

// ofOffice are the roles that read cases: they need an office, as it is by offices that the wall knows
// who may not.
var ofOffice = map[ripoti.UserRole]bool{ripoti.UserCoordinator: true, ripoti.UserSupervisor: true, ripoti.UserSocial: true, ripoti.UserOfficer: true}

// Reset gives a user who lost password or phone a first password again.
func (b *Book) Reset(ctx context.Context, login string) (first string, err error) {
	u, _, err := b.Store.UserByLogin(ctx, login)
	if err != nil {
		return "", err
	}
	first = invented()
	hash, err := b.hash(first)
	if err != nil {
		return "", err
	}
	return first, b.Store.SaveCredentials(ctx, u.ID, store.Credentials{Password: hash, FirstUntil: b.Now().Add(firstFor)})
}

// invented is a password that can be read out on the phone: 16 letters in groups, 80 bits.
func invented() string {
	var raw [10]byte
	_, _ = rand.Read(raw[:]) // never fails
	text := strings.ToLower(base32.StdEncoding.EncodeToString(raw[:]))
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

// Password is the first step. Enrolled says whether a second step is set; without one the user sets a
// password and the second step before anything else.
func (b *Book) Password(ctx context.Context, login, password, address string) (ripoti.User, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if err := b.mayTry(ctx, login, address); err != nil {
		return ripoti.User{}, err
	}
	u, c, err := b.Store.UserByLogin(ctx, login)
	unknown := ripoti.CodeOf(err) == ripoti.CodeNotFound
	if err != nil && !unknown {
		return u, err
	}
	hash := c.Password
	if unknown || !u.Active {
		hash = b.decoy
	}
	ok, err := b.matches(password, hash)
	if err != nil {
		return u, err
	}
	ok = ok && !unknown && u.Active
	if err := b.Store.Tried(ctx, ripoti.SignIn{UserID: u.ID, Step: "password", OK: ok}, login, address); err != nil {
		return u, err
	}
	switch {
	case !ok:
		return ripoti.User{}, ErrWrong
	case !c.FirstUntil.IsZero() && b.Now().After(c.FirstUntil):
		return ripoti.User{}, ErrExpired
	}
	return u, nil
}

// mayTry says how long a try has to wait.
func (b *Book) mayTry(ctx context.Context, login, address string) error {
	f, err := b.Store.Failures(ctx, login, address, b.Now().Add(-window))
	if err != nil {
		return err
	}
	for _, x := range []struct {
		failed, free int
		last         time.Time
	}{{f.Login, freeTries, f.LoginLast}, {f.Address, freeAddress, f.AddressLast}} {
		if x.failed < x.free {
			continue
		}
		wait := min(firstWait<<min(x.failed-x.free, 10), mostWait)
		if left := x.last.Add(wait).Sub(b.Now()); left > 0 {
			return &WaitError{left}
		}
	}
	return nil
}

// Code is the second step: a code of the authenticator, or a recovery code, each good once.
func (b *Book) Code(ctx context.Context, login, code, address string) error {
	if err := b.mayTry(ctx, login, address); err != nil {
		return err
	}
	u, c, err := b.Store.UserByLogin(ctx, login)
	if err != nil {
		return err
	}
	typed := strings.NewReplacer(" ", "", "-", "").Replace(strings.ToLower(code))
	kind, ok := "code", false
	if len(typed) == 6 {
		ok, err = b.useCode(ctx, u.ID, c, typed)
	} else {
		kind = "recovery"
		ok, err = b.useRecovery(ctx, u.ID, c, typed)
	}
	if err != nil {
		return err
	}
	if err := b.Store.Tried(ctx, ripoti.SignIn{UserID: u.ID, Step: kind, OK: ok}, login, address); err != nil {
		return err
	}
	if !ok {
		return ErrWrong
	}
	return nil
}

func (b *Book) useCode(ctx context.Context, id string, c store.Credentials, typed string) (bool, error) {
	at, ok := stepOf(c.TOTP, typed, b.Now())
	if !ok {
		return false, nil
	}
	return b.Store.UseStep(ctx, id, at)
}

// stepOf is the time step that a code belongs to: this one, the one before or the one after.
func stepOf(secret, typed string, now time.Time) (int64, bool) {
	if secret == "" {
		return 0, false
	}
	for _, shift := range []time.Duration{0, -step, step} {
		at := now.Add(shift)
		want, err := totp.GenerateCode(secret, at)
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(typed)) == 1 {
			return at.Unix() / int64(step/time.Second), true
		}
	}
	return 0, false
}

func (b *Book) useRecovery(ctx context.Context, id string, c store.Credentials, typed string) (bool, error) {
	hashes := b.Store.KeyedHashes("recovery", typed)
	i := slices.IndexFunc(c.Recovery, func(hash string) bool { return slices.Contains(hashes, hash) })
	if i < 0 {
		return false, nil
	}
	return b.Store.UseRecovery(ctx, id, c.Recovery, slices.Delete(slices.Clone(c.Recovery), i, i+1))
}

// Secret is a new second step that is not set yet: 160 random bits (RFC 4226, section 4).
func Secret() string {
	var raw [20]byte
	_, _ = rand.Read(raw[:]) // never fails
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:])
}

// Address is what an authenticator reads from a picture: a secret with the name of its account.
func Address(login, secret string) string {
	return "otpauth://totp/" + url.PathEscape("Ripoti:"+login) + "?" + url.Values{"secret": {secret}, "issuer": {"Ripoti"}}.Encode()
}

// CheckPassword says what is wrong with a new password.
func CheckPassword(login, password string) error {
	switch n := len([]rune(password)); {
	case n < shortest:
		return ripoti.Invalid("user.password.short", nil)
	case n > longest:
		return ripoti.Invalid("user.password.long", nil)
	case strings.Contains(strings.ToLower(password), login), strings.Count(password, password[:1]) == len(password),
		strings.Contains(strings.ToLower(password), "password"), strings.Contains(strings.ToLower(password), "ripoti"):
		return ripoti.Invalid("user.password.weak", nil)
	}
	return nil
}

// Enrol sets password and second step and gives the recovery codes, which are shown once. code proves
// that the authenticator has the secret.
func (b *Book) Enrol(ctx context.Context, u ripoti.User, password, secret, code string) (recovery []string, err error) {
	if err := CheckPassword(u.Login, password); err != nil {
		return nil, err
	}
	at, ok := stepOf(secret, strings.ReplaceAll(code, " ", ""), b.Now())
	if !ok {
		return nil, ErrWrong
	}
	c := store.Credentials{TOTP: secret, TOTPStep: at}
	if c.Password, err = b.hash(password); err != nil {
		return nil, err
	}
	recovery, c.Recovery = b.recovery()
	return recovery, b.Store.SaveCredentials(ctx, u.ID, c)
}

// recovery invents codes, and their hashes: they are long and random, so that a keyed hash is enough.
func (b *Book) recovery() (codes, hashes []string) {
	for range recoveryCodes {
		code := invented()
		codes = append(codes, code)
		hashes = append(hashes, b.Store.KeyedHashes("recovery", strings.ReplaceAll(code, "-", ""))[0])
	}
	return codes, hashes
}

// ChangePassword changes a user's own password.
func (b *Book) ChangePassword(ctx context.Context, u ripoti.User, old, fresh string) error {
	_, c, err := b.Store.UserByLogin(ctx, u.Login)
	if err != nil {
		return err
	}
	ok, err := b.matches(old, c.Password)
	if err != nil {
		return err
	}
	if !ok {
		return ErrWrong
	}
	if err := CheckPassword(u.Login, fresh); err != nil {
		return err
	}
	if c.Password, err = b.hash(fresh); err != nil {
		return err
	}
	c.FirstUntil = time.Time{}
	return b.Store.SaveCredentials(ctx, u.ID, c)
}

// SignIns are a user's last tries.
func (b *Book) SignIns(ctx context.Context, userID string) ([]ripoti.SignIn, error) {
	return b.Store.SignIns(ctx, userID, signInsShown)
}
