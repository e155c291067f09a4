package routing

import (
	"math"
	"slices"

	"ripoti/internal/ripoti"
)

// wall is who may not know of a report (domain brief 4.4).
type wall struct {
	list     []int32 // offices, in the order they were found
	everyone bool    // all police: nothing is known of the place
	county   int32   // all police of this county; -1: not so
	subs     []int32 // sub-counties of walled offices
	counties []int32 // counties of walled offices
	topped   []int32 // counties whose commands are walled
}

func (w *wall) holds(d *Directory, i int32) bool {
	if (w.everyone || (w.county >= 0 && d.facts[i].county == w.county)) && d.offices[i].Kind.Police() {
		return true
	}
	return slices.Contains(w.list, i)
}

func (w *wall) add(d *Directory, i int32) bool {
	if i < 0 || slices.Contains(w.list, i) {
		return false
	}
	w.list = append(w.list, i)
	f := &d.facts[i]
	// The county command is walled with its stations, but its county is full of other sub-counties.
	if f.sub != 0 && !slices.Contains(w.subs, f.sub) {
		w.subs = append(w.subs, f.sub)
	}
	if f.county >= 0 && !slices.Contains(w.counties, f.county) {
		w.counties = append(w.counties, f.county)
	}
	return true
}

// elsewhere says whether the station is of another sub-county than everybody behind the wall. Where
// its own sub-county is not known, only another county is surely another sub-county.
func (w *wall) elsewhere(d *Directory, i int32) bool {
	f := &d.facts[i]
	if f.sub == 0 {
		return !slices.Contains(w.counties, f.county)
	}
	return !slices.Contains(w.subs, f.sub)
}

// accusesPolice says whether the case is behind the wall for police.
func accusesPolice(c Case, d *Directory) bool {
	if c.Category == ripoti.PoliceAbuse || c.Answers.PoliceAccused() || slices.ContainsFunc(c.AccusedKinds, ripoti.OfficeKind.Police) {
		return true
	}
	return slices.ContainsFunc(c.AccusedOffices, func(id string) bool {
		i, ok := d.byID[id]
		return ok && d.offices[i].Kind.Police()
	})
}

// buildWall closes off the accused, before anything else is asked.
func (j *judge) buildWall() {
	j.wall.county = -1
	for _, id := range j.c.AccusedOffices {
		if i, ok := j.d.byID[id]; ok {
			j.wallOff(i, -1, "accused by name")
			j.named = j.named || j.d.offices[i].Kind.Police()
		}
	}
	if j.police && !j.named {
		j.wallStations()
	}
	j.wallChains()
	if j.c.Answers.ByWhom == ripoti.ByLeader {
		j.note("wall", "a teacher, chief or leader is accused: no rule tells schools, chiefs or elders of any report")
	}
	for _, kind := range j.c.AccusedKinds {
		if !kind.Police() {
			j.wallKind(kind)
		}
	}
	j.tellWall()
}

func (j *judge) wallOff(i int32, km float64, why string) {
	if j.wall.add(j.d, i) {
		j.trace(Line{Office: j.d.offices[i].ID, Km: max(km, 0), Result: resultWalled, Why: why})
	}
}

// spots are the points from which "the nearest" is told: the place itself, or every ward of its
// constituency where no more than that is known. None where the place is wider still.
func (j *judge) spots() []vec {
	switch {
	case j.precise:
		return []vec{j.from}
	case j.c.Answers.Place.Precision == ripoti.PrecisionConstituency:
		return j.d.wardsAround(j.c.Answers.Place.ID)
	}
	return nil
}

// wallStations walls the nearest stations and every post nearer than the last of them: of the place,
// or of each ward of its constituency. A place that is too wide to say which stations are near walls its
// whole county, no place at all every police office: then only oversight and the coordinators hear of it.
func (j *judge) wallStations() {
	spots := j.spots()
	switch {
	case len(spots) > 0:
		for _, spot := range spots {
			j.wallNearest(spot)
		}
		if !j.precise {
			j.note("wall", "only the constituency is known: the stations nearest to each of its wards are walled off")
			j.wallConstituency()
		}
	case j.county >= 0:
		j.wall.county = j.county
		j.wall.counties = append(j.wall.counties, j.county)
		j.note("wall", "the place is too wide to tell the accused station: all police of the county are walled off")
	default:
		j.wall.everyone = true
		j.note("wall", "the place is not known: all police offices are walled off")
	}
}

func (j *judge) wallNearest(from vec) {
	var w walk
	w.start(j.d.stations, from)
	for found := 0; found < j.r.doc.Wall.NearestStations; {
		i, _, ok := w.next(math.Inf(1))
		if !ok {
			return
		}
		if j.d.offices[i].Kind == ripoti.Station {
			found++
		}
		j.wallOff(i, j.km(i), "police are accused and this is one of the nearest")
	}
}

