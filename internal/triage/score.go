package triage

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"ripoti/internal/gazetteer"
	"ripoti/internal/ripoti"
)

// Labelled is a text with what should be read in it. Of a list any is right, the first is best.
type Labelled struct {
	Text       string
	Langs      []string
	Categories []ripoti.Category
	Urgencies  []ripoti.Urgency // none: not labelled
	Places     []string         // ids of the gazetteer; none: the text names no place
	Kind       string           // "plain", "calm" or "trap"
}

// Judge says whether the text is for judging; the others are for tuning the lexicon.
func (l Labelled) Judge() bool {
	h := fnv.New32a()
	_, _ = io.WriteString(h, l.Text) // never fails
	return h.Sum32()%2 == 1
}

// ReadLabelled reads lines of text, language, categories, urgencies, places and kind, parted by tabs.
// Lines that begin with # are left out; columns behind the third may be missing.
func ReadLabelled(in io.Reader) ([]Labelled, error) {
	var out []Labelled
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if line := lines.Text(); line != "" && !strings.HasPrefix(line, "#") {
			col := strings.Split(line, "\t")
			if len(col) < 3 {
				return nil, fmt.Errorf("line %d: text, language and category are needed, parted by tabs", n)
			}
			col = append(col, "", "", "")
			l := Labelled{Text: col[0], Langs: list[string](col[1]), Categories: list[ripoti.Category](col[2]), Urgencies: list[ripoti.Urgency](col[3]), Places: list[string](col[4]), Kind: col[5]}
			if err := l.check(); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			out = append(out, l)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return out, nil
}

func list[T ~string](column string) []T {
	var out []T
	for _, s := range strings.Split(column, "|") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, T(s))
		}
	}
	return out
}

func (l Labelled) check() error {
	for _, c := range l.Categories {
		if !slices.Contains(ripoti.Categories, c) {
			return fmt.Errorf("there is no category %q", c)
		}
	}
	for _, u := range l.Urgencies {
		if u.Rank() < 0 {
			return fmt.Errorf("there is no urgency %q", u)
		}
	}
	if len(l.Categories) == 0 {
		return fmt.Errorf("the category is missing")
	}
	return nil
}

// urgent says that the text must be read as high at least.
func (l Labelled) urgent() bool {
	return len(l.Urgencies) > 0 && !slices.ContainsFunc(l.Urgencies, func(u ripoti.Urgency) bool { return u.Rank() < ripoti.High.Rank() })
}

// Share is how many of all texts asked about were read right.
type Share struct{ Right, Of int }

func (s *Share) add(right bool) {
	s.Of++
	if right {
		s.Right++
	}
}

// Percent is 0 to 100; of nothing, 100.
func (s Share) Percent() float64 {
	if s.Of == 0 {
		return 100
	}
	return 100 * float64(s.Right) / float64(s.Of)
}

func (s Share) String() string {
	return fmt.Sprintf("%5.1f %%  (%d of %d)", s.Percent(), s.Right, s.Of)
}

// Score is how well labelled texts were read.
type Score struct {
	Language Share
	Category Share
	Urgent   Share // critical and high texts that were read as high at least
	Calm     Share // calm texts that were not read as critical
	Place    Share // texts that name a place and it was found
	NoPlace  Share // texts that name none and none was given
	Level    Share // urgencies that are one of the labels
	// Confusion counts category labelled (the first) and category read.
	Confusion map[ripoti.Category]map[ripoti.Category]int
	Misses    []Miss
}

// Miss is one thing that was read wrong.
type Miss struct {
	What  string // "language", "category", "urgency", "calm", "place"
	Text  string
	Want  string
	Got   string
	Words string // the signals
}

// Assess reads every text and counts.
func Assess(r *Reader, g *gazetteer.Gazetteer, texts []Labelled) Score {
	s := Score{Confusion: map[ripoti.Category]map[ripoti.Category]int{}}
	for _, l := range texts {
		read := r.Read(l.Text)
		s.read(l, read)
		s.place(l, read, g)
	}
	return s
}

