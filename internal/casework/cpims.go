package casework

import (
	"context"

	"ripoti/internal/cpims"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

// cpimsPage is how many reports are read at once, mostCPIMS how many cases one file holds.
const (
	cpimsPage = 200
	mostCPIMS = 10_000
)

// CPIMS are the children's cases of a view by the fields of CPIMS, newest first. name is what the receiver
// may call a report.
func (d *Desk) CPIMS(ctx context.Context, v store.View, wanted store.Wanted, name func(ripoti.Report) string) (rows [][]string, err error) {
	after := ""
	for len(rows) < mostCPIMS {
		page, err := d.Store.SeenWhole(ctx, v, wanted, after, cpimsPage)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			if !cpims.Covers(r) {
				continue
			}
			unit, err := d.careOf(ctx, r.ID)
			if err != nil {
				return nil, err
			}
			rows = append(rows, cpims.Row(r, name(r), unit, d.Places))
		}
		if len(page) < cpimsPage {
			break
		}
		after = page[len(page)-1].ID
	}
	return rows, nil
}

// careOf is the name of the office that has the care of a report, "" while none has.
func (d *Desk) careOf(ctx context.Context, reportID string) (string, error) {
	assignments, err := d.Store.Assignments(ctx, reportID)
	if err != nil {
		return "", err
	}
	for _, a := range assignments {
		if a.Side == ripoti.Care && (a.Status == ripoti.AssignmentOpen || a.Status == ripoti.AssignmentAccepted) {
			office, _ := d.Live.World().Office(a.OfficeID)
			return office.Name, nil
		}
	}
	return "", nil
}