// wallConstituency walls what stands in the constituency beside the nearest to its wards, and the
// stations of the county of which nobody knows where they stand: each could be there.
func (j *judge) wallConstituency() {
	for _, i := range j.d.police {
		switch {
		case j.d.standsIn(i, j.c.Answers.Place.ID):
			j.wallOff(i, j.km(i), "police are accused and this one stands in the constituency")
		case j.d.offices[i].Kind != ripoti.Station && j.d.offices[i].Kind != ripoti.Post:
		case j.d.at[i] == (vec{}) && j.d.facts[i].county == j.county:
			j.wallOff(i, -1, "police are accused and nobody knows where this one stands")
		}
	}
}

// wallChains walls what belongs to what is walled: the commanders above, up to the county, and what
// answers to the same people.
func (j *judge) wallChains() {
	for n := 0; n < len(j.wall.list); n++ { // grows while it is walked
		i := j.wall.list[n]
		switch j.d.offices[i].Kind {
		case ripoti.Station, ripoti.Post:
			j.wallAbove(i)
		case ripoti.SubCountyCommand:
			if slices.Contains(j.c.AccusedOffices, j.d.offices[i].ID) {
				j.wallBelow(i)
			}
			j.wallOff(j.d.above(i, ripoti.CountyCommand), -1, "commands an office behind the wall")
		case ripoti.CountyCommand:
			if slices.Contains(j.c.AccusedOffices, j.d.offices[i].ID) {
				j.wall.county = j.d.facts[i].county
			}
			j.wallCountyCommands(j.d.facts[i].county)
		}
	}
}

func (j *judge) wallAbove(i int32) {
	const why = "commands an office behind the wall"
	f := &j.d.facts[i]
	if up := f.parent; up >= 0 && j.d.offices[up].Kind.Police() {
		j.wallOff(up, -1, why)
	}
	switch sub := j.d.above(i, ripoti.SubCountyCommand); {
	case sub >= 0:
		j.wallOff(sub, -1, why)
	case f.county >= 0: // nobody knows which: all of the county
		for _, n := range j.d.list[f.county][kindIndex(ripoti.SubCountyCommand)] {
			j.wallOff(n, -1, "may command an office behind the wall")
		}
	}
	j.wallOff(j.d.above(i, ripoti.CountyCommand), -1, why)
	j.wallCountyCommands(f.county)
	if j.d.offices[i].Kind == ripoti.Station {
		j.wallPostsOf(i)
	}
}

func (j *judge) wallCountyCommands(county int32) {
	if county < 0 || slices.Contains(j.wall.topped, county) {
		return
	}
	j.wall.topped = append(j.wall.topped, county)
	for _, n := range j.d.list[county][kindIndex(ripoti.CountyCommand)] {
		j.wallOff(n, -1, "commands an office behind the wall")
	}
}

// wallPostsOf walls the posts that belong to a walled station.
func (j *judge) wallPostsOf(station int32) {
	county := j.d.facts[station].county
	if county < 0 {
		return
	}
	for _, n := range j.d.list[county][kindIndex(ripoti.Post)] {
		if j.d.facts[n].parent == station {
			j.wallOff(n, -1, "belongs to a station behind the wall")
		}
	}
}

// wallBelow walls everybody under an accused commander.
func (j *judge) wallBelow(command int32) {
	for _, n := range j.d.police {
		f := &j.d.facts[n]
		if f.parent == command || (f.sub != 0 && f.sub == j.d.facts[command].sub) {
			j.wallOff(n, -1, "under the accused commander")
		}
	}
}

// wallKind walls the nearest offices of an accused kind, of the county where it is known.
func (j *judge) wallKind(kind ripoti.OfficeKind) {
	all := j.d.every[kindIndex(kind)]
	if j.county >= 0 {
		all = j.d.list[j.county][kindIndex(kind)]
	}
	spots, nearest := j.spots(), j.r.doc.Wall.NearestStations
	behind := slices.Clone(all)
	if len(spots) > 0 && len(all) > nearest {
		behind = slices.DeleteFunc(behind, func(i int32) bool { return j.precise || j.d.at[i] != (vec{}) }) // nobody knows where: perhaps there
		for _, spot := range spots {
			near := slices.SortedStableFunc(slices.Values(all), func(a, b int32) int { return cmpFloat(spot.apart(j.d.at[a]), spot.apart(j.d.at[b])) })
			behind = append(behind, near[:nearest]...)
		}
	}
	for _, i := range behind {
		j.wallOff(i, j.km(i), "somebody at such an office is accused")
	}
}

// tellWall writes the wall into the decision, by id.
func (j *judge) tellWall() {
	j.out.Walled = j.police || len(j.wall.list) > 0
	for _, i := range j.wall.list {
		j.out.Wall = append(j.out.Wall, j.d.offices[i].ID)
	}
	if j.wall.everyone || j.wall.county >= 0 {
		for _, i := range j.d.police {
			if j.wall.holds(j.d, i) && !slices.Contains(j.wall.list, i) {
				j.out.Wall = append(j.out.Wall, j.d.offices[i].ID)
			}
		}
	}
	slices.Sort(j.out.Wall)
}