func (s *Score) read(l Labelled, read Reading) {
	right := slices.Contains(l.Langs, read.Lang)
	s.Language.add(right)
	s.miss(right, "language", l, read, strings.Join(l.Langs, "|"), read.Lang)

	right = slices.Contains(l.Categories, read.Category)
	s.Category.add(right)
	s.miss(right, "category", l, read, fmt.Sprint(l.Categories), string(read.Category))
	row := s.Confusion[l.Categories[0]]
	if row == nil {
		row = map[ripoti.Category]int{}
		s.Confusion[l.Categories[0]] = row
	}
	if right {
		row[l.Categories[0]]++
	} else {
		row[read.Category]++
	}
	if len(l.Urgencies) > 0 {
		s.Level.add(slices.Contains(l.Urgencies, read.Urgency))
	}
	if l.urgent() {
		right = read.Urgency.Rank() >= ripoti.High.Rank()
		s.Urgent.add(right)
		s.miss(right, "urgency", l, read, fmt.Sprint(l.Urgencies), string(read.Urgency)+" "+read.Rule)
	}
	if l.Kind == "calm" {
		right = read.Urgency != ripoti.Critical
		s.Calm.add(right)
		s.miss(right, "calm", l, read, "not critical", read.Rule)
	}
}

func (s *Score) place(l Labelled, read Reading, g *gazetteer.Gazetteer) {
	found, words := read.Place(g)
	id := ""
	if found.Decision != gazetteer.None {
		id = found.Matches[0].Place.ID
	}
	if len(l.Places) == 0 {
		s.NoPlace.add(id == "")
		s.miss(id == "", "no place", l, read, "", id+" "+words)
		return
	}
	right := slices.Contains(l.Places, id)
	s.Place.add(right)
	s.miss(right, "place", l, read, strings.Join(l.Places, "|"), id+" "+words)
}

func (s *Score) miss(right bool, what string, l Labelled, read Reading, want, got string) {
	if right {
		return
	}
	var words []string
	for _, sig := range read.Signals {
		words = append(words, sig.Signal+"="+sig.Words)
	}
	s.Misses = append(s.Misses, Miss{What: what, Text: l.Text, Want: want, Got: got, Words: strings.Join(words, ", ")})
}

// Write writes the figures and the table of confusion: a row a label, a column a reading.
func (s Score) Write(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "language right                          %s\n", s.Language)
	fmt.Fprintf(&b, "category right                          %s\n", s.Category)
	fmt.Fprintf(&b, "critical and high read as high or more  %s\n", s.Urgent)
	fmt.Fprintf(&b, "calm texts read as critical             %5.1f %%  (%d of %d)\n", 100-s.Calm.Percent(), s.Calm.Of-s.Calm.Right, s.Calm.Of)
	fmt.Fprintf(&b, "place found where one is named          %s\n", s.Place)
	fmt.Fprintf(&b, "no place given where none is named      %s\n", s.NoPlace)
	fmt.Fprintf(&b, "urgency as labelled                     %s\n\n", s.Level)
	s.writeConfusion(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

func (s Score) writeConfusion(b *strings.Builder) {
	fmt.Fprintf(b, "%-16s", "labelled \\ read")
	for _, c := range ripoti.Categories {
		fmt.Fprintf(b, " %8.8s", c)
	}
	b.WriteByte('\n')
	for _, want := range ripoti.Categories {
		fmt.Fprintf(b, "%-16s", want)
		for _, got := range ripoti.Categories {
			if n := s.Confusion[want][got]; n > 0 {
				fmt.Fprintf(b, " %8d", n)
			} else {
				fmt.Fprintf(b, " %8s", ".")
			}
		}
		b.WriteByte('\n')
	}
}
