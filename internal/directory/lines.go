package directory

import (
	"slices"
	"strings"
)

// Line is the text of a line of a file; 1 is the header.
func Line(file []byte, number int) string {
	lines := strings.Split(string(file), "\n")
	if number < 1 || number > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[number-1], "\r")
}

// Correct puts other texts in place of some lines of a file. An empty text takes the line out.
func Correct(file []byte, texts map[int]string) []byte {
	lines := strings.Split(string(file), "\n")
	var numbers []int
	for n := range texts {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range slices.Backward(numbers) {
		switch text := strings.TrimSpace(strings.ReplaceAll(texts[n], "\n", " ")); {
		case n < 1 || n > len(lines):
		case text == "":
			lines = slices.Delete(lines, n-1, n)
		default:
			lines[n-1] = text
		}
	}
	return []byte(strings.Join(lines, "\n"))
}
