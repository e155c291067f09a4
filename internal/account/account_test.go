package account_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp/totp"

	"ripoti/internal/account"
	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
	"ripoti/internal/store"
	"ripoti/internal/store/storetest"
)

// cheap keeps the tests quick; the real cost is tested by itself.
var cheap = &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

type office struct {
	*testing.T
	*account.Book
	clock *storetest.Clock
}

func open(t *testing.T) *office {
	t.Helper()
	keys, err := seal.New()
	if err != nil {
		t.Fatal(err)
	}
	clock := storetest.NewClock()
	s, err := store.Open(t.Context(), "sqlite:"+storetest.SQLite(t), keys, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	book, err := account.New(s, clock.Now, cheap)
	if err != nil {
		t.Fatal(err)
	}
	return &office{t, book, clock}
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// enrolled is an account that is ready, with its secret and recovery codes.
func (o *office) enrolled(login string) (secret string, recovery []string) {
	o.Helper()
	first, err := o.Add(o.Context(), ripoti.User{Login: login, Role: ripoti.UserCoordinator, OfficeID: "coordination-047"})
	o.must(err)
	u, err := o.Password(o.Context(), login, first, "198.51.100.7")
	o.must(err)
	if u.Enrolled {
		o.Error("a new account is enrolled")
	}
	secret = account.Secret()
	recovery, err = o.Enrol(o.Context(), u, "a long sentence of mine", secret, o.code(secret))
	o.must(err)
	o.clock.Move(time.Minute)
	return secret, recovery
}

func (o *office) code(secret string) string {
	o.Helper()
	code, err := totp.GenerateCode(secret, o.clock.Now())
	o.must(err)
	return code
}

func TestSignIn(t *testing.T) {
	const here = "198.51.100.7"
	t.Run("password and code let in, and a code works once", func(t *testing.T) {
		o := open(t)
		secret, _ := o.enrolled("sample.amina")
		u, err := o.Password(t.Context(), " Sample.Amina ", "a long sentence of mine", here)
		o.must(err)
		if !u.Enrolled || u.Role != ripoti.UserCoordinator {
			t.Errorf("%+v", u)
		}
		code := o.code(secret)
		o.must(o.Code(t.Context(), "sample.amina", code[:3]+" "+code[3:], here))
		if err := o.Code(t.Context(), "sample.amina", code, here); !errors.Is(err, account.ErrWrong) {
			t.Errorf("the same code again: %v", err)
		}
		o.clock.Move(30 * time.Second)
		o.must(o.Code(t.Context(), "sample.amina", o.code(secret), here))
	})
	t.Run("a recovery code lets in once", func(t *testing.T) {
		o := open(t)
		_, recovery := o.enrolled("sample.amina")
		if len(recovery) != 10 {
			t.Fatalf("%d codes", len(recovery))
		}
		o.must(o.Code(t.Context(), "sample.amina", strings.ToUpper(recovery[3]), here))
		if err := o.Code(t.Context(), "sample.amina", recovery[3], here); !errors.Is(err, account.ErrWrong) {
			t.Errorf("again: %v", err)
		}
		o.must(o.Code(t.Context(), "sample.amina", recovery[4], here))
	})
	t.Run("a wrong password and an unknown login are told alike", func(t *testing.T) {
		o := open(t)
		o.enrolled("sample.amina")
		_, wrong := o.Password(t.Context(), "sample.amina", "another long sentence", here)
		_, unknown := o.Password(t.Context(), "sample.nobody", "another long sentence", here)
		if wrong != unknown || !errors.Is(wrong, account.ErrWrong) {
			t.Errorf("%v and %v", wrong, unknown)
		}
	})
	t.Run("an account that was closed is as good as unknown", func(t *testing.T) {
		o := open(t)
		o.enrolled("sample.amina")
		u, _, err := o.Store.UserByLogin(t.Context(), "sample.amina")
		o.must(err)
		u.Active = false
		o.must(o.Store.SaveUser(t.Context(), u))
		if _, err := o.Password(t.Context(), "sample.amina", "a long sentence of mine", here); !errors.Is(err, account.ErrWrong) {
			t.Error(err)
		}
	})
	t.Run("a first password ends after three days", func(t *testing.T) {
		o := open(t)
		first, err := o.Add(t.Context(), ripoti.User{Login: "sample.late", Role: ripoti.UserAuditor})
		o.must(err)
		o.clock.Move(73 * time.Hour)
		if _, err := o.Password(t.Context(), "sample.late", first, here); !errors.Is(err, account.ErrExpired) {
			t.Fatal(err)
		}
		again, err := o.Reset(t.Context(), "sample.late")
		o.must(err)
		_, err = o.Password(t.Context(), "sample.late", again, here)
		o.must(err)
	})
	t.Run("a change of role ends older sessions", func(t *testing.T) {
		o := open(t)
		o.enrolled("sample.amina")
		before, _, err := o.Store.UserByLogin(t.Context(), "sample.amina")
		o.must(err)
		before.Role = ripoti.UserAuditor
		o.must(o.Store.SaveUser(t.Context(), before))
		after, err := o.Store.User(t.Context(), before.ID)
		o.must(err)
		if after.Epoch <= before.Epoch || after.Role != ripoti.UserAuditor {
			t.Errorf("%+v", after)
		}
	})
}

func TestGentleLock(t *testing.T) {
	o := open(t)
	o.enrolled("sample.amina")
	try := func(password, address string) error {
		_, err := o.Password(t.Context(), "sample.amina", password, address)
		return err
	}
	for range 5 {
		if err := try("wrong wrong wrong", "198.51.100.7"); !errors.Is(err, account.ErrWrong) {
			t.Fatal(err)
		}
	}
	var wait *account.WaitError
	if err := try("a long sentence of mine", "203.0.113.9"); !errors.As(err, &wait) || wait.For > 30*time.Second {
		t.Fatalf("the sixth try at once: %v", err)
	}
	o.clock.Move(31 * time.Second)
	if err := try("wrong wrong wrong", "203.0.113.9"); !errors.Is(err, account.ErrWrong) {
		t.Fatal(err)
	}
	if err := try("a long sentence of mine", "203.0.113.9"); !errors.As(err, &wait) || wait.For <= 30*time.Second {
		t.Fatalf("a longer wait: %v", err)
	}
	o.clock.Move(16 * time.Minute)
	if err := try("a long sentence of mine", "203.0.113.9"); err != nil {
		t.Errorf("nobody is locked out for good: %v", err)
	}
	signIns, err := o.SignIns(t.Context(), mustUser(t, o).ID)
	if err != nil || len(signIns) < 7 || !signIns[0].OK || signIns[1].OK {
		t.Errorf("the tries are listed: %v %+v", err, signIns)
	}
}

func mustUser(t *testing.T, o *office) ripoti.User {
	t.Helper()
	u, _, err := o.Store.UserByLogin(t.Context(), "sample.amina")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestAddRefuses(t *testing.T) {
	o := open(t)
	for _, c := range []struct {
		name, key string
		user      ripoti.User
	}{
		{"a phone number as a login", "user.login", ripoti.User{Login: "0711000099", Role: ripoti.UserAdmin}},
		{"a role that does not exist", "user.role", ripoti.User{Login: "sample.x", Role: "king"}},
		{"an officer without an office", "user.office", ripoti.User{Login: "sample.x", Role: ripoti.UserOfficer}},
		{"a coordinator without an office", "user.office", ripoti.User{Login: "sample.x", Role: ripoti.UserCoordinator}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := o.Add(t.Context(), c.user); ripoti.KeyOf(err) != c.key {
				t.Error(err)
			}
		})
	}
	o.enrolled("sample.twice")
	if _, err := o.Add(t.Context(), ripoti.User{Login: "sample.twice", Role: ripoti.UserAdmin}); ripoti.CodeOf(err) != ripoti.CodeConflict {
		t.Errorf("a login twice: %v", err)
	}
}

func TestWeakPasswordsAreRefused(t *testing.T) {
	for password, key := range map[string]string{
		"short": "user.password.short", strings.Repeat("x", 20): "user.password.weak", "my password is long": "user.password.weak",
		"sample.amina is me": "user.password.weak", strings.Repeat("ab", 101): "user.password.long", "mvua kubwa ya masika": "",
	} {
		if err := account.CheckPassword("sample.amina", password); ripoti.KeyOf(err) != key {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestSecretsAreNotKeptReadable(t *testing.T) {
	o := open(t)
	secret, recovery := o.enrolled("sample.amina")
	_, c, err := o.Store.UserByLogin(t.Context(), "sample.amina")
	o.must(err)
	if c.TOTP != secret {
		t.Error("the second step does not come back")
	}
	if !strings.HasPrefix(c.Password, "$argon2id$") {
		t.Error("the password is not hashed by argon2id")
	}
	for _, code := range recovery {
		for _, hash := range c.Recovery {
			if strings.Contains(hash, strings.ReplaceAll(code, "-", "")) {
				t.Error("a recovery code is kept as it is")
			}
		}
	}
}
