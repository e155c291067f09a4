package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/sms"
)

// Message is one SMS on its way out. The row comes first and is sent once; only a send whose
// outcome is unknown may be repeated, and Repeats counts it.
type Message struct {
	ID           string
	ReportID     string // "" where it is about no report
	AssignmentID string
	ContactID    string // "" when it goes to a number that is no contact
	Kind         string // which sentence: "alert", "reminder", ...
	Lang         ripoti.Lang
	To           ripoti.Phone
	Facts        string // JSON the sentence is made of; sealed at rest
	Body         string // as it left; sealed at rest
	Status       sms.Status
	Reason       string
	Provider     string
	ProviderID   string
	Segments     int
	Cost         ripoti.Money // zero until the provider tells
	Repeats      int
	Bundle       string // the message it leaves in, Alone where it may leave in none, "" where it may
	Drill        bool   // it is about a practice report, and says so before anything else
	CreatedAt    time.Time
	ClaimedAt    time.Time
	SentAt       time.Time
	DoneAt       time.Time // delivered or failed
}

const messageColumns = "id, report_id, assignment_id, contact_id, kind, lang, to_sealed, facts_sealed, body_sealed, status, reason, provider, provider_id, segments, repeats, created_at, claimed_at, sent_at, cost_currency, cost_micros, bundle, drill, done_at"

func (s *Store) scanMessage(row scanner) (m Message, err error) {
	var to, facts, body []byte
	var created, claimed, sent, done int64
	if err := row.Scan(&m.ID, &m.ReportID, &m.AssignmentID, &m.ContactID, &m.Kind, &m.Lang, &to, &facts, &body, &m.Status, &m.Reason,
		&m.Provider, &m.ProviderID, &m.Segments, &m.Repeats, &created, &claimed, &sent,
		&m.Cost.Currency, &m.Cost.Micros, &m.Bundle, &m.Drill, &done); err != nil {
		return m, notFound(err, "message.unknown")
	}
	m.CreatedAt, m.ClaimedAt, m.SentAt, m.DoneAt = fromMicros(created), fromMicros(claimed), fromMicros(sent), fromMicros(done)
	if len(to) > 0 { // else the number was forgotten
		if m.To, err = s.openPhone(to, "message:"+m.ID); err != nil {
			return m, err
		}
	}
	var plain []byte
	if len(facts) > 0 { // else what it said was forgotten
		if plain, err = s.keys.Narratives.Open(facts, "facts:"+m.ID); err != nil {
			return m, fmt.Errorf("open message: %w", err)
		}
	}
	m.Facts = string(plain)
	if len(body) > 0 {
		if plain, err = s.keys.Narratives.Open(body, "body:"+m.ID); err != nil {
			return m, fmt.Errorf("open message: %w", err)
		}
		m.Body = string(plain)
	}
	return m, nil
}

// Post writes a message and the duty to send it at a time: a message row without one is never sent. One
// about a practice report is marked as such, whoever posts it, and leaves by itself.
func (tx *Tx) Post(ctx context.Context, m Message, sendDuty Duty) error {
	to, hash, err := tx.sealPhone(m.To, "message:"+m.ID)
	if err != nil {
		return err
	}
	facts, err := tx.keys.Narratives.Seal([]byte(m.Facts), "facts:"+m.ID)
	if err != nil {
		return fmt.Errorf("post: seal: %w", err)
	}
	_, err = tx.sql.ExecContext(ctx, `insert into messages (id, report_id, assignment_id, contact_id, kind, lang, to_sealed, to_hash, facts_sealed,
		status, reason, provider, provider_id, segments, repeats, created_at, claimed_at, sent_at, done_at, drill, bundle)
		select $1,$2,$3,$4,$5,$6,$7,$8,$9,$10,'','','',0,0,$11,0,0,0, r.drill, case when r.drill then 'alone' else '' end
		from (select exists (select 1 from reports where id = $2 and drill <> '') as drill) as r`,
		m.ID, m.ReportID, m.AssignmentID, m.ContactID, m.Kind, string(m.Lang), to, hash, facts, string(sms.Queued), micros(tx.now()))
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	sendDuty.Subject = m.ID
	return tx.Owe(ctx, sendDuty)
}

