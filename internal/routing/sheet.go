package routing

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// A Sheet is a rules document as a form for people: the same fields, with their place in the document.
// What a field may hold is read from the same tags that ParseRules checks by.
type Sheet struct {
	Sections []Section
}

// Section is what is looked at together: the settings, one level, one harm, one ladder.
type Section struct {
	Name     string // "settings", "categories[svac]", "ladders[police]"
	From, To int    // its lines in the document, with the comments above it
	Group
}

// Group is a set of fields that stand together, with the groups within.
type Group struct {
	Path   string
	Item   bool // one of a list, and may be copied, moved or taken out
	List   bool // the groups within are such a list, and another one may be added
	Fields []Field
	Groups []Group
}

// FieldKind is how a field is written.
type FieldKind string

const (
	FieldText   FieldKind = "text"
	FieldNumber FieldKind = "number"
	FieldTime   FieldKind = "time"   // such as 10m or 4h
	FieldFlag   FieldKind = "flag"   // true or false
	FieldChoice FieldKind = "choice" // one of Options
	FieldList   FieldKind = "list"   // words with commas between, of Options where there are some
	FieldWhen   FieldKind = "when"   // conditions, one a line: "danger: yes; weapon: gun, blade"
)

// Field is one value of the document.
type Field struct {
	Path    string // "levels[critical].read_within"
	Key     string // "read_within"
	Kind    FieldKind
	Value   string // "" where it is left out
	Options []string
	Must    bool // it cannot be left out
}

// ReadSheet reads a document as a form. A document that is not YAML, or has fields that there are not,
// cannot be shown so; one that breaks rules can, so that they can be mended there.
func ReadSheet(doc []byte) (*Sheet, error) {
	root, err := parseYAML(doc)
	if err != nil {
		return nil, err
	}
	p := &parser{lines: map[string]int{}}
	p.walk(root, reflect.TypeFor[document](), "")
	if len(p.problems) > 0 {
		return nil, p.sorted()
	}
	s := &Sheet{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		field, _ := fieldNamed(reflect.TypeFor[document](), key.Value)
		if key.Value == "version" {
			continue
		}
		if t := field.Type; t.Kind() == reflect.Map && len(value.Content) > 0 && (key.Value == "categories" || key.Value == "ladders") {
			s.addEach(key, value, field)
			continue
		}
		s.add(key.Value, key, value, field)
	}
	s.bound(doc)
	return s, nil
}

// Section finds a section by its name.
func (s *Sheet) Section(name string) (Section, bool) {
	i := slices.IndexFunc(s.Sections, func(p Section) bool { return p.Name == name })
	if i < 0 {
		return Section{}, false
	}
	return s.Sections[i], true
}

// Fields are all fields, in the order of the document.
func (s *Sheet) Fields() (all []Field) {
	for _, p := range s.Sections {
		all = p.gather(all)
	}
	return all
}

func (g Group) gather(all []Field) []Field {
	all = append(all, g.Fields...)
	for _, within := range g.Groups {
		all = within.gather(all)
	}
	return all
}

func (s *Sheet) add(name string, key, value *yaml.Node, field reflect.StructField) {
	s.Sections = append(s.Sections, Section{Name: name, From: head(key), To: key.Line, Group: groupOf(value, field.Type, field.Tag.Get("validate"), name)})
}

// addEach makes a section of each harm, or each ladder.
func (s *Sheet) addEach(of, value *yaml.Node, field reflect.StructField) {
	for i := 0; i+1 < len(value.Content); i += 2 {
		key := value.Content[i]
		name := of.Value + "[" + key.Value + "]"
		s.Sections = append(s.Sections, Section{Name: name, From: head(key), To: key.Line, Group: groupOf(value.Content[i+1], field.Type.Elem(), field.Tag.Get("validate"), name)})
	}
}

// head is the first line of a key, with the comment right above it.
func head(key *yaml.Node) int {
	if key.HeadComment == "" {
		return key.Line
	}
	return key.Line - strings.Count(key.HeadComment, "\n") - 1
}

// bound says where each section ends: before the next key, without the comments of that one.
func (s *Sheet) bound(doc []byte) {
	lines := strings.Split(string(doc), "\n")
	for i := range s.Sections {
		s.Sections[i].To = lastLine(lines, s.Sections[i].To)
	}
}

