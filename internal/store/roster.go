package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ripoti/internal/ripoti"
)

// Roster reads who answers when. Marks whose time is over are left out.
func (s *Store) Roster(ctx context.Context) (out ripoti.Roster, err error) {
	if out.Shifts, err = s.shifts(ctx); err != nil {
		return out, err
	}
	if out.Leaves, err = s.leaves(ctx); err != nil {
		return out, err
	}
	out.Marks, err = s.dutyMarks(ctx)
	return out, err
}

func (s *Store) shifts(ctx context.Context) (out []ripoti.Shift, err error) {
	rows, err := s.read.QueryContext(ctx, `select office_id, role, contact_id, days, from_minute, to_minute from roster_shifts
		order by office_id, role, contact_id, days, from_minute, to_minute`)
	if err != nil {
		return nil, fmt.Errorf("read shifts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var v ripoti.Shift
		if err := rows.Scan(&v.OfficeID, &v.Role, &v.ContactID, &v.Days, &v.From, &v.To); err != nil {
			return nil, fmt.Errorf("read shifts: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func (s *Store) leaves(ctx context.Context) (out []ripoti.Leave, err error) {
	rows, err := s.read.QueryContext(ctx, "select contact_id, from_day, to_day, stand_in from roster_leaves order by contact_id, from_day")
	if err != nil {
		return nil, fmt.Errorf("read leaves: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var v ripoti.Leave
		if err := rows.Scan(&v.ContactID, &v.From, &v.To, &v.StandIn); err != nil {
			return nil, fmt.Errorf("read leaves: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func (s *Store) dutyMarks(ctx context.Context) (out []ripoti.DutyMark, err error) {
	rows, err := s.read.QueryContext(ctx, "select contact_id, on_duty, until from duty_marks where until > $1 order by contact_id", micros(s.now()))
	if err != nil {
		return nil, fmt.Errorf("read duty marks: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var v ripoti.DutyMark
		var until int64
		if err := rows.Scan(&v.ContactID, &v.On, &until); err != nil {
			return nil, fmt.Errorf("read duty marks: %w", err)
		}
		v.Until = fromMicros(until)
		out = append(out, v)
	}
	return out, rows.Err()
}

// SaveShifts replaces the rosters of the offices that shifts name, or, with whole, all rosters, and
// tells running processes.
func (tx *Tx) SaveShifts(ctx context.Context, shifts []ripoti.Shift, whole bool) error {
	gone := map[string]bool{}
	for _, v := range shifts {
		gone[v.OfficeID] = true
	}
	return tx.replaceShifts(ctx, shifts, whole, slices.Sorted(maps.Keys(gone)))
}

// SaveShiftsOf replaces the roster of one office: with none it has no roster any more.
func (tx *Tx) SaveShiftsOf(ctx context.Context, officeID string, shifts []ripoti.Shift) error {
	return tx.replaceShifts(ctx, shifts, false, []string{officeID})
}

func (tx *Tx) replaceShifts(ctx context.Context, shifts []ripoti.Shift, whole bool, offices []string) error {
	if err := tx.clearRoster(ctx, "roster_shifts", "office_id", whole, offices); err != nil {
		return err
	}
	var rows []any
	for _, v := range shifts {
		rows = append(rows, v.OfficeID, string(v.Role), v.ContactID, int(v.Days), v.From, v.To)
	}
	if err := tx.insertPaged(ctx, "roster_shifts (office_id, role, contact_id, days, from_minute, to_minute)", 6, rows); err != nil {
		return err
	}
	return tx.revise(ctx, "roster")
}

// DropShifts takes a contact out of every roster, and gives the shifts that nobody has now.
func (tx *Tx) DropShifts(ctx context.Context, contactID string) ([]ripoti.Shift, error) {
	rows, err := tx.sql.QueryContext(ctx, "delete from roster_shifts where contact_id = $1 returning office_id, role, contact_id, days, from_minute, to_minute", contactID)
	shifts, err := collect(rows, err, "drop shifts", func(row scanner) (v ripoti.Shift, err error) {
		err = row.Scan(&v.OfficeID, &v.Role, &v.ContactID, &v.Days, &v.From, &v.To)
		return v, err
	})
	if err != nil || len(shifts) == 0 {
		return nil, err
	}
	return shifts, tx.revise(ctx, "roster")
}

// clearRoster empties a table of the roster: whole, or of those whose rows come anew.
func (tx *Tx) clearRoster(ctx context.Context, table, column string, whole bool, of []string) error {
	if whole {
		if _, err := tx.sql.ExecContext(ctx, "delete from "+table); err != nil {
			return fmt.Errorf("save %s: %w", table, err)
		}
		return nil
	}
	for _, id := range of {
		if _, err := tx.sql.ExecContext(ctx, "delete from "+table+" where "+column+" = $1", id); err != nil {
			return fmt.Errorf("save %s: %w", table, err)
		}
	}
	return nil
}

// SaveLeaves replaces the leaves of the contacts that leaves name, or, with whole, all leaves, and
// tells running processes.
func (tx *Tx) SaveLeaves(ctx context.Context, leaves []ripoti.Leave, whole bool) error {
	gone := map[string]bool{}
	for _, v := range leaves {
		gone[v.ContactID] = true
	}
	return tx.replaceLeaves(ctx, leaves, whole, slices.Sorted(maps.Keys(gone)))
}

// SaveLeavesOf replaces the leaves of one contact: with none there is none any more.
func (tx *Tx) SaveLeavesOf(ctx context.Context, contactID string, leaves []ripoti.Leave) error {
	return tx.replaceLeaves(ctx, leaves, false, []string{contactID})
}

func (tx *Tx) replaceLeaves(ctx context.Context, leaves []ripoti.Leave, whole bool, contacts []string) error {
	if err := tx.clearRoster(ctx, "roster_leaves", "contact_id", whole, contacts); err != nil {
		return err
	}
	var rows []any
	for _, v := range leaves {
		rows = append(rows, v.ContactID, v.From, v.To, v.StandIn)
	}
	if err := tx.insertPaged(ctx, "roster_leaves (contact_id, from_day, to_day, stand_in)", 4, rows); err != nil {
		return err
	}
	return tx.revise(ctx, "roster")
}

// MarkDuty keeps a contact's newest word about being on duty, and tells running processes.
func (tx *Tx) MarkDuty(ctx context.Context, m ripoti.DutyMark) error {
	_, err := tx.sql.ExecContext(ctx, `insert into duty_marks (contact_id, on_duty, said_at, until) values ($1,$2,$3,$4)
		on conflict (contact_id) do update set on_duty = excluded.on_duty, said_at = excluded.said_at, until = excluded.until`,
		m.ContactID, m.On, micros(tx.now()), micros(m.Until))
	if err != nil {
		return fmt.Errorf("mark duty: %w", err)
	}
	return tx.revise(ctx, "roster")
}

// SlotGap is a slot of a roster that alerts found empty.
type SlotGap struct {
	OfficeID string
	Role     ripoti.Role
	Hour     time.Time // the beginning of the hour
	Alerts   int       // how many found it empty in that hour
}

// FoundEmpty counts an alert that found nobody on duty in a slot.
func (tx *Tx) FoundEmpty(ctx context.Context, officeID string, role ripoti.Role) error {
	_, err := tx.sql.ExecContext(ctx, `insert into slot_gaps (office_id, role, hour, alerts) values ($1,$2,$3,1)
		on conflict (office_id, role, hour) do update set alerts = slot_gaps.alerts + 1`, officeID, string(role), tx.now().Unix()/3600)
	if err != nil {
		return fmt.Errorf("count empty slot: %w", err)
	}
	return nil
}

// SlotGaps lists the slots that alerts found empty since a time, newest first, at most limit.
func (s *Store) SlotGaps(ctx context.Context, since time.Time, limit int) (out []SlotGap, err error) {
	rows, err := s.read.QueryContext(ctx, "select office_id, role, hour, alerts from slot_gaps where hour >= $1 order by hour desc, office_id, role limit $2",
		since.Unix()/3600, limit)
	if err != nil {
		return nil, fmt.Errorf("list empty slots: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var g SlotGap
		var hour int64
		if err := rows.Scan(&g.OfficeID, &g.Role, &hour, &g.Alerts); err != nil {
			return nil, fmt.Errorf("list empty slots: %w", err)
		}
		g.Hour = time.Unix(hour*3600, 0).UTC()
		out = append(out, g)
	}
	return out, rows.Err()
}
