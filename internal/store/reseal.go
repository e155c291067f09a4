package store

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
)

// sealedColumn is one place where something is sealed: under which keys, and in which context, which
// is made of the row's key.
type sealedColumn struct {
	table, key, column, context string
	number                      bool   // under the keys of numbers, not of narratives
	hash                        string // the column of the keyed hash that the number is recognised by, "" for none
}

// sealedColumns are all of them. A test finds those that are missing.
var sealedColumns = []sealedColumn{
	{"reports", "id", "story_sealed", "story:", false, ""},
	{"reporters", "report_id", "phone_sealed", "reporter:", true, "phone_hash"},
	{"held_drafts", "conversation", "from_sealed", "held:", true, ""},
	{"held_drafts", "conversation", "draft_sealed", "held:", false, ""},
	{"messages", "id", "to_sealed", "message:", true, "to_hash"},
	{"messages", "id", "facts_sealed", "facts:", false, ""},
	{"messages", "id", "body_sealed", "body:", false, ""},
	{"inbound", "id", "from_sealed", "inbound:", true, "from_hash"},
	{"inbound", "id", "body_sealed", "inbound:", false, ""},
	{"contacts", "id", "phone_sealed", "contact:", true, "phone_hash"},
	{"talks", "number_hash", "state_sealed", "talk:", false, ""},
	{"directory_uploads", "user_id", "offices_sealed", "upload:", true, ""},
	{"directory_uploads", "user_id", "contacts_sealed", "upload:", true, ""},
	{"directory_uploads", "user_id", "shifts_sealed", "upload:", true, ""},
	{"directory_uploads", "user_id", "leaves_sealed", "upload:", true, ""},
	{"pins", "phone_hash", "pin_sealed", "pin:", true, ""},
	{"staff_acts", "act_hash", "result_sealed", "act:", false, ""},
	{"referrals", "id", "why_sealed", "referral:", false, ""},
	{"notes", "id", "note_sealed", "note:", false, ""},
	{"flags", "id", "note_sealed", "flag:", false, ""},
	{"flags", "id", "how_sealed", "settled:", false, ""},
	{"closings", "id", "reason_sealed", "closing:", false, ""},
	{"closing_answers", "closing_id || ':' || number_hash", "reason_sealed", "closing:", false, ""},
	{"users", "id", "totp_sealed", "totp:", false, ""},
	{"api_tokens", "id", "secret_sealed", "token:", false, ""},
	{"sessions", "token_hash", "data_sealed", "session:", false, ""},
}

// SealedColumns name them, "table.column".
func SealedColumns() (names []string) {
	for _, c := range sealedColumns {
		names = append(names, c.table+"."+c.column)
	}
	return names
}

// knownByNumber are columns that hold the hash of a number and no number: they follow where the number
// itself is met. key is the rest of a key that the hash is part of: what stands there under the newer
// hash already is the newer word. A test finds those that are missing.
var knownByNumber = []struct{ table, column, key string }{
	{"followups", "number_hash", ""},
	{"reporter_news", "number_hash", ""},
	{"pings", "number_hash", ""},
	{"number_checks", "number_hash", ""},
	{"conflicts", "number_hash", "report_id"},
	{"answer_counts", "number_hash", "hour"},
	{"passive_answers", "number_hash", "number_hash"},
	{"wall_people", "person", "report_id"},
}

// KnownByNumber name them, "table.column", with those that have ways of their own: talks and answers to
// closings seal something in the context of the hash.
func KnownByNumber() (names []string) {
	for _, k := range knownByNumber {
		names = append(names, k.table+"."+k.column)
	}
	return append(names, "talks.number_hash", "closing_answers.number_hash")
}

// resealPage is how many rows are read, and at most written, at once.
const resealPage = 200

