package ripoti

// PlaceKind is what a place is; the finer, the better it locates.
type PlaceKind string

const (
	KindCounty       PlaceKind = "county"
	KindConstituency PlaceKind = "constituency"
	KindWard         PlaceKind = "ward"
	KindTown         PlaceKind = "town"
	KindArea         PlaceKind = "area"
)

// Precision is how far a place's point can be trusted (gazetteer notes): exact its own point, else
// the point of the ward, constituency or county it lies in.
type Precision string

const (
	PrecisionExact        Precision = "exact"
	PrecisionWard         Precision = "ward"
	PrecisionConstituency Precision = "constituency"
	PrecisionCounty       Precision = "county"
)

// Place is one row of the gazetteer.
type Place struct {
	ID           string // stable: "ward-0281"
	Kind         PlaceKind
	Name         string
	County       string // name
	CountyID     string // "030"
	Constituency string // id, "" for a county
	Ward         string // id of the ward it lies in, "" where unknown
	Point        Point
	Precision    Precision
}

// In is the constituency that the place lies in, or is; "" where it is not known.
func (p Place) In() string {
	if p.Kind == KindConstituency {
		return p.ID
	}
	return p.Constituency
}

// Decides says whether the place may settle by itself which station is nearest: a county or a
// constituency is too wide for that (gazetteer notes; domain brief 4.5).
func (p Precision) Decides() bool { return p == PrecisionExact || p == PrecisionWard }

// PlaceRef is the place of a report: what was chosen and what was typed.
type PlaceRef struct {
	ID        string    `json:"id,omitempty"`
	Name      string    `json:"name,omitempty"`
	County    string    `json:"county,omitempty"`
	CountyID  string    `json:"county_id,omitempty"`
	Ward      string    `json:"ward,omitempty"`
	Point     Point     `json:"point,omitzero"`
	Precision Precision `json:"precision,omitempty"`
	// Typed is what the reporter wrote where no place was found for it. Sealed at rest.
	Typed string `json:"typed,omitempty"`
}

// Known says that a place of the gazetteer was settled on.
func (p PlaceRef) Known() bool { return p.ID != "" }

// Ref is the place as a report keeps it.
func (p Place) Ref() PlaceRef {
	return PlaceRef{ID: p.ID, Name: p.Name, County: p.County, CountyID: p.CountyID, Ward: p.Ward, Point: p.Point, Precision: p.Precision}
}
