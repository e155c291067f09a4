package directory

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/go-playground/validator/v10"

	"ripoti/internal/ripoti"
)

const (
	tableOffices  = "offices"
	tableContacts = "contacts"
)

// officeRow is an office as a line of offices.csv. Lists stand in one cell with blanks between.
type officeRow struct {
	ID        string `csv:"id" validate:"required,max=64,id"`
	Kind      string `csv:"kind" validate:"required,kind"`
	Name      string `csv:"name" validate:"required,max=60,plain"`
	County    string `csv:"county" validate:"omitempty,len=3,numeric"`
	SubCounty string `csv:"sub_county" validate:"max=60,plain"`
	PlaceID   string `csv:"place_id" validate:"omitempty,max=64,id"`
	Lat       string `csv:"lat" validate:"required_with=Lon,omitempty,latitude"`
	Lon       string `csv:"lon" validate:"required_with=Lat,omitempty,longitude"`
	Able      string `csv:"able" validate:"max=100,words=gender_desk child_unit vehicle"`
	Serves    string `csv:"serves" validate:"max=20000,places"`
	Hours     string `csv:"hours" validate:"hours"`
	Parent    string `csv:"parent" validate:"omitempty,max=64,id"`
	Active    string `csv:"active" validate:"yesno"`
	Dark      string `csv:"dark" validate:"yesno"`
	Sample    string `csv:"sample" validate:"yesno"`
}

// contactRow is a contact as a line of contacts.csv.
type contactRow struct {
	ID         string `csv:"id" validate:"required,max=64,id"`
	OfficeID   string `csv:"office_id" validate:"required,max=64,id"`
	Role       string `csv:"role" validate:"required,role"`
	Rank       string `csv:"rank" validate:"omitempty,rank"`
	Name       string `csv:"name" validate:"max=60,plain"`
	Lang       string `csv:"lang" validate:"required,oneof=en sw"`
	Phone      string `csv:"phone" validate:"required,phone"`
	VerifiedAt string `csv:"verified_at" validate:"omitempty,datetime=2006-01-02"`
	Active     string `csv:"active" validate:"yesno"`
	Stopped    string `csv:"stopped" validate:"yesno"`
	Sample     string `csv:"sample" validate:"yesno"`
}

// OfficeColumns and ContactColumns are the columns of offices.csv and contacts.csv, in the order they
// are written. Read, they may stand in any order; only those marked required in docs must be there.
var (
	OfficeColumns  = columnsOf(reflect.TypeFor[officeRow]())
	ContactColumns = columnsOf(reflect.TypeFor[contactRow]())
)

func columnsOf(t reflect.Type) []string {
	var out []string
	for f := range t.Fields() {
		out = append(out, f.Tag.Get("csv"))
	}
	return out
}

// rowValidator checks rows; it is made once, for validator keeps what it learned of a struct.
var rowValidator = sync.OnceValue(func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("csv") })
	for tag, check := range rowChecks {
		if err := v.RegisterValidation(tag, func(fl validator.FieldLevel) bool { return check(fl.Field().String(), fl.Param()) }); err != nil {
			panic("directory: " + err.Error()) // only for an empty tag
		}
	}
	return v
})

var rowChecks = map[string]func(value, param string) bool{
	"id":   func(s, _ string) bool { return !strings.ContainsFunc(s, notID) },
	"kind": func(s, _ string) bool { return slices.Contains(ripoti.OfficeKinds, ripoti.OfficeKind(s)) },
	"role": func(s, _ string) bool { return slices.Contains(ripoti.Roles, ripoti.Role(s)) },
	"plain": func(s, _ string) bool {
		return !strings.ContainsFunc(s, unicode.IsControl) && strings.TrimSpace(s) == s
	},
	"words": func(s, known string) bool { return subset(strings.Fields(s), strings.Fields(known)) },
	"places": func(s, _ string) bool {
		return !slices.ContainsFunc(strings.Fields(s), func(p string) bool { return !servable.MatchString(p) })
	},
	"hours": func(s, _ string) bool { return s == "" || s == "24h" || validHours(s) },
	"yesno": func(s, _ string) bool { return s == "" || s == "yes" || s == "no" },
	"rank":  func(s, _ string) bool { n, err := strconv.Atoi(s); return err == nil && n >= 1 && n <= 99 },
	"days":  func(s, _ string) bool { _, ok := parseDays(s); return ok },
	"clock": func(s, _ string) bool { _, ok := parseClock(s); return ok },
	"phone": func(s, _ string) bool { _, err := ripoti.ParsePhone(s); return err == nil },
}

// servable are the places that can be given to an office.
var servable = regexp.MustCompile(`^(ward|town|area)-[a-z0-9-]{1,60}$`)

func notID(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:", r))
}

