package gazetteer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ripoti/internal/ripoti"
)

// columns are the columns of a table of places, in this order.
var columns = []string{"id", "kind", "name", "parent_id", "county_id", "constituency_id", "ward_id", "county", "lat", "lon", "precision", "aliases", "source"}

const (
	colID = iota
	colKind
	colName
	colParent
	colCountyID
	colConstituency
	colWard
	colCounty
	colLat
	colLon
	colPrecision
	colAliases
)

// Kenya lies in this box; Kibish, in the Ilemi triangle, reaches above 5 degrees north.
const (
	south, north = -4.9, 5.6
	west, east   = 33.8, 42.0
)

// errorsTold is how many faults of a table are listed before the rest is left off.
const errorsTold = 50

type row struct {
	line    int
	place   ripoti.Place
	aliases []string
}

// checker gathers the faults of a table with the line and column they stand in.
type checker struct {
	in   *csv.Reader
	errs []error
}

func (c *checker) fault(col int, format string, args ...any) {
	line, _ := c.in.FieldPos(col)
	c.add(fmt.Errorf("line %d, column %s: %s", line, columns[col], fmt.Sprintf(format, args...)))
}

func (c *checker) add(err error) {
	if len(c.errs) < errorsTold {
		c.errs = append(c.errs, err)
	}
}

func readRows(r io.Reader) ([]row, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(columns)
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("places: first line: %w", err)
	}
	for i, want := range columns {
		if head[i] != want {
			return nil, fmt.Errorf("places: line 1, column %d: %q stands where %q is meant", i+1, head[i], want)
		}
	}
	c := &checker{in: in}
	rows := c.rows()
	c.parents(rows)
	if len(rows) == 0 && len(c.errs) == 0 {
		return nil, errors.New("places: no rows")
	}
	if len(c.errs) > 0 {
		return nil, fmt.Errorf("places: %w", errors.Join(c.errs...))
	}
	return rows, nil
}

func (c *checker) rows() []row {
	var rows []row
	seen := make(map[string]bool)
	for {
		f, err := c.in.Read()
		if err == io.EOF {
			return rows
		}
		if err != nil { // a csv.ParseError tells its own line and column
			c.add(err)
			if errors.Is(err, csv.ErrFieldCount) {
				continue
			}
			return rows
		}
		if seen[f[colID]] {
			c.fault(colID, "%q stands twice", f[colID])
			continue
		}
		seen[f[colID]] = true
		rows = append(rows, c.row(f))
	}
}

func (c *checker) row(f []string) row {
	p := ripoti.Place{
		ID: f[colID], Kind: ripoti.PlaceKind(f[colKind]), Name: f[colName],
		County: f[colCounty], CountyID: f[colCountyID],
		Constituency: prefixed("const-", f[colConstituency]), Ward: prefixed("ward-", f[colWard]),
		Precision: ripoti.Precision(f[colPrecision]),
	}
	if p.ID == "" || len(p.ID) > 64 || strings.ContainsAny(p.ID, " \t") {
		c.fault(colID, "an id has 1 to 64 characters and no space")
	}
	switch p.Kind {
	case ripoti.KindCounty:
		p.Precision = ripoti.PrecisionCounty // its point is a middle of a county, whatever the table says
	case ripoti.KindConstituency:
		p.Precision = ripoti.PrecisionConstituency
	case ripoti.KindWard, ripoti.KindTown, ripoti.KindArea:
	default:
		c.fault(colKind, "%q is none of county, constituency, ward, town, area", f[colKind])
	}
	switch p.Precision {
	case ripoti.PrecisionExact, ripoti.PrecisionWard, ripoti.PrecisionConstituency, ripoti.PrecisionCounty:
	default:
		c.fault(colPrecision, "%q is none of exact, ward, constituency, county", f[colPrecision])
	}
	c.text(colName, p.Name, 40)
	c.text(colCounty, p.County, 20)
	if len(p.CountyID) != 3 || strings.Trim(p.CountyID, "0123456789") != "" {
		c.fault(colCountyID, "%q is not three digits", p.CountyID)
	}
	p.Point = ripoti.Point{Lat: c.degrees(f, colLat, south, north), Lon: c.degrees(f, colLon, west, east)}
	line, _ := c.in.FieldPos(colID)
	return row{line: line, place: p, aliases: aliases(f[colAliases])}
}

