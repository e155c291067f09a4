package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

func newKeys(t testing.TB) *Keys {
	t.Helper()
	k, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func rotated(t testing.TB, k *Keys) *Keys {
	t.Helper()
	next, err := k.Rotate()
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func reopened(t testing.TB, k *Keys) *Keys {
	t.Helper()
	text, err := k.Document()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Open(text)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func sealed(t testing.TB, b *Box, plain, context string) []byte {
	t.Helper()
	s, err := b.Seal([]byte(plain), context)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBox(t *testing.T) {
	k := newKeys(t)
	s := sealed(t, k.Numbers, "+254711000001", "reporter/1")

	t.Run("what was sealed opens in its place", func(t *testing.T) {
		plain, err := k.Numbers.Open(s, "reporter/1")
		if err != nil || string(plain) != "+254711000001" {
			t.Errorf("Open = %q, %v", plain, err)
		}
	})
	t.Run("the plain text is not in the sealed bytes", func(t *testing.T) {
		if bytes.Contains(s, []byte("254711")) {
			t.Error("it is")
		}
	})
	t.Run("the same text sealed twice looks different", func(t *testing.T) {
		if bytes.Equal(s, sealed(t, k.Numbers, "+254711000001", "reporter/1")) {
			t.Error("it looks the same")
		}
	})
	changed := slices.Clone(s)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another place is refused":       func() ([]byte, error) { return k.Numbers.Open(s, "reporter/2") },
		"the other keyset is refused":    func() ([]byte, error) { return k.Narratives.Open(s, "reporter/1") },
		"other keys are refused":         func() ([]byte, error) { return newKeys(t).Numbers.Open(s, "reporter/1") },
		"a changed byte is refused":      func() ([]byte, error) { return k.Numbers.Open(changed, "reporter/1") },
		"bytes never sealed are refused": func() ([]byte, error) { return k.Numbers.Open([]byte("+254"), "reporter/1") },
		"nothing is refused":             func() ([]byte, error) { return k.Numbers.Open(nil, "reporter/1") },
	} {
		t.Run(name, func(t *testing.T) {
			if plain, err := open(); !errors.Is(err, ErrSealed) || plain != nil {
				t.Errorf("Open = %q, %v, want ErrSealed", plain, err)
			}
		})
	}
}

func TestRotate(t *testing.T) {
	old := newKeys(t)
	s := sealed(t, old.Narratives, "behind the market", "report/1/more")
	next := reopened(t, rotated(t, old))

	t.Run("what the old key sealed still opens", func(t *testing.T) {
		if plain, err := next.Narratives.Open(s, "report/1/more"); err != nil || string(plain) != "behind the market" {
			t.Errorf("Open = %q, %v", plain, err)
		}
	})
	t.Run("what lies under the old key is told apart", func(t *testing.T) {
		if !old.Narratives.Current(s) || next.Narratives.Current(s) || next.Narratives.Current(nil) {
			t.Error("it is not")
		}
		if !next.Narratives.Current(sealed(t, next.Narratives, "x", "y")) {
			t.Error("what was just sealed is not current")
		}
	})
	t.Run("the old keys do not open what the new one sealed", func(t *testing.T) {
		if _, err := old.Narratives.Open(sealed(t, next.Narratives, "x", "y"), "y"); !errors.Is(err, ErrSealed) {
			t.Errorf("err = %v", err)
		}
	})
	t.Run("a value is still found by its old hash", func(t *testing.T) {
		was, is := old.Hash("phone", "+254711000001"), next.Hash("phone", "+254711000001")
		all := next.Hashes("phone", "+254711000001")
		if was == is || len(all) != 2 || all[0] != is || all[1] != was {
			t.Errorf("was %s, is %s, all %v", was, is, all)
		}
		if next.CurrentHash(was) || !next.CurrentHash(is) || next.CurrentHash("") || next.CurrentHash("zzzzzzzz") {
			t.Error("old and new hashes are not told apart")
		}
	})
	t.Run("after three rotations the first still opens", func(t *testing.T) {
		k := rotated(t, rotated(t, next))
		if _, err := k.Narratives.Open(s, "report/1/more"); err != nil {
			t.Error(err)
		}
		if n := len(k.Hashes("phone", "x")); n != 4 {
			t.Errorf("%d hashes, want 4", n)
		}
	})
}

func TestHash(t *testing.T) {
	k := newKeys(t)
	h := k.Hash("phone", "+254711000001")
	t.Run("it has its fixed length and no number in it", func(t *testing.T) {
		if len(h) != HashChars || strings.Contains(h, "711000001") {
			t.Errorf("Hash = %s", h)
		}
	})
	t.Run("it is the same after the keys were read back", func(t *testing.T) {
		if again := reopened(t, k).Hash("phone", "+254711000001"); again != h {
			t.Errorf("%s became %s", h, again)
		}
	})
	for name, other := range map[string]string{
		"another value differs":                k.Hash("phone", "+254711000002"),
		"another purpose differs":              k.Hash("contact", "+254711000001"),
		"a shift between the two differs":      k.Hash("phone+", "254711000001"),
		"other keys give another hash":         newKeys(t).Hash("phone", "+254711000001"),
		"an empty value has a hash of its own": k.Hash("phone", ""),
	} {
		t.Run(name, func(t *testing.T) {
			if other == h {
				t.Errorf("both are %s", h)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	k := newKeys(t)
	text, err := k.Document()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("a document is one line", func(t *testing.T) {
		if strings.ContainsAny(text, "\n {") {
			t.Error("it is not")
		}
	})
	for name, good := range map[string]string{
		"base64 is read":                text,
		"base64 with a newline is read": text + "\n",
		"plain JSON is read":            string(plain),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Open(good); err != nil {
				t.Error(err)
			}
		})
	}
	swapped := strings.NewReplacer(`"hashes"`, `"numbers"`, `"numbers"`, `"hashes"`).Replace(string(plain))
	for name, bad := range map[string]string{
		"nothing is refused":                            "",
		"noise is refused":                              "%%%",
		"an empty object is refused":                    "{}",
		"a cut document is refused":                     text[:len(text)/2],
		"a cut JSON is refused":                         string(plain[:len(plain)-9]),
		"sealing keys in place of hash keys is refused": swapped,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(bad)
			if err == nil {
				t.Fatal("it was read")
			}
			if len(bad) > 20 && strings.Contains(err.Error(), bad[4:20]) {
				t.Errorf("the error quotes the document: %v", err)
			}
		})
	}
}

func TestKeysPrintNothing(t *testing.T) {
	k := newKeys(t)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "keys", k)
	for _, shown := range []string{fmt.Sprint(k), fmt.Sprintf("%+v", k), fmt.Sprintf("%#v", k)} {
		if shown != "keys" {
			t.Errorf("printed as %s", shown)
		}
	}
	if !strings.Contains(log.String(), `"keys":"keys"`) {
		t.Errorf("logged as %s", log.String())
	}
}

func FuzzOpen(f *testing.F) {
	k := newKeys(f)
	text, _ := k.Document()
	f.Add(text)
	f.Add(`{"numbers":{"primaryKeyId":1,"key":[]},"narratives":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := Open(text); err == nil {
			k.Hash("phone", "x")
		}
	})
}

func BenchmarkSealNumber(b *testing.B) {
	k := newKeys(b)
	plain := []byte("+254711000001")
	b.ReportAllocs()
	for b.Loop() {
		k.Numbers.Seal(plain, "reporter/0192e3c4-0000-7000-8000-000000000001")
	}
}

func BenchmarkOpenDialogue(b *testing.B) {
	k := newKeys(b)
	s := sealed(b, k.Narratives, strings.Repeat("x", 300), "dialogue")
	b.ReportAllocs()
	for b.Loop() {
		k.Narratives.Open(s, "dialogue")
	}
}

func BenchmarkHash(b *testing.B) {
	k := newKeys(b)
	b.ReportAllocs()
	for b.Loop() {
		k.Hash("phone", "+254711000001")
	}
}
