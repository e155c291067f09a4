package routing

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/go-playground/validator/v10"
	"gopkg.in/yaml.v3"

	"ripoti/internal/ripoti"
)

//go:embed rules.yaml
var defaultDocument []byte

// MaxDocument is the largest rules document that is read, in bytes.
const MaxDocument = 256 << 10

// Rules are a rules document, read and found sound. They never change and may be shared.
type Rules struct {
	doc    document
	source []byte
	night  span // when what is not urgent is not sent
	office span // when offices are open, Monday to Friday

	says  map[string]string // what each urgency rule says, by level and id
	paths map[string]string // where what a trace names stands in the document
}

// Default are the rules of the house: domain brief 4.1 to 4.5 and 5.
func Default() *Rules {
	r, err := ParseRules(defaultDocument)
	if err != nil {
		panic("routing: the embedded rules: " + err.Error()) // a test parses them
	}
	return r
}

// Document is the document the rules were read from, with its comments.
func (r *Rules) Document() []byte { return bytes.Clone(r.source) }

// PathOf is where in the document stands what a trace names: a rule, a situation, a harm, a line of who is
// told; "" for what stands in none.
func (r *Rules) PathOf(rule string) string { return r.paths[rule] }

// LineOf is the line of a path, or of what is around it; 0 for no such path.
func (r *Rules) LineOf(path string) int {
	root, err := parseYAML(r.source)
	if err != nil {
		return 0
	}
	if n := nodeAt(root, path); n != nil {
		return n.Line
	}
	return 0
}

// Level is what is promised for reports of the urgency.
func (r *Rules) Level(u ripoti.Urgency) Level { return r.doc.Levels[u] }

// Problem is one thing wrong with a document. Line is 0 where the trouble is no single line's, Path ""
// where it is no single field's.
type Problem struct {
	Line int
	Path string
	Text string // in English
	// Key and Args say it in other languages: the name of the sentence and what is filled in.
	Key  string
	Args []any
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.Text
	}
	return fmt.Sprintf("line %d: %s", p.Line, p.Text)
}

// Problems are all that is wrong with a document, in its order.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return "rules: " + strings.Join(lines, "\n")
}

// ParseRules reads a rules document: YAML with the fields of the default one and no others. The
// error is Problems: every line that is wrong and what to write instead, also where the document
// would break what no rule may break (domain brief 4.7) or the bounds of domain brief 5.
func ParseRules(doc []byte) (*Rules, error) {
	root, err := parseYAML(doc)
	if err != nil {
		return nil, err
	}
	p := &parser{lines: map[string]int{}, paths: map[string]string{}}
	p.walk(root, reflect.TypeFor[document](), "")
	if len(p.problems) > 0 {
		return nil, p.sorted()
	}
	r := &Rules{source: bytes.Clone(doc), paths: p.paths}
	if err := root.Decode(&r.doc); err != nil {
		return nil, decodeProblems(err)
	}
	p.validate(&r.doc)
	if len(p.problems) > 0 {
		return nil, p.sorted()
	}
	p.compile(r)
	if len(p.problems) == 0 {
		p.check(r)
	}
	if len(p.problems) > 0 {
		return nil, p.sorted()
	}
	return r, nil
}

func parseYAML(doc []byte) (*yaml.Node, error) {
	if len(doc) > MaxDocument {
		return nil, Problems{problemOf("", 0, say("too_large", MaxDocument))}
	}
	dec := yaml.NewDecoder(bytes.NewReader(doc))
	var root yaml.Node
	switch err := dec.Decode(&root); {
	case errors.Is(err, io.EOF):
		return nil, Problems{problemOf("", 0, say("empty"))}
	case err != nil:
		return nil, decodeProblems(err)
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, Problems{problemOf("", 0, say("one_document"))}
	}
	if len(root.Content) == 0 {
		return nil, Problems{problemOf("", 0, say("empty"))}
	}
	return root.Content[0], nil
}

// parser gathers problems; lines holds where each path of the document stands.
type parser struct {
	lines    map[string]int
	paths    map[string]string
	problems Problems
}

func (p *parser) sorted() Problems {
	sort.SliceStable(p.problems, func(i, j int) bool { return p.problems[i].Line < p.problems[j].Line })
	return p.problems
}

