package gazetteer

import "testing"

func BenchmarkFind(b *testing.B) {
	g := load(b)
	for _, c := range []struct{ name, query string }{
		{"exact", "kawangware"},
		{"misspelt", "kawangwale"},
		{"misspelt, short", "yara"},
		{"misspelt, with a county", "kitui ngunni"},
		{"misspelt, two words", "ol karau"},
		{"beginning", "kawang"},
		{"no place", "nyumba ya jirani"},
		{"gibberish", "qwertyuiop"},
		{"sentence", "niko hapa kibera karibu na stage"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g.Find(c.query, "")
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b)
	}
}
