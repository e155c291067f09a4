package casework

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Whoever asks why a child waits so long finds the answer in one place.
func TestEveryTimeStandsInOneTableWithItsSource(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	length := regexp.MustCompile(`\d+ ?\* ?(time\.(Second|Minute|Hour)|Day)\b|[-<>=(] ?time\.(Second|Minute|Hour)\b`)
	elsewhere := map[string]bool{"timetable.go": true} // harmAgo: what an answer to "when" may mean
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "times.go" || elsewhere[file] {
			continue
		}
		for i, line := range strings.Split(read(t, file), "\n") {
			if length.MatchString(line) {
				t.Errorf("%s:%d keeps a time of its own: %s", file, i+1, strings.TrimSpace(line))
			}
		}
	}
	rows := 0
	for i, line := range strings.Split(read(t, "times.go"), "\n") {
		if !strings.HasPrefix(line, "\t") {
			continue
		}
		rows++
		if _, why, _ := strings.Cut(line, "//"); !regexp.MustCompile(`domain brief \d|\bours\b|a gateway `).MatchString(why) {
			t.Errorf("times.go:%d says not where it comes from: %s", i+1, strings.TrimSpace(line))
		}
	}
	if rows < 50 {
		t.Errorf("%d rows: the table is not found", rows)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
