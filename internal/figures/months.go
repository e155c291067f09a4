package figures

import (
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
	"ripoti/internal/store"
)

// MostMonths is how many months one sheet covers.
const MostMonths = 12

// Month is a month in Nairobi, "2026-11". Figures are told by whole months alone: who could choose days
// could take one range from another and be left with a single report.
type Month string

const monthForm = "2006-01"

// MonthOf is the month of a time.
func MonthOf(t time.Time) Month { return Month(t.In(routing.Nairobi).Format(monthForm)) }

// Start is when it begins.
func (m Month) Start() time.Time {
	t, _ := time.ParseInLocation(monthForm, string(m), routing.Nairobi) // made by MonthOf or Range
	return t
}

// Add is the month so many months later.
func (m Month) Add(n int) Month { return MonthOf(m.Start().AddDate(0, n, 0)) }

// Range is months from the first to the last.
type Range struct{ From, To Month }

// Asked reads a range as it stands in an address; what is empty is the last six months. The error is
// Invalid and names what is wrong.
func Asked(from, to string, now time.Time) (Range, error) {
	r := Range{Month(from), Month(to)}
	if r.To == "" {
		r.To = MonthOf(now)
	}
	if _, err := time.Parse(monthForm, string(r.To)); err != nil {
		return Range{}, ripoti.Invalid("figures.no_month", err)
	}
	if r.From == "" {
		r.From = r.To.Add(-5)
	}
	if _, err := time.Parse(monthForm, string(r.From)); err != nil {
		return Range{}, ripoti.Invalid("figures.no_month", err)
	}
	if n := len(r.Months()); n == 0 || n > MostMonths {
		return Range{}, ripoti.Invalid("figures.range", nil)
	}
	return r, nil
}

// Months are all of them; none where the range runs backward. It stops behind MostMonths.
func (r Range) Months() (all []Month) {
	for m := r.From; m <= r.To && len(all) <= MostMonths; m = m.Add(1) {
		all = append(all, m)
	}
	return all
}

// Period is the range in time.
func (r Range) Period() store.Period {
	return store.Period{From: r.From.Start(), To: r.To.Add(1).Start()}
}
