package routing

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"ripoti/internal/ripoti"
)

func TestDefaultRules(t *testing.T) {
	t.Run("the exported document is the one that was read, comments and all", func(t *testing.T) {
		file, err := os.ReadFile("rules.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(Default().Document(), file) || !bytes.Contains(file, []byte("# How to read a condition.")) {
			t.Error("the document changed on its way")
		}
	})
	t.Run("an export can be read again", func(t *testing.T) {
		if _, err := ParseRules(Default().Document()); err != nil {
			t.Error(err)
		}
	})
	t.Run("the levels are those promised", func(t *testing.T) {
		for _, u := range ripoti.Urgencies {
			if got := Default().Level(u); got.AcceptWithin != bounds[u].AcceptWithin || got.ReadWithin != bounds[u].ReadWithin || got.ActWithin != bounds[u].ActWithin {
				t.Errorf("%s: %+v", u, got)
			}
		}
	})
	t.Run("kinds are counted as the directory has room for them", func(t *testing.T) {
		if len(ripoti.OfficeKinds) != kinds {
			t.Errorf("%d kinds of office, room for %d", len(ripoti.OfficeKinds), kinds)
		}
	})
	t.Run("every question's codes fit their set", func(t *testing.T) {
		for _, v := range vocabulary {
			if v.key == "" || len(v.codes) > 32 {
				t.Errorf("%q has %d codes", v.key, len(v.codes))
			}
		}
	})
}

