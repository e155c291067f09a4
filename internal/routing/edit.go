package routing

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Edit writes fields of a document anew, by their paths, as a Sheet shows them; one that is emptied is left
// out. The rest of the document, comments and all, stays as it was. The error is Problems, each with the
// path of its field; what the rules as a whole forbid is for ParseRules to say.
func Edit(doc []byte, fields map[string]string) ([]byte, error) {
	sheet, err := ReadSheet(doc)
	if err != nil {
		return nil, err
	}
	e, err := newEditor(doc)
	if err != nil {
		return nil, err
	}
	var problems Problems
	sheet.each(func(f Field, siblings []Field) {
		text, asked := fields[f.Path]
		if text = tidy(text, f.Kind); !asked || text == f.Value {
			return
		}
		if err := e.set(f, siblings, text); err != nil {
			problems = append(problems, problemOf(f.Path, 0, err))
		}
	})
	if len(problems) > 0 {
		return nil, problems
	}
	return e.finish()
}

func (s *Sheet) each(do func(f Field, siblings []Field)) {
	var walk func(g Group)
	walk = func(g Group) {
		for _, f := range g.Fields {
			do(f, g.Fields)
		}
		for _, within := range g.Groups {
			walk(within)
		}
	}
	for _, p := range s.Sections {
		walk(p.Group)
	}
}

// tidy is a field's text as the document would give it back.
func tidy(text string, kind FieldKind) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	switch kind {
	case FieldList:
		return strings.Join(trimmed(text, ","), ", ")
	case FieldWhen:
		return strings.Join(trimmed(text, "\n"), "\n")
	}
	return strings.Join(strings.Fields(text), " ")
}

// trimmed are the parts of a text that hold anything.
func trimmed(text, by string) (parts []string) {
	for part := range strings.SplitSeq(text, by) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// Move is what can be done with one of a list.
type Move string

const (
	MoveUp   Move = "up"
	MoveDown Move = "down"
	MoveCopy Move = "copy" // a copy stands behind it, with an id of its own
	MoveDrop Move = "drop"
	MoveAdd  Move = "add" // the path is the list's: a line to begin with, in an empty list
)

// beginning is what an empty list of lines begins with: it is sound, and told to nobody new.
const beginning = `{ who: coordination, as: told, why: "a new line" }`

// MoveRow moves, copies or takes out one of a list.
func MoveRow(doc []byte, path string, move Move) ([]byte, error) {
	e, err := newEditor(doc)
	if err != nil {
		return nil, err
	}
	list, i := path, -1
	if move != MoveAdd {
		open := max(strings.LastIndexByte(path, '['), 0)
		list = path[:open]
		if i, err = strconv.Atoi(strings.Trim(path[open:], "[]")); err != nil {
			i = -1
		}
	}
	n := nodeAt(e.after, list)
	if n == nil || n.Kind != yaml.SequenceNode || (move != MoveAdd && (i < 0 || i >= len(n.Content))) {
		return nil, Problems{problemOf(path, 0, say("gone"))}
	}
	switch {
	case move == MoveUp && i > 0:
		n.Content[i-1], n.Content[i] = n.Content[i], n.Content[i-1]
	case move == MoveDown && i+1 < len(n.Content):
		n.Content[i], n.Content[i+1] = n.Content[i+1], n.Content[i]
	case move == MoveCopy:
		n.Content = slices.Insert(n.Content, i+1, copyOf(n, i))
	case move == MoveDrop:
		n.Content = slices.Delete(n.Content, i, i+1)
	case move == MoveAdd && strings.HasSuffix(list, "tell") || list == "always":
		n.Content = append(n.Content, parsedLine(beginning))
	case move == MoveAdd && len(n.Content) > 0:
		n.Content = append(n.Content, copyOf(n, len(n.Content)-1))
	default:
		return doc, nil
	}
	if n.Style &^= yaml.FlowStyle; len(n.Content) == 0 {
		n.Style |= yaml.FlowStyle
	}
	e.touch(list)
	return e.finish()
}

func parsedLine(text string) *yaml.Node {
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(text), &n); err != nil {
		panic("routing: " + err.Error()) // a constant
	}
	return n.Content[0]
}

// copyOf is a copy of item i, with an id that nobody has.
func copyOf(list *yaml.Node, i int) *yaml.Node {
	twin := clone(list.Content[i])
	id := child(twin, "id")
	if id == nil {
		return twin
	}
	taken := map[string]bool{}
	for _, item := range list.Content {
		if other := child(item, "id"); other != nil {
			taken[other.Value] = true
		}
	}
	stem := strings.TrimRight(id.Value, "0123456789")
	for n := 1; taken[id.Value]; n++ {
		id.Value = stem + strconv.Itoa(n)
	}
	return twin
}

