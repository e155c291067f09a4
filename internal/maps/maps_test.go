package maps_test

import (
	"strings"
	"testing"

	"ripoti/internal/gazetteer"
	"ripoti/internal/maps"
	"ripoti/internal/ripoti"
)

func TestEveryWardHasACell(t *testing.T) {
	g, err := gazetteer.Load()
	if err != nil {
		t.Fatal(err)
	}
	m, err := maps.New(g.Wards())
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Cells) != 1450 {
		t.Fatalf("%d cells", len(m.Cells))
	}
	size, rough := 0, 0
	for _, c := range m.Cells {
		if strings.Count(c.Path, "l") < 2 {
			t.Errorf("%s has no ground: %s", c.Place.Name, c.Path)
		}
		x, y := maps.XY(c.Place.Point)
		if x < 0 || y < 0 || x > maps.Width || y > maps.Height {
			t.Errorf("%s lies outside of the drawing: %v %v", c.Place.Name, x, y)
		}
		size += len(c.Path)
		rough += len(c.Rough)
	}
	if size > 80_000 {
		t.Errorf("%d bytes of paths", size)
	}
	if rough > 50_000 {
		t.Errorf("%d bytes of rough paths", rough)
	}
	if c, ok := m.Cell(m.Cells[7].Place.ID); !ok || c.Path != m.Cells[7].Path {
		t.Error("a cell is not found by its ward")
	}
}

// A point belongs to the cell of the ward it is nearest to: four wards at the corners of a square meet
// in its middle.
func TestCellsMeetHalfWay(t *testing.T) {
	ward := func(id string, lat, lon float64) ripoti.Place {
		return ripoti.Place{ID: id, Point: ripoti.Point{Lat: lat, Lon: lon}}
	}
	m, err := maps.New([]ripoti.Place{ward("nw", 1, 36), ward("ne", 1, 38), ward("sw", -1, 36), ward("se", -1, 38)})
	if err != nil {
		t.Fatal(err)
	}
	x, y := maps.XY(ripoti.Point{Lat: 0, Lon: 37})
	nw, _ := m.Cell("nw")
	want := "M0 0l" // from the corner of the drawing to the middle of the square
	if !strings.HasPrefix(nw.Path, want) {
		t.Errorf("%s does not begin with %s", nw.Path, want)
	}
	for _, c := range m.Cells {
		if strings.Count(c.Path, "l") != 3 {
			t.Errorf("%s: a rectangle has four corners: %s", c.Place.ID, c.Path)
		}
	}
	if x < 300 || x > 320 || y < 535 || y > 545 {
		t.Errorf("the middle is at %v %v", x, y)
	}
}

func BenchmarkNew(b *testing.B) {
	g, err := gazetteer.Load()
	if err != nil {
		b.Fatal(err)
	}
	wards := g.Wards()
	for b.Loop() {
		if _, err := maps.New(wards); err != nil {
			b.Fatal(err)
		}
	}
}

func TestNumbersAreShortAndRight(t *testing.T) {
	for n, want := range map[int]string{0: "0", 5: ".5", -5: "-.5", 10: "1", 105: "10.5", -105: "-10.5", 1001: "100.1", -20: "-2"} {
		if got := maps.Tenths(n); got != want {
			t.Errorf("%d tenths: %q, not %q", n, got, want)
		}
	}
}
