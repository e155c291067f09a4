package routing

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func sheetOf(t *testing.T, doc []byte) *Sheet {
	t.Helper()
	s, err := ReadSheet(doc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func field(t *testing.T, s *Sheet, path string) Field {
	t.Helper()
	all := s.Fields()
	i := slices.IndexFunc(all, func(f Field) bool { return f.Path == path })
	if i < 0 {
		t.Fatalf("no field %s", path)
	}
	return all[i]
}

// changed are the lines of b that are not in a, and those of a that are not in b.
func changedLines(a, b []byte) (out []string) {
	was, is := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for _, line := range was {
		if !slices.Contains(is, line) {
			out = append(out, "-"+strings.TrimSpace(line))
		}
	}
	for _, line := range is {
		if !slices.Contains(was, line) {
			out = append(out, "+"+strings.TrimSpace(line))
		}
	}
	return out
}

func TestTheFormShowsEveryFieldOfTheDocument(t *testing.T) {
	s := sheetOf(t, defaultDocument)
	for path, want := range map[string]Field{
		"settings.able_within_km":          {Kind: FieldNumber, Value: "50", Must: true},
		"settings.border_wards":            {Kind: FieldList},
		"levels[critical].read_within":     {Kind: FieldTime, Value: "5m", Must: true},
		"levels[low].wait":                 {Kind: FieldChoice, Value: "office", Must: true, Options: []string{"never", "night", "office"}},
		"urgency[1].if":                    {Kind: FieldWhen, Value: "weapon: gun, blade, other; suspect: with, near, unsure, unanswered\nsigns: weapon, death_threat; suspect: with, near", Must: true},
		"categories[svac].tell[0].who":     {Kind: FieldChoice, Value: "station", Must: true, Options: codes(everyWho)},
		"categories[svac].tell[0].needs":   {Kind: FieldList, Value: "gender_desk, child_unit", Options: []string{"gender_desk", "child_unit", "vehicle"}},
		"categories[svac].tell[0].roles":   {Kind: FieldList, Options: validWords["role"]},
		"fallbacks[station]":               {Kind: FieldList, Value: "subcounty_command, county_command", Must: true},
		"ladders[police][critical][1].all": {Kind: FieldFlag, Value: "true"},
		"burst.within":                     {Kind: FieldTime, Value: "1h", Must: true},
		"situations[0].tell[1].why":        {Kind: FieldText, Value: "told together with the station so that one person cannot bury it", Must: true},
		"reading[2].second":                {Kind: FieldChoice, Options: validWords["category"]},
	} {
		got := field(t, s, path)
		if got.Kind != want.Kind || got.Value != want.Value || got.Must != want.Must || want.Options != nil && !slices.Equal(got.Options, want.Options) {
			t.Errorf("%s: %+v", path, got)
		}
	}
	lines := strings.Split(string(defaultDocument), "\n")
	for _, sec := range s.Sections {
		name := sec.Name[strings.LastIndexByte(sec.Name, '[')+1:]
		if text := strings.Join(lines[sec.From-1:sec.To], "\n"); !strings.Contains(text, strings.Trim(name, "[]")+":") || strings.HasSuffix(text, "\n") {
			t.Errorf("%s stands in\n%s", sec.Name, text)
		}
	}
	if sec, _ := s.Section("categories[svac]"); !strings.Contains(strings.Join(lines[sec.From-1:sec.To], "\n"), "accused person's unit") || sec.To-sec.From > 8 {
		t.Errorf("svac: lines %d to %d", sec.From, sec.To)
	}
}

func TestAFieldIsChangedAndTheRestStaysAsItIs(t *testing.T) {
	for _, c := range []struct {
		path, value string
		want        []string
	}{
		{"settings.able_within_km", "35", []string{"-able_within_km: 50", "+able_within_km: 35"}},
		{"settings.night", "22:00-05:30", []string{`-night: "21:00-06:00"`, `+night: "22:00-05:30"`}},
		{"settings.border_wards", " ward-0281,ward-0300 ", []string{"-border_wards: []", "+border_wards: [ward-0281, ward-0300]"}},
		{"levels[critical].read_within", "4m", []string{"-critical: { read_within: 5m,  accept_within: 10m, act_within: 60m, wait: never }", "+critical: { read_within: 4m,  accept_within: 10m, act_within: 60m, wait: never }"}},
		{"categories[dv].tell[0].needs", "", nil},
		{"categories[other_crime].tell[0].needs", "gender_desk", []string{`-- { who: station, as: safety, roles: [duty, ocs, desk], why: "the duty officer of the station" }`, `+- { who: station, as: safety, needs: [gender_desk], roles: [duty, ocs, desk], why: "the duty officer of the station" }`}},
		{"urgency[0].if", "danger: yes\nsigns: now; weapon: gun", []string{"-- { signs: [now] }", "-- { danger: [unsure, unanswered], when: [now], suspect: [with] }", "+- { signs: [now], weapon: [gun] }"}},
		{"categories[svac].says", "Sexual violence: a child", []string{"-says: Sexual violence against a child, or the age is not known", "+says: 'Sexual violence: a child'"}},
		{"situations[0].tell[0].all", "true", []string{`-- { who: station, as: safety, needs: [gender_desk, child_unit], roles: [ocs, duty, desk], why: "danger now and nobody said by whom" }`, `+- { who: station, as: safety, needs: [gender_desk, child_unit], roles: [ocs, duty, desk], all: true, why: "danger now and nobody said by whom" }`}},
	} {
		out, err := Edit(defaultDocument, map[string]string{c.path: c.value})
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if _, err := ParseRules(out); err != nil {
			t.Errorf("%s: %v", c.path, err)
		}
		if got := field(t, sheetOf(t, out), c.path).Value; got != tidy(c.value, field(t, sheetOf(t, defaultDocument), c.path).Kind) {
			t.Errorf("%s shows %q", c.path, got)
		}
		got := changedLines(defaultDocument, out)
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", c.path, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
	if out, err := Edit(defaultDocument, map[string]string{"settings.able_within_km": "50", "levels[low].wait": "office"}); err != nil || !bytes.Equal(out, defaultDocument) {
		t.Errorf("nothing is changed, and yet: %v", err)
	}
}

func TestWhatCannotBeReadNamesItsField(t *testing.T) {
	for path, value := range map[string]string{
		"settings.able_within_km": "far", "levels[critical].read_within": "soon", "urgency[0].if": "danger yes", "urgency[0].says": "",
		"ladders[police][critical][1].all": "perhaps", "urgency[1].if": "danger: maybe", "levels[low].wait": "",
	} {
		_, err := Edit(defaultDocument, map[string]string{path: value})
		problems, ok := err.(Problems)
		if !ok || len(problems) != 1 || problems[0].Path != path || problems[0].Text == "" {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestLinesAreMovedCopiedAndTakenOut(t *testing.T) {
	tell := func(doc []byte, path string) string {
		g, _ := sheetOf(t, doc).Section(path)
		var who []string
		for _, list := range g.Groups {
			for _, row := range list.Groups {
				who = append(who, row.Fields[0].Value)
			}
		}
		return strings.Join(who, " ")
	}
	move := func(doc []byte, path string, m Move) []byte {
		out, err := MoveRow(doc, path, m)
		if err != nil {
			t.Fatalf("%s %s: %v", m, path, err)
		}
		if got := changedLines(doc, out); len(got) > 20 {
			t.Errorf("%s %s: the layout is lost: %d lines", m, path, len(got))
		}
		return out
	}
	const svac = "categories[svac]"
	doc := move(defaultDocument, svac+".tell[0]", MoveDown)
	if got := tell(doc, svac); got != "children_office station own_ocs" {
		t.Error(got)
	}
	doc = move(doc, svac+".tell[1]", MoveUp)
	if got := tell(doc, svac); got != "station children_office own_ocs" {
		t.Error(got)
	}
	doc = move(doc, svac+".tell[2]", MoveCopy)
	doc = move(doc, svac+".tell[0]", MoveDrop)
	if got := tell(doc, svac); got != "children_office own_ocs own_ocs" {
		t.Error(got)
	}
	doc = move(doc, "situations[1].tell", MoveAdd)
	if got := field(t, sheetOf(t, doc), "situations[1].tell[0].who").Value; got != "coordination" {
		t.Error(got)
	}
	doc = move(doc, "situations[1].tell[0]", MoveDrop)
	doc = move(doc, "urgency[0]", MoveCopy)
	if got := field(t, sheetOf(t, doc), "urgency[1].id").Value; got != "C7" {
		t.Error("the copy is called " + got)
	}
	if _, err := ParseRules(doc); err != nil {
		t.Error(err)
	}
	if _, err := MoveRow(doc, "urgency[99]", MoveDrop); err == nil {
		t.Error("a line that is not there")
	}
}

// However a document is written, what the form changes is what it says.
func TestAnyLayoutCanBeChanged(t *testing.T) {
	folded := bytes.Replace(defaultDocument, []byte("says: It is happening now."), []byte("says: >\n      It is happening\n      now."), 1)
	out, err := Edit(folded, map[string]string{"urgency[0].says": "Now.", "urgency[0].level": "high", "settings.able_within_km": "12"})
	if err != nil {
		t.Fatal(err)
	}
	s := sheetOf(t, out)
	if field(t, s, "urgency[0].says").Value != "Now." || field(t, s, "settings.able_within_km").Value != "12" || field(t, s, "urgency[0].level").Value != "high" {
		t.Error("the change is lost")
	}
	if !bytes.Contains(out, []byte("# Who may not know.")) {
		t.Error("the comments are lost")
	}
}