// Claim takes a queued message for sending and names the sender it leaves by. It says false when
// another hand has taken it or it was sent before; and always when the number answers for an office
// that the report is walled off from, or did when the wall rose: this is the last door before the network, and it is shut
// whoever posted the message.
func (s *Store) Claim(ctx context.Context, id, provider string) (m Message, ok bool, err error) {
	row := s.write.QueryRowContext(ctx, "update messages set status = 'sending', provider = $2, claimed_at = $3 where id = $1 and status = 'queued' and not ("+
		walledOff+") returning "+messageColumns, id, provider, micros(s.now()))
	m, err = s.scanMessage(row)
	if ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("claim message: %w", err)
	}
	return m, true, nil
}

// walledOff says that a message, or one that leaves in it, is about a report that its number must not
// hear of.
const walledOff = `exists (select 1 from walls w join contacts c on c.office_id = w.office_id
		where w.report_id = messages.report_id and c.phone_hash = messages.to_hash)
	or exists (select 1 from wall_people w where w.report_id = messages.report_id and w.person = messages.to_hash)
	or exists (select 1 from messages b join wall_people w on w.report_id = b.report_id and w.person = messages.to_hash where b.bundle = messages.id and b.bundle <> '')
	or exists (select 1 from messages b join walls w on w.report_id = b.report_id join contacts c on c.office_id = w.office_id
		where b.bundle = messages.id and b.bundle <> '' and c.phone_hash = messages.to_hash)`

// FailWalled ends a queued message that Claim refuses because of the wall. What was to leave in it
// leaves by itself, if it may. It says whether it did.
func (s *Store) FailWalled(ctx context.Context, id string) (walled bool, err error) {
	err = s.InTx(ctx, func(tx *Tx) error {
		result, err := tx.sql.ExecContext(ctx, "update messages set status = 'failed', reason = 'walled', done_at = $2 where id = $1 and status = 'queued' and ("+walledOff+")",
			id, micros(tx.now()))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		walled = true
		return tx.dissolve(ctx, id)
	})
	if err != nil {
		return false, fmt.Errorf("fail walled message: %w", err)
	}
	return walled, nil
}

// Unclaim puts a message back that surely did not leave.
func (s *Store) Unclaim(ctx context.Context, id, reason string) error {
	if _, err := s.write.ExecContext(ctx, "update messages set status = 'queued', reason = $2 where id = $1 and status = 'sending'", id, reason); err != nil {
		return fmt.Errorf("unclaim message: %w", err)
	}
	return nil
}

// Readdress puts a claimed message that has not left back, for another number.
func (s *Store) Readdress(ctx context.Context, id string, to ripoti.Phone) error {
	sealed, hash, err := s.sealPhone(to, "message:"+id)
	if err != nil {
		return err
	}
	_, err = s.write.ExecContext(ctx, "update messages set to_sealed = $2, to_hash = $3, status = 'queued', reason = 'readdressed' where id = $1 and status = 'sending'", id, sealed, hash)
	if err != nil {
		return fmt.Errorf("readdress message: %w", err)
	}
	return nil
}

// Sent records that a provider took a message, and applies receipts that came before we knew its id.
func (s *Store) Sent(ctx context.Context, id, body string, sent sms.Sent) error {
	sealed, err := s.keys.Narratives.Seal([]byte(body), "body:"+id)
	if err != nil {
		return fmt.Errorf("sent: seal: %w", err)
	}
	return s.InTx(ctx, func(tx *Tx) error {
		// A receipt that carried our own id may have moved the message on already.
		var provider string
		err := tx.sql.QueryRowContext(ctx, `update messages set body_sealed = $2, provider_id = $3, segments = $4, sent_at = $5,
			cost_currency = $6, cost_micros = $7, status = case when status in ('sending', 'unknown', 'queued') then 'sent' else status end
			where id = $1 returning provider`, id, sealed, sent.ProviderID, sent.Segments, micros(tx.now()), sent.Cost.Currency, sent.Cost.Micros).Scan(&provider)
		if err != nil {
			return fmt.Errorf("sent: %w", notFound(err, "message.unknown"))
		}
		if sent.ProviderID != "" {
			if err := tx.applyEarly(ctx, provider, sent.ProviderID); err != nil {
				return err
			}
		}
		return tx.follow(ctx, id)
	})
}

