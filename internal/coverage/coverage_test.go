package coverage_test

import (
	"slices"
	"testing"
	"time"

	"ripoti/internal/coverage"
	"ripoti/internal/directory"
	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
	"ripoti/internal/routing"
)

var noon = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

type country struct {
	places   *gazetteer.Gazetteer
	offices  []ripoti.Office
	contacts []ripoti.Contact
}

func open(t testing.TB) country {
	t.Helper()
	places, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	sample, err := directory.Sample()
	if err != nil {
		t.Fatal(err)
	}
	return country{places, sample.Offices, sample.Contacts}
}

func (c country) network(overrides ...ripoti.Override) coverage.Network {
	return coverage.Network{Wards: c.places.Wards(), Directory: routing.NewDirectory(c.offices, c.contacts, c.places, overrides...), Rules: routing.Default()}
}

func (c country) measure() []coverage.Reach { return coverage.Of(c.network(), coverage.Day) }

// with is a country where an office is altered.
func (c country) with(id string, alter func(*ripoti.Office)) country {
	c.offices = slices.Clone(c.offices)
	i := slices.IndexFunc(c.offices, func(o ripoti.Office) bool { return o.ID == id })
	alter(&c.offices[i])
	return c
}

func TestEveryWardIsMeasuredWorstFirst(t *testing.T) {
	all := open(t).measure()
	if len(all) != 1450 {
		t.Fatalf("%d wards", len(all))
	}
	for i := 1; i < len(all); i++ {
		if all[i].Band() > all[i-1].Band() {
			t.Fatalf("%s (%d) stands behind %s (%d)", all[i].Ward.Name, all[i].Band(), all[i-1].Ward.Name, all[i-1].Band())
		}
	}
	total := 0
	for _, n := range coverage.Counts(all) {
		total += n
	}
	if total != 1450 {
		t.Errorf("the bands hold %d", total)
	}
}

func TestCountiesAreCountedBlindFirst(t *testing.T) {
	c := open(t)
	for i := range c.offices { // Turkana has no police
		if c.offices[i].County == "023" && c.offices[i].Kind.Police() {
			c.offices[i].Active = false
		}
	}
	all := c.measure()
	counties, total := coverage.Counties(all), 0
	if len(counties) != 47 {
		t.Fatalf("%d counties", len(counties))
	}
	for i, county := range counties {
		for _, n := range county.Counts {
			total += n
		}
		if i > 0 && county.Counts[coverage.Blind] > counties[i-1].Counts[coverage.Blind] {
			t.Errorf("%s stands behind %s", county.Name, counties[i-1].Name)
		}
	}
	if total != 1450 || counties[0].Counts[coverage.Blind] == 0 {
		t.Errorf("%d wards, first %+v", total, counties[0])
	}
}

func TestAWardWithoutAnyStationIsBlind(t *testing.T) {
	c := open(t)
	c.offices = slices.DeleteFunc(slices.Clone(c.offices), func(o ripoti.Office) bool { return o.Kind.Police() })
	for _, r := range c.measure() {
		if r.Band() != coverage.Blind {
			t.Fatalf("%s is served by %s", r.Ward.Name, r.By[coverage.Police].OfficeID)
		}
	}
}

func TestAnOfficeWithoutADeskOrAPointIsNoCover(t *testing.T) {
	for name, found := range map[string]coverage.Found{
		"next door without a desk": {OfficeID: "x", Km: 1},
		"nobody knows how far":     {OfficeID: "x", Km: -1, Able: true},
	} {
		r := coverage.Reach{By: [4]coverage.Found{coverage.Police: found}}
		if r.Band() != coverage.Beyond {
			t.Errorf("%s counts as %d", name, r.Band())
		}
	}
}

// What if a station stood in the ward that is worst off? It is served from next door then.
func TestANewOfficeIsSeenInTheComparison(t *testing.T) {
	c := open(t)
	before := c.measure()
	i := slices.IndexFunc(before, func(r coverage.Reach) bool { return r.Ward.Precision.Decides() })
	worst := before[i].Ward
	c.offices = append(slices.Clone(c.offices), ripoti.Office{ID: "what-if", Kind: ripoti.Station, Name: "Sample what if", County: worst.CountyID, PlaceID: worst.ID,
		Point: worst.Point, Able: []ripoti.Capability{ripoti.GenderDesk}, Hours: "24h", Active: true})
	c.contacts = append(slices.Clone(c.contacts), ripoti.Contact{ID: "what-if-duty", OfficeID: "what-if", Role: ripoti.RoleDuty, Rank: 1, Phone: "+254711000999", VerifiedAt: noon, Active: true})
	changes := coverage.Compare(before, c.measure())
	found := false
	for _, ch := range changes {
		if ch.After.By[coverage.Police].OfficeID != "what-if" || !slices.Equal(ch.Helps, []coverage.Help{coverage.Police}) {
			t.Errorf("%s changes %v to %+v", ch.After.Ward.Name, ch.Helps, ch.After.By)
		}
		found = found || ch.After.Ward.ID == worst.ID && ch.After.Band() == coverage.Near
	}
	if !found {
		t.Errorf("%s is not served by it: %+v", worst.Name, changes)
	}
	if len(coverage.Compare(before, before)) != 0 {
		t.Error("nothing changed, and something is told")
	}
}