// Reseal seals with the newest keys what still lies under older ones, and hashes numbers again. It may
// be stopped and started again at any time, while others work: a row that changes meanwhile is left
// for the next run, as it is sealed anew anyhow. progress is called for each page. It gives how many
// values were sealed again; once that is 0, nothing needs the older keys any more but the hashes.
func (s *Store) Reseal(ctx context.Context, progress func(column string, rows int)) (changed int, err error) {
	met := numbersMet{}
	for _, c := range sealedColumns {
		rows := 0
		for after := ""; ; {
			page, err := s.sealedPage(ctx, c, after)
			if err != nil {
				return changed, err
			}
			if len(page) == 0 {
				break
			}
			n, err := s.resealPage(ctx, c, page, met)
			if err != nil {
				return changed, err
			}
			changed, rows, after = changed+n, rows+len(page), page[len(page)-1].key
			progress(c.table+"."+c.column, rows)
		}
	}
	return changed, s.followContacts(ctx)
}

// numbersMet are older hashes of numbers that were followed in this run: a number stands in many rows, and
// what is known by it follows at the first. When there are too many to remember, they are followed
// again, which changes nothing.
type numbersMet map[string]bool

const mostMet = 100_000 // some 10 MB

func (m numbersMet) remember(more numbersMet) {
	if len(m)+len(more) > mostMet {
		clear(m)
	}
	maps.Copy(m, more)
}

type sealedRow struct {
	key, hash string
	sealed    []byte
}

