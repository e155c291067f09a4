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

// maxDocument is the largest rules document that is read, in bytes.
const maxDocument = 256 << 10

// Rules are a rules document, read and found sound. They never change and may be shared.
type Rules struct {
	doc    document
	source []byte
	night  span // when what is not urgent is not sent
	office span // when offices are open, Monday to Friday

	says map[string]string // what each urgency rule says, by level and id
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

// Level is what is promised for reports of the urgency.
func (r *Rules) Level(u ripoti.Urgency) Level { return r.doc.Levels[u] }

// Problem is one thing wrong with a document. Line is 0 where the trouble is no single line's.
type Problem struct {
	Line int
	Text string
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
	p := &parser{lines: map[string]int{}}
	p.walk(root, reflect.TypeFor[document](), "")
	if len(p.problems) > 0 {
		return nil, p.sorted()
	}
	r := &Rules{source: bytes.Clone(doc)}
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
	if len(doc) > maxDocument {
		return nil, Problems{{Text: fmt.Sprintf("the document is larger than %d bytes", maxDocument)}}
	}
	dec := yaml.NewDecoder(bytes.NewReader(doc))
	var root yaml.Node
	switch err := dec.Decode(&root); {
	case errors.Is(err, io.EOF):
		return nil, Problems{{Text: "the document is empty; start from the default rules"}}
	case err != nil:
		return nil, decodeProblems(err)
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, Problems{{Text: "one document only: remove what follows the second '---'"}}
	}
	if len(root.Content) == 0 {
		return nil, Problems{{Text: "the document is empty; start from the default rules"}}
	}
	return root.Content[0], nil
}

// parser gathers problems; lines holds where each path of the document stands.
type parser struct {
	lines    map[string]int
	problems Problems
}

func (p *parser) sorted() Problems {
	sort.SliceStable(p.problems, func(i, j int) bool { return p.problems[i].Line < p.problems[j].Line })
	return p.problems
}

func (p *parser) add(line int, format string, args ...any) {
	p.problems = append(p.problems, Problem{line, fmt.Sprintf(format, args...)})
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

func (p *parser) addAt(path, format string, args ...any) {
	p.add(p.at(path), "%s: %s", path, fmt.Sprintf(format, args...))
}

// walk notes where everything stands and refuses fields that the type does not have.
func (p *parser) walk(n *yaml.Node, t reflect.Type, path string) {
	p.lines[path] = n.Line
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		p.add(n.Line, "%s: write it out; anchors and aliases are not read", path)
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
		p.add(n.Line, "%s: expected fields (%s)", path, strings.Join(fieldNames(t), ", "))
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, ok := fieldNamed(t, key.Value)
		if !ok {
			p.add(key.Line, "%s: there is no field %q; the fields are: %s", path, key.Value, strings.Join(fieldNames(t), ", "))
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
			p.add(0, "%v", err)
		}
		return
	}
	for _, w := range wrong {
		_, path, _ := strings.Cut(w.Namespace(), ".")
		p.addAt(path, "%s", plainRule(w))
	}
}

// plainRule says what a field wants.
func plainRule(w validator.FieldError) string {
	if known, ok := validWords[w.Tag()]; ok {
		return fmt.Sprintf("%q is none of: %s", w.Value(), strings.Join(known, ", "))
	}
	switch w.Tag() {
	case "required":
		return "must be given"
	case "oneof":
		return fmt.Sprintf("%v is none of: %s", w.Value(), strings.ReplaceAll(w.Param(), " ", ", "))
	case "eq":
		return "must be " + w.Param()
	case "gt":
		return "must be more than " + w.Param()
	case "gte":
		return "must be at least " + w.Param()
	case "lte":
		return "must be at most " + w.Param()
	case "min", "len":
		return "must have " + atLeast(w.Tag()) + w.Param() + " of them"
	case "max":
		return "must not be longer than " + w.Param()
	case "startswith":
		return "must start with " + w.Param()
	}
	return "breaks the rule " + w.Tag() + " " + w.Param()
}

func atLeast(tag string) string {
	if tag == "min" {
		return "at least "
	}
	return "exactly "
}