// Unsure records that a send may or may not have been taken: a receipt will tell, or an alarm.
func (s *Store) Unsure(ctx context.Context, id, body, reason string) error {
	sealed, err := s.keys.Narratives.Seal([]byte(body), "body:"+id)
	if err != nil {
		return fmt.Errorf("unsure: seal: %w", err)
	}
	_, err = s.write.ExecContext(ctx, "update messages set status = 'unknown', reason = $2, body_sealed = $3 where id = $1 and status = 'sending'", id, reason, sealed)
	if err != nil {
		return fmt.Errorf("unsure: %w", err)
	}
	return nil
}

// Fail records that a message will not be sent.
func (s *Store) Fail(ctx context.Context, id, body, reason string) error {
	sealed, err := s.keys.Narratives.Seal([]byte(body), "body:"+id)
	if err != nil {
		return fmt.Errorf("fail: seal: %w", err)
	}
	err = s.InTx(ctx, func(tx *Tx) error {
		_, err := tx.sql.ExecContext(ctx, `update messages set status = 'failed', reason = $2, body_sealed = $3, done_at = $4
			where id = $1 and status in ('queued', 'sending')`, id, reason, sealed, micros(tx.now()))
		if err != nil {
			return err
		}
		return tx.follow(ctx, id)
	})
	if err != nil {
		return fmt.Errorf("fail message: %w", err)
	}
	return nil
}

// Receipt moves a message forward, never back: sent < delivered or failed. Receipts come late,
// twice, in any order and before our own write. It gives the id of the message that it moved, "" when
// it moved none.
func (s *Store) Receipt(ctx context.Context, r sms.Receipt) (moved string, err error) {
	err = s.InTx(ctx, func(tx *Tx) error {
		id, err := tx.findReceipted(ctx, r)
		if errors.Is(err, sql.ErrNoRows) {
			if r.ProviderID == "" {
				return nil // neither our id nor theirs: nothing to keep it by
			}
			_, err = tx.sql.ExecContext(ctx, "insert into early_receipts (provider, provider_id, status, reason, at) values ($1,$2,$3,$4,$5) on conflict do nothing",
				r.Provider, r.ProviderID, string(r.Status), r.Reason, micros(tx.now()))
		}
		if err != nil || id == "" {
			return err
		}
		if ok, err := tx.advance(ctx, id, r); err != nil || !ok {
			return err
		}
		moved = id
		return tx.follow(ctx, id)
	})
	if err != nil {
		return "", fmt.Errorf("receipt: %w", err)
	}
	return moved, nil
}

func (tx *Tx) findReceipted(ctx context.Context, r sms.Receipt) (id string, err error) {
	if r.OurID != "" {
		err = tx.sql.QueryRowContext(ctx, "select id from messages where id = $1 and provider = $2", r.OurID, r.Provider).Scan(&id)
		if err == nil || !errors.Is(err, sql.ErrNoRows) {
			return id, err
		}
	}
	if r.ProviderID == "" {
		return "", sql.ErrNoRows
	}
	err = tx.sql.QueryRowContext(ctx, "select id from messages where provider = $1 and provider_id = $2 and provider_id <> ''", r.Provider, r.ProviderID).Scan(&id)
	return id, err
}

// forward says from which states a receipt may move a message.
var forward = map[sms.Status]string{
	sms.Taken:     "'sending', 'unknown'",
	sms.Delivered: "'sending', 'unknown', 'sent'",
	sms.Failed:    "'sending', 'unknown', 'sent'",
}