func clone(n *yaml.Node) *yaml.Node {
	twin := *n
	twin.HeadComment, twin.FootComment, twin.Content = "", "", nil
	for _, c := range n.Content {
		twin.Content = append(twin.Content, clone(c))
	}
	return &twin
}

// editor changes a tree, and then writes the text of what was touched anew.
type editor struct {
	doc           []byte
	before, after *yaml.Node
	whole         yaml.Node // the document around after
	touched       []string  // paths
}

func newEditor(doc []byte) (*editor, error) {
	e := &editor{doc: doc}
	var err error
	if e.before, err = parseYAML(doc); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal(doc, &e.whole); err != nil {
		return nil, decodeProblems(err)
	}
	e.after = e.whole.Content[0]
	return e, nil
}

// touch notes what has to be written anew. What stands within something touched is written with it.
func (e *editor) touch(path string) {
	within := func(inner, outer string) bool {
		return inner == outer || strings.HasPrefix(inner, outer+".") || strings.HasPrefix(inner, outer+"[")
	}
	if slices.ContainsFunc(e.touched, func(p string) bool { return within(path, p) }) {
		return
	}
	e.touched = append(slices.DeleteFunc(e.touched, func(p string) bool { return within(p, path) }), path)
}

func (e *editor) set(f Field, siblings []Field, text string) error {
	row := nodeAt(e.after, rowOf(f.Path))
	if row == nil {
		return say("gone")
	}
	old := child(row, f.Key)
	if text == "" && (f.Kind != FieldList || !f.Must) {
		if f.Must {
			return say("required")
		}
		at := slices.IndexFunc(row.Content, func(n *yaml.Node) bool { return n == old })
		row.Content = slices.Delete(row.Content, at-1, at+1)
		e.touch(rowOf(f.Path))
		return nil
	}
	value, err := valueOf(f, text)
	if err != nil {
		return err
	}
	if old != nil {
		value.Style |= old.Style & (yaml.FlowStyle | yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle)
		value.LineComment = old.LineComment
		*old = *value
		e.touch(f.Path)
		return nil
	}
	at := len(row.Content)
	for i := slices.IndexFunc(siblings, func(s Field) bool { return s.Path == f.Path }) + 1; i < len(siblings); i++ {
		if later := child(row, siblings[i].Key); later != nil {
			at = slices.Index(row.Content, later) - 1
			break
		}
	}
	row.Content = slices.Insert(row.Content, at, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: f.Key}, value)
	e.touch(rowOf(f.Path))
	return nil
}

// rowOf is the path of what holds a field.
func rowOf(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }

// valueOf reads what was typed. The error says what to type instead.
func valueOf(f Field, text string) (*yaml.Node, error) {
	scalar := &yaml.Node{Kind: yaml.ScalarNode, Value: text}
	switch f.Kind {
	case FieldNumber:
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return nil, say("number", strconv.Quote(text))
		}
	case FieldTime:
		if _, err := time.ParseDuration(text); err != nil {
			return nil, say("time", strconv.Quote(text))
		}
	case FieldFlag:
		if text != "true" && text != "false" {
			return nil, say("flag")
		}
	case FieldList:
		return listNode(strings.Split(text, ", ")), nil
	case FieldWhen:
		return conditionNodes(text)
	default:
		scalar.Tag = "!!str"
	}
	return scalar, nil
}

func listNode(values []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, v := range values {
		if v != "" {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v})
		}
	}
	return n
}

// conditionNodes reads conditions, one a line: "danger: yes; weapon: gun, blade".
func conditionNodes(text string) (*yaml.Node, error) {
	all := &yaml.Node{Kind: yaml.SequenceNode}
	for line := range strings.SplitSeq(text, "\n") {
		n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		asked := map[string][]string{}
		for _, term := range trimmed(line, ";") {
			question, codes, ok := strings.Cut(term, ":")
			if question = strings.TrimSpace(question); !ok || asked[question] != nil {
				return nil, say("condition", strconv.Quote(line))
			}
			asked[question] = trimmed(codes, ",")
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: question}, listNode(asked[question]))
		}
		if _, err := compile(asked); err != nil {
			return nil, err
		}
		all.Content = append(all.Content, n)
	}
	return all, nil
}

// nodeAt is what stands at a path, nil where there is nothing.
func nodeAt(n *yaml.Node, path string) *yaml.Node {
	for n != nil && path != "" {
		step := strings.TrimPrefix(path, ".")
		end := strings.IndexAny(step, ".[")
		if strings.HasPrefix(step, "[") {
			step = step[1:]
			end = strings.IndexByte(step, ']')
		}
		if end < 0 {
			end = len(step)
		}
		key := step[:end]
		path = strings.TrimPrefix(step[end:], "]")
		if n.Kind == yaml.MappingNode {
			n = child(n, key)
			continue
		}
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(n.Content) {
			return nil
		}
		n = n.Content[i]
	}
	return n
}
