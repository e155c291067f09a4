package store

import (
	"context"
	"fmt"
	"time"
)

// StaffActHash names a press of the staff line: its call, its number and all that was typed in it.
func (s *Store) StaffActHash(press string) string { return s.keys.Hash("staff act", press) }

// StaffActs are the results of those presses that were done.
func (s *Store) StaffActs(ctx context.Context, hashes []string) (map[string][]byte, error) {
	args := make([]any, len(hashes))
	for i, h := range hashes {
		args[i] = h
	}
	done := map[string][]byte{}
	if len(args) == 0 {
		return done, nil
	}
	rows, err := s.write.QueryContext(ctx, "select act_hash, result_sealed from staff_acts where act_hash in ("+list(1, len(args))+")", args...)
	if err != nil {
		return nil, fmt.Errorf("read acts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var hash string
		var sealed []byte
		if err := rows.Scan(&hash, &sealed); err != nil {
			return nil, fmt.Errorf("read acts: %w", err)
		}
		if done[hash], err = s.keys.Narratives.Open(sealed, "act:"+hash); err != nil {
			return nil, fmt.Errorf("open act: %w", err)
		}
	}
	return done, rows.Err()
}

// BeginStaffAct claims a press. Where another hand has done it before, it gives that one's result:
// nothing may be done again. A press that two hands claim at once is done by the first to commit.
func (tx *Tx) BeginStaffAct(ctx context.Context, hash string) (result []byte, done bool, err error) {
	r, err := tx.sql.ExecContext(ctx, "insert into staff_acts (act_hash, result_sealed, at) values ($1, null, $2) on conflict (act_hash) do nothing", hash, micros(tx.now()))
	if err != nil {
		return nil, false, fmt.Errorf("begin act: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return nil, false, err
	}
	var sealed []byte
	err = tx.sql.QueryRowContext(ctx, "select result_sealed from staff_acts where act_hash = $1", hash).Scan(&sealed)
	if err != nil {
		return nil, false, fmt.Errorf("read act: %w", err)
	}
	if result, err = tx.keys.Narratives.Open(sealed, "act:"+hash); err != nil {
		return nil, false, fmt.Errorf("open act: %w", err)
	}
	return result, true, nil
}

// EndStaffAct keeps what a claimed press came to.
func (tx *Tx) EndStaffAct(ctx context.Context, hash string, result []byte) error {
	sealed, err := tx.keys.Narratives.Seal(result, "act:"+hash)
	if err != nil {
		return fmt.Errorf("seal act: %w", err)
	}
	if _, err := tx.sql.ExecContext(ctx, "update staff_acts set result_sealed = $2 where act_hash = $1", hash, sealed); err != nil {
		return fmt.Errorf("end act: %w", err)
	}
	return nil
}

// ForgetStaffActs drops what was pressed before a time: no gateway asks for it again.
func (tx *Tx) ForgetStaffActs(ctx context.Context, before time.Time) error {
	if _, err := tx.sql.ExecContext(ctx, "delete from staff_acts where at < $1", micros(before)); err != nil {
		return fmt.Errorf("forget acts: %w", err)
	}
	return nil
}