func (s *Store) sealedPage(ctx context.Context, c sealedColumn, after string) (page []sealedRow, err error) {
	hash := "''"
	if c.hash != "" {
		hash = c.hash
	}
	rows, err := s.read.QueryContext(ctx, "select "+c.key+", "+c.column+", "+hash+" from "+c.table+" where "+c.key+" > $1 order by "+c.key+" limit $2", after, resealPage)
	if err != nil {
		return nil, fmt.Errorf("reseal %s: %w", c.table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var r sealedRow
		if err := rows.Scan(&r.key, &r.sealed, &r.hash); err != nil {
			return nil, fmt.Errorf("reseal %s: %w", c.table, err)
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

func (s *Store) resealPage(ctx context.Context, c sealedColumn, page []sealedRow, met numbersMet) (changed int, err error) {
	box := s.keys.Narratives
	if c.number {
		box = s.keys.Numbers
	}
	var stale []sealedRow
	for _, r := range page {
		if len(r.sealed) > 0 && (!box.Current(r.sealed) || r.hash != "" && !s.keys.CurrentHash(r.hash)) {
			stale = append(stale, r)
		}
	}
	if len(stale) == 0 {
		return 0, nil
	}
	fresh := numbersMet{}
	err = s.InTx(ctx, func(tx *Tx) error {
		changed = 0
		clear(fresh)
		for _, r := range stale {
			if met[r.hash] {
				fresh[r.hash] = true
			}
			n, err := tx.resealRow(ctx, c, box, r, fresh)
			if err != nil {
				return fmt.Errorf("reseal %s %s: %w", c.table, c.column, err)
			}
			changed += n
		}
		return nil
	})
	if err == nil {
		met.remember(fresh)
	}
	return changed, err
}

func (tx *Tx) resealRow(ctx context.Context, c sealedColumn, box *seal.Box, r sealedRow, met numbersMet) (int, error) {
	plain, err := box.Open(r.sealed, c.context+r.key)
	if err != nil {
		return 0, err
	}
	sealed, err := box.Seal(plain, c.context+r.key)
	if err != nil {
		return 0, err
	}
	set, args := c.column+" = $3", []any{r.key, r.sealed, sealed}
	if c.hash != "" && r.hash != "" {
		hash := tx.SenderHash(string(plain))
		set, args = set+", "+c.hash+" = $4", append(args, hash)
		if !met[r.hash] {
			if err := tx.followHash(ctx, r.hash, hash); err != nil {
				return 0, err
			}
			met[r.hash] = true
		}
	}
	result, err := tx.sql.ExecContext(ctx, "update "+c.table+" set "+set+" where "+c.key+" = $1 and "+c.column+" = $2", args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// followHash lets what is known by a number's hash alone follow to its new one.
func (tx *Tx) followHash(ctx context.Context, before, now string) error {
	if before == now {
		return nil
	}
	for _, k := range knownByNumber {
		newer := ""
		if k.key != "" {
			newer = " and not exists (select 1 from " + k.table + " newer where newer." + k.column + " = $2"
			if k.key != k.column {
				newer += " and newer." + k.key + " = " + k.table + "." + k.key
			}
			newer += ")"
		}
		if _, err := tx.sql.ExecContext(ctx, "update "+k.table+" set "+k.column+" = $2 where "+k.column+" = $1"+newer, before, now); err != nil {
			return err
		}
	}
	if err := tx.followAnswers(ctx, before, now); err != nil {
		return err
	}
	return tx.followTalk(ctx, before, now)
}

// followTalk seals the talk of a number again under its new hash, unless a newer one has begun.
func (tx *Tx) followTalk(ctx context.Context, before, now string) error {
	var sealed []byte
	var report string
	err := tx.sql.QueryRowContext(ctx, "select state_sealed, report_id from talks where number_hash = $1 and not exists (select 1 from talks where number_hash = $2)", before, now).Scan(&sealed, &report)
	if err = notFound(err, "talk.unknown"); ripoti.CodeOf(err) == ripoti.CodeNotFound {
		return nil // none, or a newer one has begun
	}
	if err != nil || len(sealed) == 0 {
		return err
	}
	plain, err := tx.keys.Narratives.Open(sealed, "talk:"+before)
	if err != nil {
		return err
	}
	if sealed, err = tx.keys.Narratives.Seal(plain, "talk:"+now); err != nil {
		return err
	}
	_, err = tx.sql.ExecContext(ctx, "update talks set number_hash = $2, state_sealed = $3 where number_hash = $1", before, now, sealed)
	return err
}

// followAnswers seals what a number answered to closings again under its new hash.
func (tx *Tx) followAnswers(ctx context.Context, before, now string) error {
	rows, err := tx.sql.QueryContext(ctx, `select closing_id, reason_sealed from closing_answers where number_hash = $1
		and not exists (select 1 from closing_answers newer where newer.number_hash = $2 and newer.closing_id = closing_answers.closing_id)`, before, now)
	type given struct {
		closing string
		reason  []byte
	}
	all, err := collect(rows, err, "answers to closings", func(row scanner) (g given, err error) { return g, row.Scan(&g.closing, &g.reason) })
	if err != nil {
		return err
	}
	for _, g := range all {
		words, err := tx.openWords(g.reason, "closing:"+g.closing+":"+before)
		if err != nil {
			return err
		}
		sealed, err := tx.sealWords(words, "closing:"+g.closing+":"+now)
		if err != nil {
			return err
		}
		if _, err := tx.sql.ExecContext(ctx, "update closing_answers set number_hash = $3, reason_sealed = $4 where closing_id = $1 and number_hash = $2", g.closing, before, now, sealed); err != nil {
			return err
		}
	}
	return nil
}

// followContacts lets what is known by a contact's number follow where the contact itself was written anew
// under the newest keys, as by an import: nothing of it is stale, and the rest still has older hashes.
func (s *Store) followContacts(ctx context.Context) error {
	for after := ""; ; {
		page, err := s.sealedPage(ctx, sealedColumn{"contacts", "id", "phone_sealed", "contact:", true, "phone_hash"}, after)
		if err != nil || len(page) == 0 {
			return err
		}
		err = s.InTx(ctx, func(tx *Tx) error {
			for _, r := range page {
				plain, err := tx.keys.Numbers.Open(r.sealed, "contact:"+r.key)
				if err != nil {
					return err
				}
				now := tx.SenderHash(string(plain))
				for _, before := range tx.keys.Hashes("phone", string(plain)) {
					if err := tx.followHash(ctx, before, now); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("reseal contacts: %w", err)
		}
		after = page[len(page)-1].key
	}
}

// ErrStale says that something is still sealed with an older key.
var ErrStale = errors.New("something is still sealed with an older key: run `ripoti keys reseal` first")

// Resealed says ErrStale where something is left to reseal.
func (s *Store) Resealed(ctx context.Context) error {
	for _, c := range sealedColumns {
		box := s.keys.Narratives
		if c.number {
			box = s.keys.Numbers
		}
		for after := ""; ; {
			page, err := s.sealedPage(ctx, c, after)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				if len(r.sealed) > 0 && !box.Current(r.sealed) {
					return ErrStale
				}
			}
			after = page[len(page)-1].key
		}
	}
	return nil
}

// NewestKeys are the keys in use without their older material.
func (s *Store) NewestKeys() (*seal.Keys, error) { return s.keys.Newest() }
