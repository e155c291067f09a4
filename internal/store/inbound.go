package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// Inbound is a received SMS as it was kept: unaltered, sealed, before anything was made of it.
type Inbound struct {
	ID string
	sms.Inbound
	Handled bool
}

// Receive keeps a text message for good and owes its reading. The same message again, known by the
// provider's id, changes nothing and says false; so does one that came by the provider's list after
// it came by the hook, or the other way round: the same words of the same sender at the same time.
func (s *Store) Receive(ctx context.Context, in sms.Inbound, read Duty) (fresh bool, err error) {
	id := NewID()
	from, err := s.keys.Numbers.Seal([]byte(in.From), "inbound:"+id)
	if err != nil {
		return false, fmt.Errorf("receive: seal: %w", err)
	}
	body, err := s.keys.Narratives.Seal([]byte(in.Body), "inbound:"+id)
	if err != nil {
		return false, fmt.Errorf("receive: seal: %w", err)
	}
	sum := sha256.Sum256([]byte(in.Body))
	err = s.InTx(ctx, func(tx *Tx) error {
		// A text that came by the hook and stands in the provider's list too may have two ids.
		result, err := tx.sql.ExecContext(ctx, `insert into inbound (id, provider, provider_id, from_sealed, from_hash, sent_to, body_sealed,
			body_sha256, sent_at, received_at, handled_at, result, media, listed)
			select $1, $2, $3, cast($4 as `+s.bytes+`), $5, $6, cast($7 as `+s.bytes+`), $8, cast($9 as bigint), cast($10 as bigint), 0, '', cast($11 as integer), $12 = 1
			where not exists (select 1 from inbound where provider = $2 and from_hash = $5 and body_sha256 = $8 and listed <> ($12 = 1)
				and sent_at between cast($9 as bigint) - $13 and cast($9 as bigint) + $13) on conflict do nothing`,
			id, in.Provider, in.ProviderID, from, s.SenderHash(in.From), printable(in.To), body, hex.EncodeToString(sum[:]), micros(in.At), micros(tx.now()),
			min(in.Media, math.MaxInt32), bit(in.Listed), sameText.Microseconds())
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		n, err := result.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		fresh = true
		read.Subject = id
		return tx.Owe(ctx, read)
	})
	return fresh, err
}

// sameText is how far the times may lie apart that a provider's hook and its list tell of one text.
const sameText = 2 * time.Minute

// printable drops what a text column of PostgreSQL does not take: where a text was sent to is not worth
// losing it for.
func printable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// SenderHash is what the sender of a text is recognised by, phone or not: the hash of the number in
// full form where it is one.
func (s *Store) SenderHash(from string) string {
	if p, err := ripoti.ParsePhone(from); err == nil {
		return s.PhoneHash(p)
	}
	return s.keys.Hash("sender", from)
}

// Inbound reads a received text; not_found if there is none.
func (s *Store) Inbound(ctx context.Context, id string) (in Inbound, err error) {
	var from, body []byte
	var sent, handled int64
	in.ID = id
	err = s.read.QueryRowContext(ctx, "select provider, provider_id, from_sealed, sent_to, body_sealed, sent_at, handled_at, media, listed from inbound where id = $1", id).
		Scan(&in.Provider, &in.ProviderID, &from, &in.To, &body, &sent, &handled, &in.Media, &in.Listed)
	if err != nil {
		return in, fmt.Errorf("read text: %w", notFound(err, "inbound.unknown"))
	}
	in.At, in.Handled = fromMicros(sent), handled > 0
	var plain []byte
	if len(from) > 0 { // else the number was forgotten
		if plain, err = s.keys.Numbers.Open(from, "inbound:"+id); err != nil {
			return in, fmt.Errorf("open sender: %w", err)
		}
	}
	in.From = string(plain)
	if plain, err = s.keys.Narratives.Open(body, "inbound:"+id); err != nil {
		return in, fmt.Errorf("open text: %w", err)
	}
	in.Body = string(plain)
	return in, nil
}

// Handle notes what came of a text. It says false when that was noted before: then whatever goes
// with it has happened already.
func (tx *Tx) Handle(ctx context.Context, id, result string) (bool, error) {
	r, err := tx.sql.ExecContext(ctx, "update inbound set handled_at = $2, result = $3 where id = $1 and handled_at = 0", id, micros(tx.now()), result)
	if err != nil {
		return false, fmt.Errorf("handle text: %w", err)
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

// Passive counts one more automatic answer to a number and gives how many there were in a row.
func (tx *Tx) Passive(ctx context.Context, numberHash string) (n int, err error) {
	err = tx.sql.QueryRowContext(ctx, `insert into passive_answers (number_hash, given, at) values ($1, 1, $2)
		on conflict (number_hash) do update set given = passive_answers.given + 1, at = excluded.at returning given`, numberHash, micros(tx.now())).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count answers: %w", err)
	}
	return n, nil
}

// Acted forgets how many automatic answers a number was given: it has really done something.
func (tx *Tx) Acted(ctx context.Context, numberHash string) error {
	if _, err := tx.sql.ExecContext(ctx, "delete from passive_answers where number_hash = $1", numberHash); err != nil {
		return fmt.Errorf("forget answers: %w", err)
	}
	return nil
}
