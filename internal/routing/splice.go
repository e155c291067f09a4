package routing

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// finish writes what was touched into the text. Where the text does not say then what the tree says, or a
// place cannot be found in it, the whole document is written by the YAML library instead: its layout
// changes, its meaning and its comments do not.
func (e *editor) finish() ([]byte, error) {
	if out, ok := e.splice(); ok {
		if root, err := parseYAML(out); err == nil && sameTree(root, e.after) {
			return out, nil
		}
	}
	var b bytes.Buffer
	if err := encode(&b, &e.whole); err != nil {
		return nil, fmt.Errorf("write rules: %w", err)
	}
	return b.Bytes(), nil
}

func encode(b *bytes.Buffer, n *yaml.Node) error {
	out := yaml.NewEncoder(b)
	out.SetIndent(2)
	if err := out.Encode(n); err != nil {
		return err
	}
	return out.Close()
}

// patch is a stretch of the text and what takes its place.
type patch struct {
	from, to int
	text     string
}

func (e *editor) splice() ([]byte, bool) {
	var patches []patch
	text := newText(e.doc)
	for _, path := range e.touched {
		old, now := nodeAt(e.before, path), nodeAt(e.after, path)
		if old == nil || now == nil {
			return nil, false
		}
		from, to, ok := text.extent(old)
		if !ok {
			return nil, false
		}
		written, err := writtenAt(now, old, text.lines[old.Line-1])
		if err != nil {
			return nil, false
		}
		patches = append(patches, patch{from, to, written})
	}
	slices.SortFunc(patches, func(a, b patch) int { return cmp.Compare(b.from, a.from) })
	out := slices.Clone(e.doc)
	for _, p := range patches {
		out = slices.Replace(out, p.from, p.to, []byte(p.text)...)
	}
	return out, true
}

// writtenAt is a node as text for the place where another one stood.
func writtenAt(now, old *yaml.Node, line string) (string, error) {
	bare := *now
	stripEdges(&bare)
	var b bytes.Buffer
	if err := encode(&b, &bare); err != nil {
		return "", err
	}
	written := roomy(strings.TrimRight(b.String(), "\n"))
	indent := strings.Repeat(" ", old.Column-1)
	if now.Kind != yaml.ScalarNode && now.Style&yaml.FlowStyle == 0 && old.Style&yaml.FlowStyle != 0 { // "[]" becomes a list
		indent = strings.Repeat(" ", indentOf(line)+2)
		written = "\n" + indent + written
	}
	return strings.ReplaceAll(written, "\n", "\n"+indent), nil
}

// roomy sets brackets apart from what is in them, as the document is written by hand: { who: station }.
func roomy(written string) string {
	var b strings.Builder
	quote := byte(0)
	for i := 0; i < len(written); i++ {
		c := written[i]
		next, prev := byte(0), byte(0)
		if i+1 < len(written) {
			next = written[i+1]
		}
		if i > 0 {
			prev = written[i-1]
		}
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && (prev == ' ' || prev == '[' || prev == '{'):
			quote = c
		case (c == '}' && prev != '{') || (c == ']' && (prev == '}' || prev == ']')):
			b.WriteByte(' ')
		}
		b.WriteByte(c)
		if quote == 0 && ((c == '{' && next != '}') || (c == '[' && (next == '{' || next == '['))) {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// stripEdges takes away the comments above and behind a node: they stand in the text around it.
func stripEdges(n *yaml.Node) {
	n.HeadComment, n.FootComment, n.LineComment = "", "", ""
	if len(n.Content) == 0 {
		return
	}
	n.Content = slices.Clone(n.Content)
	for _, i := range []int{0, len(n.Content) - 1} {
		edge := *n.Content[i]
		if edge.HeadComment = ""; i > 0 {
			stripEdges(&edge)
		}
		n.Content[i] = &edge
	}
}

// text finds nodes in a document by line and column.
type text struct {
	doc   []byte
	lines []string
	at    []int // where each line begins
}

func newText(doc []byte) *text {
	t := &text{doc: doc, lines: strings.Split(string(doc), "\n")}
	for at, i := 0, 0; i < len(t.lines); i++ {
		t.at = append(t.at, at)
		at += len(t.lines[i]) + 1
	}
	return t
}

// extent is where a node's text begins and ends; false where that cannot be said.
func (t *text) extent(n *yaml.Node) (from, to int, ok bool) {
	if n.Line < 1 || n.Line > len(t.lines) {
		return 0, 0, false
	}
	runes := []rune(t.lines[n.Line-1])
	if n.Column < 1 || n.Column-1 > len(runes) {
		return 0, 0, false
	}
	from = t.at[n.Line-1] + len(string(runes[:n.Column-1]))
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 0, 0, false
	case n.Kind == yaml.ScalarNode && n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		to = t.quoted(from)
	case n.Kind == yaml.ScalarNode:
		to = from + len(n.Value)
		return from, to, bytes.HasPrefix(t.doc[from:], []byte(n.Value))
	case n.Style&yaml.FlowStyle != 0:
		to = t.closed(from)
	case len(n.Content) == 0:
		return 0, 0, false
	default:
		_, to, ok = t.extent(n.Content[len(n.Content)-1])
		return from, to, ok
	}
	return from, to, to > from
}

// quoted is where a quoted text ends, 0 where it does not.
func (t *text) quoted(from int) int {
	quote := t.doc[from]
	for i := from + 1; i < len(t.doc); i++ {
		switch {
		case t.doc[i] == '\\' && quote == '"':
			i++
		case t.doc[i] == quote && quote == '\'' && i+1 < len(t.doc) && t.doc[i+1] == quote:
			i++
		case t.doc[i] == quote:
			return i + 1
		}
	}
	return 0
}

// closed is where the bracket that stands at from is closed, 0 where it is not. A comment among flow
// lists ends the search: the library writes those.
func (t *text) closed(from int) int {
	depth := 0
	for i := from; i < len(t.doc); i++ {
		switch c := t.doc[i]; c {
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"', '\'':
			if prev := t.doc[i-1]; prev == ' ' || prev == '[' || prev == '{' || prev == ',' {
				end := t.quoted(i)
				if end == 0 {
					return 0
				}
				i = end - 1
			}
		case '#':
			return 0
		}
	}
	return 0
}

// sameTree says whether two documents say the same.
func sameTree(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) || (a.Kind == yaml.ScalarNode && (a.Value != b.Value || (a.ShortTag() == "!!str") != (b.ShortTag() == "!!str"))) {
		return false
	}
	for i := range a.Content {
		if !sameTree(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}
