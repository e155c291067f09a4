package routing

import (
	"slices"
	"time"

	"ripoti/internal/ripoti"
)

// sent is where a place's reports go for the time being.
type sent struct {
	office int32 // -1: nowhere else than by the rules
	until  time.Time
}

// override takes temporary exceptions into the snapshot. Of two about one place the one that was made
// last counts; an office that is gone from the directory is skipped by itself.
func (d *Directory) override(overrides []ripoti.Override) {
	for _, o := range overrides {
		i, ok := d.byID[o.OfficeID]
		if !ok {
			continue
		}
		switch o.Kind {
		case ripoti.OverrideSkip:
			if f := &d.facts[i]; o.EndsAt.After(f.skipped) {
				f.skipped = o.EndsAt
			}
		case ripoti.OverrideSend:
			for _, place := range o.Places {
				d.sent[place] = sent{i, o.EndsAt}
			}
		}
	}
}

// sendElsewhere puts the office that the place is sent to before all others of its sort that the place
// was given to. Whether it is able is asked as of any other, and the wall holds for it too.
func (j *judge) sendElsewhere(p ripoti.PlaceRef) {
	to, ok := j.d.sent[p.ID]
	if !ok && p.Ward != "" {
		to, ok = j.d.sent[p.Ward]
	}
	if !ok {
		return
	}
	j.sent = to
	kind := j.d.offices[to.office].Kind
	j.served = slices.DeleteFunc(slices.Clone(j.served), func(i int32) bool {
		k := j.d.offices[i].Kind
		return k == kind || isStation(k) && isStation(kind)
	})
	j.served = append(j.served, to.office)
}

func isStation(k ripoti.OfficeKind) bool { return k == ripoti.Station || k == ripoti.Post }

// given says why a place is an office's, whatever the distance.
func (j *judge) given(i int32) string {
	if i == j.sent.office {
		return "reports from there go to it until " + untilText(j.sent.until)
	}
	return "the place was given to it"
}

func untilText(t time.Time) string { return t.In(Nairobi).Format("2006-01-02 15:04") }
