package flows

import (
	"reflect"
	"testing"

	"ripoti/internal/sms"
)

func FuzzParse(f *testing.F) {
	b := newBook(f)
	for _, keys := range [][]string{nil, {"1"}, {"2", "1", "1", "1", "mwisho"}, {"1", "2", "2", "7", "soko jipya", "kilifi"},
		{"1", "1", "1", "1", "kibera", "1", "4", "1", "1", "1"}} {
		s := last(walk(b, keys...)).State
		f.Add(s.Append(nil), "1")
		f.Add(b.Redial(s).State.Append(nil), "9")
	}
	for _, keys := range [][]string{{"1", "3", "482"}, {"2", "3", "4829172", "1"}, {"2", "3", "6110009", "6", "1"}} {
		f.Add(last(walk(b, keys...)).State.Append(nil), "3")
	}
	f.Fuzz(func(t *testing.T, raw []byte, input string) {
		s, err := Parse(raw)
		if err != nil {
			return
		}
		again, err := Parse(s.Append(nil))
		if err != nil || !reflect.DeepEqual(s, again) {
			t.Fatalf("%v: %+v became %+v", err, s, again)
		}
		b.Cut(s)
		b.Typing(s)
		turns := []Turn{b.Screen(s), b.Late(s), b.Redial(s), b.Unsaved(s), b.Next(s, input)}
		switch next := turns[4]; next.Do {
		case File:
			turns = append(turns[:4], b.Received(next, longCode), b.Unsaved(next.State))
		case Look, Tell:
			turns = append(turns[:4], host(b, next), b.Answered(next, StandsTaken, true), b.Unsaved(next.State))
		}
		for _, turn := range turns {
			if units, ok := sms.Units(turn.Screen); !ok || units > ScreenUnits || units == 0 {
				t.Fatalf("%d units, GSM-7 %v: %q", units, ok, turn.Screen)
			}
			if _, err := Parse(turn.State.Append(nil)); err != nil {
				t.Fatalf("%+v: %v", turn.State, err)
			}
		}
	})
}

func FuzzNext(f *testing.F) {
	b := newBook(f)
	f.Add("1", "1", "1", "1", "kibera", "1")
	f.Add("2", "2", "2", "7", "hakuna", "\xff\x00*#")
	f.Fuzz(func(t *testing.T, a, b2, c, d, e, g string) {
		s := b.Start().State
		for _, input := range []string{a, b2, c, d, e, g, a, "1", g} {
			turn := host(b, b.Next(s, input))
			if units, ok := sms.Units(turn.Screen); !ok || units > ScreenUnits || units == 0 {
				t.Fatalf("%d units, GSM-7 %v: %q", units, ok, turn.Screen)
			}
			kept, err := Parse(turn.State.Append(nil))
			if err != nil || !reflect.DeepEqual(kept, turn.State) {
				t.Fatalf("%v: %+v became %+v", err, turn.State, kept)
			}
			s = kept
		}
	})
}

func TestParseRefuses(t *testing.T) {
	b := newBook(t)
	good := last(walk(b, "1", "2", "2", "7", "bura")).State.Append(nil)
	for name, raw := range map[string][]byte{
		"nothing":           nil,
		"another version":   append([]byte{version + 1}, good[1:]...),
		"a state cut short": good[:len(good)-3],
		"more than a state": append(append([]byte{}, good...), 0),
		"an unknown step":   append([]byte{good[0], good[1], byte(steps)}, good[3:]...),
		"an unknown flag":   append([]byte{good[0], 0x80}, good[2:]...),
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := Parse(raw); err == nil {
				t.Errorf("read %+v", s)
			}
		})
	}
	t.Run("every cut", func(t *testing.T) {
		for n := range good {
			if _, err := Parse(good[:n]); err == nil {
				t.Errorf("%d of %d bytes are a state", n, len(good))
			}
		}
	})
}

func BenchmarkNext(b *testing.B) {
	book := newBook(b)
	for _, c := range []struct {
		name string
		keys []string
		key  string
	}{
		{"menu", []string{"1", "2", "2", "7", "kibera", "1"}, "3"},
		{"wrong key", []string{"1", "2", "2", "7", "kibera", "1"}, "x"},
		{"file", []string{"1", "1", "1", "1", "kibera", "1"}, "1"},
		{"list of places", []string{"1", "2", "2", "7"}, "mwisho"},
	} {
		s := last(walk(book, c.keys...)).State
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				book.Next(s, c.key)
			}
		})
	}
	s := last(walk(book, "1", "2", "2", "2", "1", "kibera", "1", "3", "1", "1")).State
	raw := s.Append(nil)
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		b.ReportMetric(float64(len(raw)), "bytes")
		buf := make([]byte, 0, 512)
		for b.Loop() {
			buf = s.Append(buf[:0])
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Parse(raw); err != nil {
				b.Fatal(err)
			}
		}
	})
}
