package flows

import (
	"strings"
	"testing"

	"ripoti/internal/ripoti"
	"ripoti/locales"
)

// atlas is a gazetteer of a few names, each for one way that a search can go.
type atlas struct{}

func (atlas) Find(query, county string) Matches {
	name := strings.ToLower(query)
	switch {
	case name == "bura" && county == "":
		return Matches{"ask", []ripoti.Place{
			place("ward-0156", ripoti.KindWard, "Bura", "Garissa", "007"),
			place("town-bura", ripoti.KindTown, "Bura", "Tana River", "004"),
			place("area-bura", ripoti.KindArea, "Bura", "Taita Taveta", "006"),
		}}
	case name == "mwisho" && county == "": // the longest names there are
		return Matches{"ask", []ripoti.Place{
			place("ward-1", ripoti.KindWard, "Cherang'any/Chebororwa Kaskazini", "Elgeyo-Marakwet", "028"),
			place("ward-2", ripoti.KindWard, "Chuka/Igambang'ombe Mashariki", "Tharaka-Nithi", "013"),
			place("ward-3", ripoti.KindWard, "Embobut/Embulot Kusini Magharibi", "Elgeyo-Marakwet", "028"),
			place("ward-4", ripoti.KindWard, "Kapsowar Market Centre Kaskazini", "Elgeyo-Marakwet", "028"),
		}}
	case name == "tharaka":
		return Matches{"ask", []ripoti.Place{
			place("const-tharaka", ripoti.KindConstituency, "Tharaka", "Tharaka-Nithi", "013"),
			place("county-013", ripoti.KindCounty, "Tharaka-Nithi", "Tharaka-Nithi", "013"),
		}}
	case name == "kangemi": // certain, with others if the caller says no
		return Matches{"take", []ripoti.Place{
			place("ward-k1", ripoti.KindWard, "Kangemi", "Nairobi", "047"),
			place("area-k2", ripoti.KindArea, "Kangema", "Murang'a", "021"),
			place("area-k3", ripoti.KindArea, "Kangeta", "Meru", "012"),
		}}
	case name == "kibera":
		return Matches{"take", []ripoti.Place{place("area-kibera", ripoti.KindArea, "Kibera", "Nairobi", "047")}}
	case name == "mtwapa" || (name == "soko jipya" && county == "003"):
		return Matches{"take", []ripoti.Place{place("town-mtwapa", ripoti.KindTown, "Mtwapa", "Kilifi", "003")}}
	case name == "kilifi":
		return Matches{"take", []ripoti.Place{
			place("town-kilifi", ripoti.KindTown, "Kilifi", "Kilifi", "003"),
			place("county-003", ripoti.KindCounty, "Kilifi", "Kilifi", "003"),
		}}
	case name == "elgeyo":
		return Matches{"take", []ripoti.Place{place("county-028", ripoti.KindCounty, "Elgeyo-Marakwet", "Elgeyo-Marakwet", "028")}}
	}
	return Matches{Decision: "none"}
}

func place(id string, kind ripoti.PlaceKind, name, county, countyID string) ripoti.Place {
	return ripoti.Place{ID: id, Kind: kind, Name: name, County: county, CountyID: countyID,
		Point: ripoti.Point{Lat: -1.3, Lon: 36.8}, Precision: ripoti.PrecisionExact}
}

func newBook(t testing.TB) *Book {
	t.Helper()
	return New(catalogue(t), atlas{})
}

func catalogue(t testing.TB) *locales.Catalogue { return openWords(t, "*483#", "*484#") }

// longCode is a number of nine digits: the longest there will be.
const longCode = ripoti.Code("987654328")

// host does what a turn asks, as a host does, without keeping anything.
func host(b *Book, t Turn) Turn {
	if t.Do == File {
		return b.Received(t, longCode)
	}
	if t.Do == Look || t.Do == Tell {
		stands, own := standsOf(t.Asked)
		return b.Answered(t, stands, own)
	}
	return t
}

// walk presses keys from S0 and gives every turn, as it was shown.
func walk(b *Book, keys ...string) []Turn {
	turns := []Turn{b.Start()}
	for _, key := range keys {
		next := b.Next(turns[len(turns)-1].State, key)
		shown := host(b, next)
		shown.Do, shown.Draft = next.Do, next.Draft
		turns = append(turns, shown)
	}
	return turns
}

func last(turns []Turn) Turn { return turns[len(turns)-1] }