// lastLine is the last line before the next key that stands as far left as the one at the given line, or
// farther left, comments and empty lines above that key not counted.
func lastLine(lines []string, from int) int {
	indent := indentOf(lines[from-1])
	last := from
	for n := from; n < len(lines); n++ {
		text := strings.TrimSpace(lines[n])
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if at := indentOf(lines[n]); at < indent || at == indent && !strings.HasPrefix(text, "- ") {
			return last
		}
		last = n + 1
	}
	return last
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// groupOf reads a value of the document by its type; tag says what it may hold.
func groupOf(n *yaml.Node, t reflect.Type, tag, path string) Group {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	g := Group{Path: path}
	switch {
	case t.Kind() == reflect.Struct:
		g.fill(n, t)
	case t.Kind() == reflect.Map:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			at := path + "[" + key + "]"
			if t.Elem().Kind() == reflect.Slice && t.Elem().Elem().Kind() == reflect.String {
				g.Fields = append(g.Fields, Field{Path: at, Key: key, Kind: FieldList, Value: textOf(value, FieldList), Options: words(tag), Must: true})
				continue
			}
			g.Groups = append(g.Groups, groupOf(value, t.Elem(), tag, at))
		}
	case t.Kind() == reflect.Slice:
		g.List = true
		for i, item := range n.Content {
			within := groupOf(item, t.Elem(), tag, fmt.Sprintf("%s[%d]", path, i))
			within.Item = true
			g.Groups = append(g.Groups, within)
		}
	}
	return g
}

// fill reads the fields of a struct, also those that are left out.
func (g *Group) fill(n *yaml.Node, t reflect.Type) {
	for f := range t.Fields() {
		key := f.Tag.Get("yaml")
		if key == "" {
			continue
		}
		value, path := child(n, key), g.Path+"."+key
		kind, plain := kindOf(f.Type)
		tag := f.Tag.Get("validate")
		if !plain {
			if value == nil {
				value = &yaml.Node{Kind: yaml.SequenceNode}
			}
			g.Groups = append(g.Groups, groupOf(value, f.Type, tag, path))
			continue
		}
		options := words(tag)
		if kind == FieldText && len(options) > 0 {
			kind = FieldChoice
		}
		g.Fields = append(g.Fields, Field{Path: path, Key: key, Kind: kind, Value: textOf(value, kind), Options: options, Must: must(tag, kind)})
	}
}

// kindOf says how a type is written; false for one that holds groups.
func kindOf(t reflect.Type) (FieldKind, bool) {
	switch {
	case t == reflect.TypeFor[time.Duration]():
		return FieldTime, true
	case t == reflect.TypeFor[[]written]():
		return FieldWhen, true
	case t.Kind() == reflect.String:
		return FieldText, true
	case t.Kind() == reflect.Bool:
		return FieldFlag, true
	case t.Kind() == reflect.Int || t.Kind() == reflect.Float64:
		return FieldNumber, true
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		return FieldList, true
	}
	return "", false
}

// words are what a tag lets a field hold.
func words(tag string) []string {
	for rule := range strings.SplitSeq(tag, ",") {
		if codes, ok := strings.CutPrefix(rule, "oneof="); ok {
			return strings.Fields(codes)
		}
		if known, ok := validWords[rule]; ok {
			return known
		}
	}
	return nil
}

func must(tag string, kind FieldKind) bool {
	if strings.HasPrefix(tag, "omitempty") || kind == FieldFlag {
		return false
	}
	return strings.HasPrefix(tag, "required") || strings.HasPrefix(tag, "min=1") || strings.HasPrefix(tag, "g") ||
		kind == FieldChoice || kind == FieldTime || kind == FieldNumber
}

// child is the value of a key, nil where it is left out.
func child(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// textOf is a value as a field shows it.
func textOf(n *yaml.Node, kind FieldKind) string {
	switch {
	case n == nil:
		return ""
	case kind == FieldList:
		return strings.Join(valuesOf(n), ", ")
	case kind == FieldWhen:
		lines := make([]string, len(n.Content))
		for i, condition := range n.Content {
			lines[i] = conditionText(condition)
		}
		return strings.Join(lines, "\n")
	}
	return n.Value
}

func valuesOf(n *yaml.Node) []string {
	values := make([]string, len(n.Content))
	for i, v := range n.Content {
		values[i] = v.Value
	}
	return values
}

func conditionText(n *yaml.Node) string {
	var terms []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		terms = append(terms, n.Content[i].Value+": "+strings.Join(valuesOf(n.Content[i+1]), ", "))
	}
	return strings.Join(terms, "; ")
}

// Questions are what a condition may ask, with the codes of each.
func Questions() (all []Question) {
	for _, v := range vocabulary {
		all = append(all, Question{v.key, slices.Clone(v.codes)})
	}
	return all
}

// Question is what a condition may ask.
type Question struct {
	Key   string
	Codes []string
}