// text checks a name that will stand on screens and in SMS: letters that cost one GSM unit each.
func (c *checker) text(col int, s string, longest int) {
	if strings.TrimSpace(s) == "" || len(s) > longest {
		c.fault(col, "a name has 1 to %d characters", longest)
	}
	for _, r := range s {
		if r < ' ' || r > '~' || strings.ContainsRune("[]{}^~|\\`", r) {
			c.fault(col, "%q cannot stand on a GSM-7 screen", r)
		}
	}
}

func (c *checker) degrees(f []string, col int, least, most float64) float64 {
	v, err := strconv.ParseFloat(f[col], 64)
	if err != nil {
		c.fault(col, "%q is no number", f[col])
	} else if !(v >= least && v <= most) {
		c.fault(col, "%v lies outside Kenya (%v to %v)", v, least, most)
	}
	return v
}

// parents checks that the county, constituency and ward a row names exist.
func (c *checker) parents(rows []row) {
	if len(c.errs) > 0 {
		return
	}
	ids, county := make(map[string]bool, len(rows)), make(map[string]string)
	for _, r := range rows {
		ids[r.place.ID] = true
		if r.place.Kind == ripoti.KindCounty {
			county[r.place.CountyID] = r.place.Name
		}
	}
	if len(county) > 64 {
		c.add(fmt.Errorf("column kind: %d counties, at most 64 are known", len(county))) // countyBits has one bit for each
	}
	for _, r := range rows {
		p := r.place
		switch {
		case county[p.CountyID] != p.County:
			c.add(fmt.Errorf("line %d, column county_id: %q is called %q in its own row, %q here", r.line, p.CountyID, county[p.CountyID], p.County))
		case p.Constituency != "" && !ids[p.Constituency]:
			c.add(fmt.Errorf("line %d, column constituency_id: there is no row %s", r.line, p.Constituency))
		case p.Ward != "" && !ids[p.Ward]:
			c.add(fmt.Errorf("line %d, column ward_id: there is no row %s", r.line, p.Ward))
		}
	}
}

func prefixed(prefix, code string) string {
	if code == "" {
		return ""
	}
	return prefix + code
}

func aliases(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// habit is what everyday.tsv tells of a place.
type habit struct {
	weight  int8 // -1: not told
	aliases []string
}

// weights are what a kind weighs where everyday.tsv tells nothing.
var weights = map[ripoti.PlaceKind]int8{
	ripoti.KindCounty: 3, ripoti.KindConstituency: 2, ripoti.KindTown: 2, ripoti.KindWard: 1, ripoti.KindArea: 0,
}

func weightOf(p ripoti.Place, habits map[string]habit) int8 {
	if h, ok := habits[p.ID]; ok && h.weight >= 0 {
		return h.weight
	}
	return weights[p.Kind]
}

// readEveryday reads the lines "id, weight, aliases separated by |".
func readEveryday(data []byte) (map[string]habit, error) {
	out := make(map[string]habit)
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			return nil, fmt.Errorf("everyday names: line %d: %d columns, 3 are meant", n, len(f))
		}
		h := habit{weight: -1, aliases: aliases(f[2])}
		if f[1] != "" {
			w, err := strconv.ParseInt(f[1], 10, 8)
			if err != nil || w < 0 || w > 5 {
				return nil, fmt.Errorf("everyday names: line %d: a weight is 0 to 5", n)
			}
			h.weight = int8(w)
		}
		if _, twice := out[f[0]]; twice {
			return nil, fmt.Errorf("everyday names: line %d: %s stands twice", n, f[0])
		}
		out[f[0]] = h
	}
	return out, lines.Err()
}