// An office that moves keeps its id: the wards it keeps have it nearer or farther.
func TestAnOfficeThatMovesIsSeenInTheComparison(t *testing.T) {
	c := open(t)
	before := c.measure()
	mine := before[slices.IndexFunc(before, func(r coverage.Reach) bool { return r.Band() == coverage.Near })].By[coverage.Police].OfficeID
	kept, lost := 0, 0
	for _, ch := range coverage.Compare(before, c.with(mine, func(o *ripoti.Office) { o.Point.Lat += 0.02 }).measure()) {
		was, is := ch.Before.By[coverage.Police], ch.After.By[coverage.Police]
		switch {
		case was.OfficeID == mine && is.OfficeID == mine && was.Km != is.Km:
			kept++
		case was.OfficeID == mine || is.OfficeID == mine:
			lost++
		default:
			t.Errorf("%s has nothing to do with it: %+v to %+v", ch.After.Ward.Name, was, is)
		}
	}
	if kept == 0 {
		t.Errorf("no ward keeps it at another distance, %d change hands", lost)
	}
}

func TestAnOfficeThatLosesItsDeskIsSeenInTheComparison(t *testing.T) {
	c := open(t)
	for i := range c.offices { // no desk anywhere near: the station stays the nearest
		c.offices[i].Able = nil
	}
	without := c.measure()
	mine := without[slices.IndexFunc(without, func(r coverage.Reach) bool { return r.By[coverage.Police].Km > 0 })].By[coverage.Police].OfficeID
	with := c.with(mine, func(o *ripoti.Office) { o.Able = []ripoti.Capability{ripoti.GenderDesk} }).measure()
	if len(coverage.Compare(with, without)) == 0 {
		t.Error("a desk that is gone changes nothing")
	}
}

// Each help has its own office: the catchments of a sort cut up the wards that have it.
func TestCatchmentsCutUpTheWards(t *testing.T) {
	c := open(t)
	all := c.measure()
	wards := map[coverage.Help]int{}
	for _, o := range c.offices {
		help, ok := coverage.HelpOf(o.Kind)
		caught := coverage.Catchment(all, o)
		if wards[help] += len(caught); !ok && len(caught) > 0 {
			t.Errorf("%s has wards", o.ID)
		}
		for _, r := range caught {
			if help == coverage.Hospital && r.Ward.CountyID != o.County {
				t.Errorf("%s of %s goes to %s", r.Ward.Name, r.Ward.CountyID, o.ID)
			}
		}
	}
	for _, help := range []coverage.Help{coverage.Social, coverage.Children, coverage.Hospital} {
		if wards[help] != 1450 {
			t.Errorf("%d wards have help %d", wards[help], help)
		}
	}
	if blind := coverage.Counts(all)[coverage.Blind]; wards[coverage.Police]+blind != 1450 {
		t.Errorf("%d wards have police, %d are blind", wards[coverage.Police], blind)
	}
}

func TestTheNearestHospitalThatCanBeToldCounts(t *testing.T) {
	c := open(t)
	ward, _ := c.places.Place("ward-0001")
	c.offices = append(slices.Clone(c.offices), ripoti.Office{ID: "a-nearer", Kind: ripoti.Hospital, County: ward.CountyID, Point: ward.Point, Active: true})
	of := func(c country) string {
		all := c.measure()
		return all[slices.IndexFunc(all, func(r coverage.Reach) bool { return r.Ward.ID == ward.ID })].By[coverage.Hospital].OfficeID
	}
	if got := of(c); got == "a-nearer" || got == "" {
		t.Errorf("a hospital that nobody answers for: %q", got)
	}
	c.contacts = append(slices.Clone(c.contacts), ripoti.Contact{ID: "a-nearer.health", OfficeID: "a-nearer", Role: ripoti.RoleHealth, Rank: 1, Phone: "+254711000998", VerifiedAt: noon, Active: true})
	if got := of(c); got != "a-nearer" {
		t.Errorf("the nearest is %q", got)
	}
}

// By night a station that shuts is no help; by day it is.
func TestAStationThatShutsIsNoHelpAtNight(t *testing.T) {
	c := open(t)
	day := c.measure()
	mine := day[slices.IndexFunc(day, func(r coverage.Reach) bool { return r.Band() == coverage.Near })].By[coverage.Police].OfficeID
	c = c.with(mine, func(o *ripoti.Office) { o.Hours = "08:00-17:00" })
	if changes := coverage.Compare(day, c.measure()); len(changes) != 0 {
		t.Errorf("%d wards change by day", len(changes))
	}
	office := ripoti.Office{ID: mine, Kind: ripoti.Station}
	if by := coverage.Catchment(coverage.Of(c.network(), coverage.Night), office); len(by) != 0 {
		t.Errorf("%d wards go to a station that is shut", len(by))
	}
}

func TestAnExceptionInForceCounts(t *testing.T) {
	c := open(t)
	day := c.measure()
	mine := day[slices.IndexFunc(day, func(r coverage.Reach) bool { return r.Band() == coverage.Near })].By[coverage.Police].OfficeID
	skip := ripoti.Override{Kind: ripoti.OverrideSkip, OfficeID: mine, EndsAt: noon.AddDate(0, 0, 3)}
	if by := coverage.Catchment(coverage.Of(c.network(skip), coverage.Day), ripoti.Office{ID: mine, Kind: ripoti.Station}); len(by) != 0 {
		t.Errorf("%d wards go to a station that is passed over", len(by))
	}
}

func BenchmarkOf(b *testing.B) {
	n := open(b).network()
	for b.Loop() {
		coverage.Of(n, coverage.Day)
	}
}
