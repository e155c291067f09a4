package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ripoti/internal/ripoti"
)

// Credentials are what a user proves to be the user with.
type Credentials struct {
	Password string // argon2id with its parameters
	// FirstUntil is how long a password that somebody else gave is good; zero for the user's own.
	FirstUntil time.Time
	TOTP       string // secret of the second step, sealed at rest; "" until it is set
	TOTPStep   int64  // the newest time step that was used
	Recovery   []string
}

const userColumns = "id, login, name, role, counties, office_id, contact_id, lang, active, totp_sealed is not null, epoch, created_at"

func scanUser(row scanner, more ...any) (u ripoti.User, err error) {
	var counties string
	var created int64
	into := append([]any{&u.ID, &u.Login, &u.Name, &u.Role, &counties, &u.OfficeID, &u.ContactID, &u.Lang, &u.Active, &u.Enrolled, &u.Epoch, &created}, more...)
	if err := row.Scan(into...); err != nil {
		return u, notFound(err, "user.unknown")
	}
	u.Counties, u.CreatedAt = splitWords(counties, ","), fromMicros(created)
	return u, nil
}

func splitWords(text, by string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, by)
}

// AddUser writes a new user. A login that is taken is a conflict.
func (s *Store) AddUser(ctx context.Context, u ripoti.User, c Credentials) error {
	result, err := s.write.ExecContext(ctx, `insert into users (id, login, name, role, counties, office_id, contact_id, lang, active, password, first_until, totp_sealed,
		totp_step, recovery, epoch, created_at) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,null,0,'',1,$12) on conflict (login) do nothing`,
		u.ID, u.Login, u.Name, string(u.Role), strings.Join(u.Counties, ","), u.OfficeID, u.ContactID, string(u.Lang), u.Active, c.Password, micros(c.FirstUntil), micros(s.now()))
	if err != nil {
		return fmt.Errorf("add user: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("add user: %w", orElse(err, ripoti.Conflict("user.taken", nil)))
	}
	return nil
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// User reads a user; not_found if there is none.
func (s *Store) User(ctx context.Context, id string) (ripoti.User, error) {
	u, err := scanUser(s.read.QueryRowContext(ctx, "select "+userColumns+" from users where id = $1", id))
	if err != nil {
		return u, fmt.Errorf("read user: %w", err)
	}
	return u, nil
}

// UserByLogin reads a user with what proves who it is; not_found if there is none.
func (s *Store) UserByLogin(ctx context.Context, login string) (u ripoti.User, c Credentials, err error) {
	var first int64
	var totp []byte
	var recovery string
	u, err = scanUser(s.read.QueryRowContext(ctx, "select "+userColumns+", password, first_until, totp_sealed, totp_step, recovery from users where login = $1", login),
		&c.Password, &first, &totp, &c.TOTPStep, &recovery)
	if err != nil {
		return u, c, fmt.Errorf("read user: %w", err)
	}
	c.FirstUntil, c.Recovery = fromMicros(first), splitWords(recovery, " ")
	if len(totp) > 0 {
		plain, err := s.keys.Narratives.Open(totp, "totp:"+u.ID)
		if err != nil {
			return u, c, fmt.Errorf("open second step: %w", err)
		}
		c.TOTP = string(plain)
	}
	return u, c, nil
}

// Users are all users by login.
func (s *Store) Users(ctx context.Context) ([]ripoti.User, error) {
	rows, err := s.read.QueryContext(ctx, "select "+userColumns+" from users order by login")
	return collect(rows, err, "list users", func(row scanner) (ripoti.User, error) { return scanUser(row) })
}

// SaveUser writes what an admin can change of a user, and ends the user's sessions.
func (s *Store) SaveUser(ctx context.Context, u ripoti.User) error {
	_, err := s.write.ExecContext(ctx, "update users set name = $2, role = $3, counties = $4, office_id = $5, contact_id = $6, lang = $7, active = $8, epoch = epoch + 1 where id = $1",
		u.ID, u.Name, string(u.Role), strings.Join(u.Counties, ","), u.OfficeID, u.ContactID, string(u.Lang), u.Active)
	if err != nil {
		return fmt.Errorf("save user: %w", err)
	}
	return nil
}

// SaveUserLang changes the language a user reads in. It ends no session.
func (s *Store) SaveUserLang(ctx context.Context, id string, lang ripoti.Lang) error {
	if _, err := s.write.ExecContext(ctx, "update users set lang = $2 where id = $1", id, string(lang)); err != nil {
		return fmt.Errorf("save language: %w", err)
	}
	return nil
}

// SaveCredentials changes what proves who a user is, and ends the user's sessions.
func (s *Store) SaveCredentials(ctx context.Context, id string, c Credentials) error {
	var totp []byte
	if c.TOTP != "" {
		var err error
		if totp, err = s.keys.Narratives.Seal([]byte(c.TOTP), "totp:"+id); err != nil {
			return fmt.Errorf("save credentials: seal: %w", err)
		}
	}
	_, err := s.write.ExecContext(ctx, "update users set password = $2, first_until = $3, totp_sealed = $4, totp_step = $5, recovery = $6, epoch = epoch + 1 where id = $1",
		id, c.Password, micros(c.FirstUntil), totp, c.TOTPStep, strings.Join(c.Recovery, " "))
	if err != nil {
		return fmt.Errorf("save credentials: %w", err)
	}
	return nil
}

// UseStep notes that a code of a time step was used. It says false where that or a later one was used
// before: no code works twice.
func (s *Store) UseStep(ctx context.Context, id string, step int64) (fresh bool, err error) {
	result, err := s.write.ExecContext(ctx, "update users set totp_step = $2 where id = $1 and totp_step < $2", id, step)
	if err != nil {
		return false, fmt.Errorf("use code: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// UseRecovery takes one recovery code away. It says false where the codes were others meanwhile.
func (s *Store) UseRecovery(ctx context.Context, id string, before, after []string) (fresh bool, err error) {
	result, err := s.write.ExecContext(ctx, "update users set recovery = $3 where id = $1 and recovery = $2", id, strings.Join(before, " "), strings.Join(after, " "))
	if err != nil {
		return false, fmt.Errorf("use recovery code: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Tried notes a try to sign in.
func (s *Store) Tried(ctx context.Context, t ripoti.SignIn, login, address string) error {
	_, err := s.write.ExecContext(ctx, "insert into sign_ins (id, user_id, login_hash, address_hash, step, ok, at) values ($1,$2,$3,$4,$5,$6,$7)",
		NewID(), t.UserID, s.keys.Hash("login", login), s.keys.Hash("address", address), t.Step, t.OK, micros(s.now()))
	if err != nil {
		return fmt.Errorf("note sign-in: %w", err)
	}
	return nil
}

// Failures are how often signing in failed since a time, and when last: with a login, since its last
// success; and from an address.
type Failures struct {
	Login, Address int
	LoginLast      time.Time
	AddressLast    time.Time
}

// Failures counts.
func (s *Store) Failures(ctx context.Context, login, address string, since time.Time) (f Failures, err error) {
	var loginLast, addressLast int64
	err = s.read.QueryRowContext(ctx, `select
		(select count(*) from sign_ins where login_hash = $1 and at >= $3 and not ok and at > coalesce((select max(at) from sign_ins where login_hash = $1 and ok and step <> 'password'), 0)),
		(select coalesce(max(at), 0) from sign_ins where login_hash = $1 and not ok),
		(select count(*) from sign_ins where address_hash = $2 and at >= $3 and not ok),
		(select coalesce(max(at), 0) from sign_ins where address_hash = $2 and not ok)`,
		s.keys.Hash("login", login), s.keys.Hash("address", address), micros(since)).Scan(&f.Login, &loginLast, &f.Address, &addressLast)
	if err != nil {
		return f, fmt.Errorf("count failures: %w", err)
	}
	f.LoginLast, f.AddressLast = fromMicros(loginLast), fromMicros(addressLast)
	return f, nil
}

// SignIns are a user's tries, newest first.
func (s *Store) SignIns(ctx context.Context, userID string, limit int) (out []ripoti.SignIn, err error) {
	rows, err := s.read.QueryContext(ctx, "select user_id, step, ok, at from sign_ins where user_id = $1 order by at desc limit $2", userID, limit)
	if err != nil {
		return nil, fmt.Errorf("list sign-ins: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var t ripoti.SignIn
		var at int64
		if err := rows.Scan(&t.UserID, &t.Step, &t.OK, &at); err != nil {
			return nil, fmt.Errorf("list sign-ins: %w", err)
		}
		t.At = fromMicros(at)
		out = append(out, t)
	}
	return out, rows.Err()
}
