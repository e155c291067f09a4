package flows

import (
	"cmp"
	"slices"
	"strings"

	"ripoti/internal/sms"
)

// A part of a long SMS holds 153 letters, or 67 of other alphabets. Odd gateways cut a little earlier.
const (
	fullPart      = 150
	fullWidePart  = 64
	mostPartsKept = 20
)

// FullPart says that a text is as long as a part of a long SMS that goes on: only the last one is shorter.
func FullPart(body string) bool {
	units, gsm7 := sms.Units(body)
	return units >= fullPart || !gsm7 && units >= fullWidePart
}

// grow writes a text behind the story. Parts of one long text stand in the order in which they were
// sent; one that was cut off by the length of an SMS is gone on with where it ended.
func (t *Talk) grow(in Text) (story string) {
	parts := []string{}
	story = in.Story
	if in.Part {
		story, parts = t.cutParts(in.Story)
	}
	if len(parts) == 0 {
		t.Parts = nil
	}
	at := len(parts)
	if in.Order != "" {
		for at > 0 && cmp.Compare(t.Parts[at-1].Order, in.Order) > 0 {
			at--
		}
	}
	parts = slices.Insert(parts, at, in.Body)
	t.Parts = slices.Insert(slices.Clone(t.Parts), at, Part{Order: in.Order, Len: len(in.Body)})
	for i, part := range parts {
		glued := i > 0 && FullPart(parts[i-1])
		t.Parts[i].Glued = glued
		if story != "" && !glued {
			story += "\n"
		}
		story += part
	}
	return story
}

// cutParts takes the parts off the end of a story. A story that does not end in them, because it was too
// long to be kept, has none.
func (t *Talk) cutParts(story string) (before string, parts []string) {
	if len(t.Parts) > mostPartsKept {
		return story, nil
	}
	before = story
	for i := len(t.Parts) - 1; i >= 0; i-- {
		p := t.Parts[i]
		if p.Len > len(before) {
			return story, nil
		}
		parts = append(parts, before[len(before)-p.Len:])
		before = before[:len(before)-p.Len]
		if p.Glued || before == "" {
			continue
		}
		var ok bool
		if before, ok = strings.CutSuffix(before, "\n"); !ok {
			return story, nil
		}
	}
	slices.Reverse(parts)
	return before, parts
}