func (tx *Tx) advance(ctx context.Context, id string, r sms.Receipt) (bool, error) {
	from, ok := forward[r.Status]
	if !ok {
		return false, nil
	}
	var done int64
	if r.Status != sms.Taken {
		done = micros(tx.now())
	}
	result, err := tx.sql.ExecContext(ctx, `update messages set status = $2, reason = $3, done_at = $4,
		provider_id = case when provider_id = '' then $5 else provider_id end
		where id = $1 and status in (`+from+")", id, string(r.Status), r.Reason, done, r.ProviderID)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

func (tx *Tx) applyEarly(ctx context.Context, provider, providerID string) error {
	rows, err := tx.sql.QueryContext(ctx, "delete from early_receipts where provider = $1 and provider_id = $2 returning status, reason", provider, providerID)
	if err != nil {
		return fmt.Errorf("early receipts: %w", err)
	}
	var early []sms.Receipt
	for rows.Next() {
		r := sms.Receipt{Provider: provider, ProviderID: providerID}
		if err := rows.Scan(&r.Status, &r.Reason); err != nil {
			rows.Close()
			return fmt.Errorf("early receipts: %w", err)
		}
		early = append(early, r)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("early receipts: %w", err)
	}
	for _, r := range early {
		id, err := tx.findReceipted(ctx, r)
		if err != nil {
			return fmt.Errorf("early receipts: %w", err)
		}
		if _, err := tx.advance(ctx, id, r); err != nil {
			return fmt.Errorf("early receipts: %w", err)
		}
	}
	return nil
}

// Requeue lets a send that was cut short be tried again: claimed before a time and never heard of.
// It counts the repeat, for the person may get it twice.
func (s *Store) Requeue(ctx context.Context, id string) (bool, error) {
	result, err := s.write.ExecContext(ctx, "update messages set status = 'queued', repeats = repeats + 1 where id = $1 and status in ('sending', 'unknown')", id)
	if err != nil {
		return false, fmt.Errorf("requeue message: %w", err)
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// Message reads one; not_found if there is none.
func (s *Store) Message(ctx context.Context, id string) (Message, error) {
	m, err := s.scanMessage(s.read.QueryRowContext(ctx, "select "+messageColumns+" from messages where id = $1", id))
	if err != nil {
		return m, fmt.Errorf("read message: %w", err)
	}
	return m, nil
}

// Messages lists the newest messages, newest last.
func (s *Store) Messages(ctx context.Context, limit int) ([]Message, error) {
	rows, err := s.read.QueryContext(ctx, `select * from (select `+messageColumns+` from messages where (sent_at > 0 or status = 'failed') and bundle in ('', 'alone')
		order by created_at desc, id desc limit $1) as newest order by created_at, id`, limit)
	return collect(rows, err, "list messages", s.scanMessage)
}

// MessagesOf lists the messages about a report, oldest first.
func (s *Store) MessagesOf(ctx context.Context, reportID string) ([]Message, error) {
	rows, err := s.read.QueryContext(ctx, "select "+messageColumns+" from messages where report_id = $1 order by created_at, id", reportID)
	return collect(rows, err, "list messages", s.scanMessage)
}

// Told are the contacts that were written about an assignment, with the time of the newest message.
func (tx *Tx) Told(ctx context.Context, assignmentID string) (map[string]time.Time, error) {
	rows, err := tx.sql.QueryContext(ctx, "select contact_id, max(created_at) from messages where assignment_id = $1 and contact_id <> '' group by contact_id", assignmentID)
	if err != nil {
		return nil, fmt.Errorf("who was told: %w", err)
	}
	defer rows.Close()
	told := map[string]time.Time{}
	for rows.Next() {
		var contact string
		var at int64
		if err := rows.Scan(&contact, &at); err != nil {
			return nil, fmt.Errorf("who was told: %w", err)
		}
		told[contact] = fromMicros(at)
	}
	return told, rows.Err()
}

// Unsettled counts sends whose outcome is unknown and that were claimed before a time: an alarm.
func (s *Store) Unsettled(ctx context.Context, before time.Time) (n int, err error) {
	err = s.read.QueryRowContext(ctx, "select count(*) from messages where status in ('sending', 'unknown') and claimed_at < $1", micros(before)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count unsettled messages: %w", err)
	}
	return n, nil
}
