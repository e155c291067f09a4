package store

import (
	"context"
	"fmt"
	"slices"

	"ripoti/internal/ripoti"
	"ripoti/internal/seal"
)

// Wall is who may not know of a report (domain brief 4.4): offices, with everybody whose number answers
// for one, and the people who were posted there when it rose, wherever they are posted since.
type Wall struct {
	Offices []string
	people  map[string]bool
	keys    *seal.Keys
}

// Around says whether the wall stands around an office.
func (w Wall) Around(office string) bool { return slices.Contains(w.Offices, office) }

// Person says whether the wall stands before whoever has a number, whatever the office.
func (w Wall) Person(p ripoti.Phone) bool {
	return len(w.people) > 0 && slices.ContainsFunc(w.keys.Hashes("phone", p.Dial()), func(hash string) bool { return w.people[hash] })
}

// None says that there is no wall.
func (w Wall) None() bool { return len(w.Offices) == 0 && len(w.people) == 0 }

// Wall is who may not know of a report.
func (tx *Tx) Wall(ctx context.Context, reportID string) (Wall, error) {
	return wallOf(ctx, tx.sql, tx.keys, reportID)
}

// Wall is who may not know of a report.
func (s *Store) Wall(ctx context.Context, reportID string) (Wall, error) {
	return wallOf(ctx, s.read, s.keys, reportID)
}

func wallOf(ctx context.Context, q querier, keys *seal.Keys, reportID string) (Wall, error) {
	w := Wall{people: map[string]bool{}, keys: keys}
	var err error
	if w.Offices, err = walls(ctx, q, reportID); err != nil || len(w.Offices) == 0 {
		return w, err
	}
	rows, err := q.QueryContext(ctx, "select person from wall_people where report_id = $1", reportID)
	people, err := scanStrings(rows, err, "read walls")
	for _, p := range people {
		w.people[p] = true
	}
	return w, err
}

// Walls are the offices a report is walled off from.
func (s *Store) Walls(ctx context.Context, reportID string) ([]string, error) {
	return walls(ctx, s.read, reportID)
}

func walls(ctx context.Context, q querier, reportID string) ([]string, error) {
	rows, err := q.QueryContext(ctx, "select office_id from walls where report_id = $1 order by office_id", reportID)
	return scanStrings(rows, err, "read walls")
}

// WallOff adds offices to those a report is walled off from, and whoever is posted there now. Those who
// stood behind the wall before stay there.
func (tx *Tx) WallOff(ctx context.Context, reportID string, offices ...string) error {
	for _, office := range offices {
		added, err := tx.changed(ctx, "save wall", "insert into walls (report_id, office_id) values ($1,$2) on conflict do nothing", reportID, office)
		if err != nil {
			return err
		}
		if !added {
			continue
		}
		_, err = tx.sql.ExecContext(ctx, `insert into wall_people (report_id, person)
			select cast($1 as text), phone_hash from contacts where office_id = $2 union select cast($1 as text), id from users where office_id = $2
			on conflict do nothing`, reportID, office)
		if err != nil {
			return fmt.Errorf("save wall: %w", err)
		}
	}
	return nil
}

// WallOffPeople puts contacts behind the wall of a report by the numbers that they have, and had when
// they were written about a case: who has left an office may have left the directory too.
func (tx *Tx) WallOffPeople(ctx context.Context, reportID, about string, contacts []string) error {
	for _, id := range contacts {
		_, err := tx.sql.ExecContext(ctx, `insert into wall_people (report_id, person) select cast($1 as text), phone_hash from contacts where id = $2
			union select cast($1 as text), to_hash from messages where report_id = $3 and to_hash <> '' and (contact_id = $2 or contact_id like $4)
			on conflict do nothing`, reportID, id, about, id+estrangedBy+"%")
		if err != nil {
			return fmt.Errorf("save wall: %w", err)
		}
	}
	return nil
}

// Answered are the contacts who answered to an assignment: who took it, and who was written into the
// history for it.
func (tx *Tx) Answered(ctx context.Context, a Assignment) ([]string, error) {
	rows, err := tx.sql.QueryContext(ctx, "select distinct actor from events where report_id = $1 and kind in ('accepted', 'declined', 'handed_over', 'conflict_declared') and data like $2",
		a.ReportID, `%"`+a.ID+`"%`)
	who, err := scanStrings(rows, err, "who answered")
	if a.AcceptedBy != "" && !slices.Contains(who, a.AcceptedBy) {
		who = append(who, a.AcceptedBy)
	}
	return who, err
}

// Asker is as whom somebody asks: every office that the number answers for, and the contacts it has. A
// wall around any of the offices, or before the number, shuts the report out.
type Asker struct{ Offices, Contacts []string }

// AskerOf is a number by its contacts.
func AskerOf(contacts ...ripoti.Contact) (a Asker) {
	for _, c := range contacts {
		a.Offices, a.Contacts = append(a.Offices, c.OfficeID), append(a.Contacts, c.ID)
	}
	return a
}

// outside is the condition that a report, by its column, stands on the asker's side of its wall; what
// fills it is added to args.
func (a Asker) outside(report string, args *[]any) string {
	return outsideWall(report, placed(args, a.Offices), placed(args, a.Contacts))
}

// placed adds values to the arguments of a query and gives their places.
func placed(args *[]any, values []string) string {
	first := len(*args) + 1
	for _, v := range values {
		*args = append(*args, v)
	}
	return list(first, len(values))
}

// outsideWall is the one condition by which lists, searches and counts leave out what is behind a wall:
// for offices and contacts whose places stand in a query, "" for none of them.
func outsideWall(report, offices, contacts string) string {
	condition := "1 = 1"
	if offices != "" {
		condition += " and not exists (select 1 from walls w where w.report_id = " + report + " and w.office_id in (" + offices + "))"
	}
	if contacts != "" {
		condition += " and not exists (select 1 from wall_people w where w.report_id = " + report +
			" and w.person in (select phone_hash from contacts where id in (" + contacts + ")))"
	}
	return condition
}
