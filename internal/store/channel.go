package store

import (
	"context"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
)

// Channel is how far a provider's list of received texts was read.
type Channel struct {
	Name     string
	Since    time.Time // when the provider was first read; older texts are not ours
	Mark     string    // the provider's own, "" before the first reading
	PulledAt time.Time
}

// Channel reads one; a provider that was never read begins now.
func (s *Store) Channel(ctx context.Context, name string) (Channel, error) {
	c := Channel{Name: name}
	if _, err := s.write.ExecContext(ctx, "insert into channels (name, since, mark, pulled_at) values ($1,$2,'',0) on conflict do nothing", name, micros(s.now())); err != nil {
		return c, fmt.Errorf("begin channel: %w", err)
	}
	var since, pulled int64
	if err := s.read.QueryRowContext(ctx, "select since, mark, pulled_at from channels where name = $1", name).Scan(&since, &c.Mark, &pulled); err != nil {
		return c, fmt.Errorf("read channel: %w", err)
	}
	c.Since, c.PulledAt = fromMicros(since), fromMicros(pulled)
	return c, nil
}

// Begin reads a provider's list anew, from a mark and from the present time on.
func (s *Store) Begin(ctx context.Context, name, mark string) error {
	_, err := s.write.ExecContext(ctx, `insert into channels (name, since, mark, pulled_at) values ($1,$2,$3,0)
		on conflict (name) do update set since = excluded.since, mark = excluded.mark, pulled_at = 0`, name, micros(s.now()), mark)
	if err != nil {
		return fmt.Errorf("begin channel: %w", err)
	}
	return nil
}

// Pulled notes that a provider's list was read up to a mark.
func (s *Store) Pulled(ctx context.Context, name, mark string) error {
	if _, err := s.write.ExecContext(ctx, "update channels set mark = $2, pulled_at = $3 where name = $1", name, mark, micros(s.now())); err != nil {
		return fmt.Errorf("mark channel: %w", err)
	}
	return nil
}

// Deliveries are how many messages a provider took, and how many of them it reported on.
type Deliveries struct {
	Provider string
	// Taken counts those that were taken long enough ago for a receipt, Reported all that have one.
	Taken, Reported int
}

// Deliveries counts the messages taken since a time, by provider; those taken after settled are too
// fresh to miss a receipt for.
func (s *Store) Deliveries(ctx context.Context, since, settled time.Time) ([]Deliveries, error) {
	rows, err := s.read.QueryContext(ctx, `select provider, count(case when sent_at <= $2 then 1 end), count(case when done_at > 0 then 1 end)
		from messages where sent_at > 0 and sent_at >= $1 and bundle in ('', 'alone') group by provider`, micros(since), micros(settled))
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	defer rows.Close()
	var out []Deliveries
	for rows.Next() {
		var d Deliveries
		if err := rows.Scan(&d.Provider, &d.Taken, &d.Reported); err != nil {
			return nil, fmt.Errorf("count deliveries: %w", err)
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// Price notes what a message cost, once. It says whether that was news.
func (s *Store) Price(ctx context.Context, provider, providerID string, cost ripoti.Money) (bool, error) {
	result, err := s.write.ExecContext(ctx, `update messages set cost_currency = $3, cost_micros = $4
		where provider = $1 and provider_id = $2 and provider_id <> '' and cost_currency = ''`, provider, providerID, cost.Currency, cost.Micros)
	if err != nil {
		return false, fmt.Errorf("price message: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Unpriced counts the messages that a provider took between two times and whose price is not known.
func (s *Store) Unpriced(ctx context.Context, provider string, since, until time.Time) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `select count(*) from messages where sent_at > 0 and sent_at >= $2 and sent_at < $3 and provider = $1
		and cost_currency = '' and bundle in ('', 'alone')`, provider, micros(since), micros(until)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count prices: %w", err)
	}
	return n, nil
}

// ToldSince says whether a number was written a message of a kind since a time.
func (tx *Tx) ToldSince(ctx context.Context, to ripoti.Phone, kind string, since time.Time) (told bool, err error) {
	err = tx.sql.QueryRowContext(ctx, "select exists (select 1 from messages where to_hash = $1 and created_at >= $2 and kind = $3)",
		tx.PhoneHash(to), micros(since), kind).Scan(&told)
	if err != nil {
		return false, fmt.Errorf("look for message: %w", err)
	}
	return told, nil
}

// Balance is what is left on a provider's account, as it was told last.
type Balance struct {
	Provider string
	Left     ripoti.Money
	Low      bool // less than the operator's alarm
	At       time.Time
}

// NoteBalance keeps what is left on a provider's account.
func (s *Store) NoteBalance(ctx context.Context, provider string, left ripoti.Money, low bool) error {
	_, err := s.write.ExecContext(ctx, `insert into balances (provider, currency, micros, low, at) values ($1,$2,$3,$4,$5)
		on conflict (provider) do update set currency = excluded.currency, micros = excluded.micros, low = excluded.low, at = excluded.at`,
		provider, left.Currency, left.Micros, low, micros(s.now()))
	if err != nil {
		return fmt.Errorf("note balance: %w", err)
	}
	return nil
}

// Balances are what is left on every provider's account.
func (s *Store) Balances(ctx context.Context) ([]Balance, error) {
	rows, err := s.read.QueryContext(ctx, "select provider, currency, micros, low, at from balances order by provider")
	return collect(rows, err, "read balances", func(row scanner) (b Balance, err error) {
		var at int64
		err = row.Scan(&b.Provider, &b.Left.Currency, &b.Left.Micros, &b.Low, &at)
		b.At = fromMicros(at)
		return b, err
	})
}