// at is the line of a path, or of the nearest path around it that stands in the document.
func (p *parser) at(path string) int {
	for path != "" {
		if line, ok := p.lines[path]; ok {
			return line
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return p.lines[""]
}

func (p *parser) addAt(path string, wrong error) {
	p.problems = append(p.problems, problemOf(path, p.at(path), wrong))
}

// problemOf is what is wrong with a field.
func problemOf(path string, line int, wrong error) Problem {
	p := Problem{Line: line, Path: path, Text: wrong.Error()}
	if path != "" {
		p.Text = path + ": " + p.Text
	}
	var said *saying
	if errors.As(wrong, &said) {
		p.Key, p.Args = said.key, said.args
	}
	return p
}

// walk notes where everything stands and refuses fields that the type does not have.
func (p *parser) walk(n *yaml.Node, t reflect.Type, path string) {
	p.lines[path] = n.Line
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		p.problems = append(p.problems, problemOf(path, n.Line, say("anchors")))
		return
	}
	switch {
	case t.Kind() == reflect.Struct:
		p.walkStruct(n, t, path)
	case t.Kind() == reflect.Map && n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			p.walk(n.Content[i+1], t.Elem(), path+"["+n.Content[i].Value+"]")
		}
	case t.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		for i, item := range n.Content {
			p.walk(item, t.Elem(), path+"["+strconv.Itoa(i)+"]")
		}
	}
}

func (p *parser) walkStruct(n *yaml.Node, t reflect.Type, path string) {
	if n.Kind != yaml.MappingNode {
		p.problems = append(p.problems, problemOf(path, n.Line, say("fields", strings.Join(fieldNames(t), ", "))))
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, ok := fieldNamed(t, key.Value)
		if !ok {
			p.problems = append(p.problems, problemOf(path, key.Line, say("no_field", strconv.Quote(key.Value), strings.Join(fieldNames(t), ", "))))
			continue
		}
		p.walk(value, field.Type, strings.TrimPrefix(path+"."+key.Value, "."))
	}
}

func fieldNamed(t reflect.Type, name string) (reflect.StructField, bool) {
	for f := range t.Fields() {
		if tag := f.Tag.Get("yaml"); tag != "" && tag == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		if tag := f.Tag.Get("yaml"); tag != "" {
			names = append(names, tag)
		}
	}
	return names
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)

// decodeProblems turns what the YAML library says into problems of ours.
func decodeProblems(err error) Problems {
	texts := []string{err.Error()}
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		texts = wrong.Errors
	}
	var out Problems
	for _, text := range texts {
		problem := Problem{Text: strings.TrimPrefix(text, "yaml: ")}
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			problem.Line, _ = strconv.Atoi(m[1])
			problem.Text = plainType(m[2])
		}
		out = append(out, problem)
	}
	return out
}

// plainType says in plain words what the YAML library says in Go's.
func plainType(text string) string {
	for goType, plain := range map[string]string{
		"time.Duration": "a time such as 10m or 4h", "float64": "a number", "bool": "true or false", "int": "a whole number",
		"[]string": "a list such as [a, b]", "map[string][]string": "a condition such as { danger: [yes] }",
	} {
		text = strings.ReplaceAll(text, "into "+goType, "as "+plain)
	}
	return strings.ReplaceAll(text, "cannot unmarshal", "cannot read")
}

// rulesValidator knows the words of the document.
func rulesValidator() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("yaml") })
	for tag, known := range validWords {
		if err := v.RegisterValidation(tag, func(fl validator.FieldLevel) bool { return slices.Contains(known, fl.Field().String()) }); err != nil {
			panic("routing: " + err.Error()) // only for an empty tag
		}
	}
	return v
}

var validWords = map[string][]string{
	"category": codes(ripoti.Categories),
	"role":     codes(ripoti.Roles),
	"who":      codes(everyWho),
}

func (p *parser) validate(d *document) {
	err := rulesValidator().Struct(d)
	var wrong validator.ValidationErrors
	if !errors.As(err, &wrong) {
		if err != nil {
			p.problems = append(p.problems, Problem{Text: err.Error()})
		}
		return
	}
	for _, w := range wrong {
		_, path, _ := strings.Cut(w.Namespace(), ".")
		p.addAt(path, plainRule(w))
	}
}

// plainRule says what a field wants.
func plainRule(w validator.FieldError) error {
	if known, ok := validWords[w.Tag()]; ok {
		return say("none_of", strconv.Quote(fmt.Sprint(w.Value())), strings.Join(known, ", "))
	}
	switch w.Tag() {
	case "oneof":
		return say("none_of", w.Value(), strings.ReplaceAll(w.Param(), " ", ", "))
	case "min", "len":
		return say(w.Tag(), w.Param())
	}
	if _, ok := sayings[w.Tag()]; ok {
		return say(w.Tag(), w.Param())
	}
	return errors.New("breaks the rule " + w.Tag() + " " + w.Param())
}