func TestParseRulesSaysWhatIsWrong(t *testing.T) {
	doc := string(Default().Document())
	tests := []struct {
		name     string
		old, new string
		mark     string // text of the line that must be named; "" none
		want     string
	}{
		{"an unknown field", "  trace_passed_over: 5", "  trace_passed: 5", "trace_passed: 5", `no field "trace_passed"; the fields are: able_within_km`},
		{"an unknown field deep inside", "who: ahtcpu, as: safety", "whom: ahtcpu, as: safety", "whom: ahtcpu", `no field "whom"`},
		{"a word where a number belongs", "able_within_km: 50", "able_within_km: far", "able_within_km: far", "a number"},
		{"a time without a unit", "read_within: 5m,", "read_within: 5,", "read_within: 5,", "a time such as 10m"},
		{"a number out of bounds", "able_within_km: 50", "able_within_km: 5000", "able_within_km: 5000", "at most 500"},
		{"hours that are none", `night: "21:00-06:00"`, `night: "nine to six"`, "nine to six", "write it like 08:00-17:00"},
		{"a code that does not exist", "{ danger: [unsure] }", "{ danger: [perhaps] }", "[perhaps]", "use some of: unanswered, yes, no, unsure"},
		{"a question that does not exist", "{ danger: [unsure] }", "{ mood: [bad] }", "mood: [bad]", `no question is called "mood"`},
		{"an empty condition", "{ danger: [unsure] }", "{}", "{}", "fits everything"},
		{"an office that does not exist", "who: ct_secretariat", "who: chief", "who: chief", `"chief" is none of: station`},
		{"a side that does not exist", "{ who: ahtcpu, as: safety,", "{ who: ahtcpu, as: boss,", "as: boss", "is none of: safety, care, told"},
		{"a role that does not exist", "roles: [desk, duty, ocs],        say: alert", "roles: [janitor],        say: alert", "janitor", `"janitor" is none of`},
		{"a reason left out", `why: "the nearest" `, "", "", ""},
		{"an id used twice", "- id: C2", "- id: C1", "", "the id C1 is used twice"},
		{"a slower promise", "accept_within: 10m", "accept_within: 20m", "accept_within: 20m", "later than the 10m"},
		{"quiet hours for critical", "act_within: 60m, wait: never", "act_within: 60m, wait: night", "wait: night }", "knows no quiet hours"},
		{"a wall of one station", "nearest_stations: 3", "nearest_stations: 1", "nearest_stations: 1", "at least 3"},
		{"the accused station told", "{ who: oversight, as: safety,", "{ who: station, as: safety,", "who: station, as: safety, why: \"the oversight", "could be the accused"},
		{"social work with a condition", "{ who: social_work, as: care, ", "{ who: social_work, as: care, if: [{child: [yes]}], ", "", "social work takes part in every report"},
		{"a harm left out", "  unclear:\n    says", "  unclearer:\n    says", "", "there is no harm of that name"},
		{"a harm without an urgency", "      - { category: [other_crime] }\n  - id: L2", "      - { category: [other_crime], when: [month] }\n  - id: L2", "", "no rule fits a report of other_crime"},
		{"a later climb", "{ after: 20m, at: own,          roles: [ocs],                    say: ocs }", "{ after: 25m, at: own,          roles: [ocs],                    say: ocs }", "after: 25m", "later than the 20m"},
		{"steps out of order", "{ after: 2h,  at: subcounty,", "{ after: 5m,  at: subcounty,", "after: 5m,  at: subcounty", "comes before the step above"},
		{"a ladder that ends with nobody", "      - { after: 72h, at: coordination, roles: [coordinator],            say: coordinator }\n", "", "", "the last step must be a coordinator"},
		{"an alias", "border_wards: []", "border_wards: *all", "", "unknown anchor"},
		{"an anchor", "border_wards: []", "border_wards: &all []", "&all", "anchors and aliases are not read"},
		{"a second document", "\nladders:", "\n---\nladders:", "", "one document only"},
		{"no YAML at all", "version: 1", "version: [", "", ""},
		{"another version", "version: 1", "version: 2", "version: 2", "must be 1"},
		{"a field twice", "version: 1", "version: 1\nversion: 1", "", "already defined"},
	}
	for _, tc := range tests {
		if tc.want == "" && tc.mark == "" && tc.name == "a reason left out" {
			tc.old, tc.new, tc.mark, tc.want = `, why: "the anti-trafficking and child protection unit comes first" }`, " }", "who: ahtcpu, as: safety }", "must be given"
		}
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(doc, tc.old) {
				t.Fatalf("the document does not hold %q", tc.old)
			}
			broken := strings.Replace(doc, tc.old, tc.new, 1)
			_, err := ParseRules([]byte(broken))
			var problems Problems
			if !errors.As(err, &problems) || len(problems) == 0 {
				t.Fatalf("error = %v", err)
			}
			if !strings.Contains(err.Error(), tc.want) {
				t.Errorf("does not say %q:\n%v", tc.want, err)
			}
			if tc.mark == "" {
				return
			}
			line := slices.IndexFunc(strings.Split(broken, "\n"), func(l string) bool { return strings.Contains(l, tc.mark) }) + 1
			if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Line == line && strings.Contains(p.Text, tc.want) }) {
				t.Errorf("does not name line %d:\n%v", line, err)
			}
		})
	}
	t.Run("every mistake at once", func(t *testing.T) {
		broken := strings.NewReplacer("able_within_km: 50", "able_within_km: 5000", "nearest_stations: 3", "nearest_stations: 1").Replace(doc)
		_, err := ParseRules([]byte(broken))
		var problems Problems
		if !errors.As(err, &problems) || len(problems) != 2 {
			t.Errorf("%v", err)
		}
	})
	for name, doc := range map[string]string{"nothing": "", "a comment": "# nothing\n", "a word": "rules", "a list": "- a", "null": "~"} {
		t.Run("a document that is "+name, func(t *testing.T) {
			if _, err := ParseRules([]byte(doc)); err == nil {
				t.Error("is accepted")
			}
		})
	}
	t.Run("a document that is too large", func(t *testing.T) {
		if _, err := ParseRules(bytes.Repeat([]byte("#"), MaxDocument+1)); err == nil {
			t.Error("is accepted")
		}
	})
}

func FuzzParseRules(f *testing.F) {
	f.Add(Default().Document())
	for _, seed := range []string{"", "version: 1", "a: &a [*a]", "levels: {critical: {wait: never}}", "reading: [{if: [{what: [sexual]}]}]", "? [a]\n: b", "!!binary x", "ladders: {police: {low: []}}"} {
		f.Add([]byte(seed))
	}
	d := country().directory()
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := ParseRules(doc)
		if err != nil {
			if r != nil || err.Error() == "" {
				t.Fatal("an error with rules, or without words")
			}
			return
		}
		got := Decide(Case{Answers: ripoti.Answers{Place: town}, Category: ripoti.SVAC, Urgency: ripoti.High, At: noon}, d, r)
		if len(got.Parts) == 0 {
			t.Fatal("accepted rules lead to nobody")
		}
	})
}