func subset(list, of []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(of, s) })
}

func validHours(s string) bool {
	from, to, ok := strings.Cut(s, "-")
	if !ok {
		return false
	}
	for _, end := range []string{from, to} {
		if _, err := time.Parse("15:04", end); err != nil || len(end) != len("15:04") {
			return false
		}
	}
	return from != to
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// checkRow gives what is wrong with a row, column by column. It never repeats what was written in
// the phone column.
func checkRow(row any, at Problem) (ps Problems) {
	err := rowValidator().Struct(row)
	var wrong validator.ValidationErrors
	if !errors.As(err, &wrong) {
		if err != nil {
			ps = append(ps, at.say("", err.Error()))
		}
		return ps
	}
	for _, w := range wrong {
		mine := at
		if value := fmt.Sprint(w.Value()); w.Field() != "phone" && w.Tag() != "max" {
			mine = at.of(value)
		}
		switch w.Tag() {
		case "max":
			mine = mine.wrong(w.Field(), "max", "most", w.Param())
		case "oneof", "words":
			mine = mine.wrong(w.Field(), "one_of", "of", strings.ReplaceAll(w.Param(), " ", ", "))
		default:
			mine = mine.wrong(w.Field(), w.Tag())
		}
		ps = append(ps, mine)
	}
	return ps
}

func checkOffice(o ripoti.Office, at Problem) Problems {
	ps := checkRow(rowOfOffice(o), at)
	if o.Kind.Police() && o.County == "" {
		ps = append(ps, at.wrong("county", "county_missing"))
	}
	return ps
}

func checkContact(c ripoti.Contact, at Problem) Problems { return checkRow(rowOfContact(c), at) }

func rowOfOffice(o ripoti.Office) officeRow {
	row := officeRow{ID: o.ID, Kind: string(o.Kind), Name: o.Name, County: o.County, SubCounty: o.SubCounty, PlaceID: o.PlaceID,
		Able: strings.Join(texts(o.Able), " "), Serves: strings.Join(o.Serves, " "), Hours: o.Hours, Parent: o.Parent,
		Active: yesno(o.Active), Dark: yesno(o.Dark), Sample: yesno(o.Sample)}
	if !o.Point.IsZero() {
		row.Lat, row.Lon = degrees(o.Point.Lat), degrees(o.Point.Lon)
	}
	return row
}

// degrees writes a coordinate so that reading it gives the same again.
func degrees(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (row officeRow) office() ripoti.Office {
	o := ripoti.Office{ID: row.ID, Kind: ripoti.OfficeKind(row.Kind), Name: row.Name, County: row.County, SubCounty: row.SubCounty, PlaceID: row.PlaceID,
		Serves: fields(row.Serves), Hours: row.Hours, Parent: row.Parent, Active: row.Active == "yes", Dark: row.Dark == "yes", Sample: row.Sample == "yes"}
	for _, word := range strings.Fields(row.Able) {
		o.Able = append(o.Able, ripoti.Capability(word))
	}
	o.Point.Lat, _ = strconv.ParseFloat(row.Lat, 64) // validated; empty is zero
	o.Point.Lon, _ = strconv.ParseFloat(row.Lon, 64)
	if math.IsNaN(o.Point.Lat) || math.IsNaN(o.Point.Lon) {
		o.Point = ripoti.Point{}
	}
	return o
}

func fields(s string) []string {
	if list := strings.Fields(s); len(list) > 0 {
		return list
	}
	return nil
}

func rowOfContact(c ripoti.Contact) contactRow {
	row := contactRow{ID: c.ID, OfficeID: c.OfficeID, Role: string(c.Role), Rank: strconv.Itoa(c.Rank), Name: c.Name, Lang: string(c.Lang),
		Phone: c.Phone.Dial(), Active: yesno(c.Active), Stopped: yesno(c.Stopped), Sample: yesno(c.Sample)}
	if !c.VerifiedAt.IsZero() {
		row.VerifiedAt = c.VerifiedAt.UTC().Format(time.DateOnly)
	}
	return row
}

func (row contactRow) contact() ripoti.Contact {
	c := ripoti.Contact{ID: row.ID, OfficeID: row.OfficeID, Role: ripoti.Role(row.Role), Rank: 1, Name: row.Name, Lang: ripoti.Lang(row.Lang),
		Active: row.Active == "yes", Stopped: row.Stopped == "yes", Sample: row.Sample == "yes"}
	if row.Rank != "" {
		c.Rank, _ = strconv.Atoi(row.Rank) // validated
	}
	c.Phone, _ = ripoti.ParsePhone(row.Phone)
	c.VerifiedAt, _ = time.Parse(time.DateOnly, row.VerifiedAt) // empty: zero
	return c
}

func yesno(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
