package main

import (
	"os"
	"path/filepath"
	"testing"

	"ripoti/internal/seal"
)

func TestKeysCommand(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	open := func(name string) *seal.Keys {
		t.Helper()
		document, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		k, err := seal.Open(string(document))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	if err := (&keysNew{Out: first}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := (&keysRotate{From: first, Out: second}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}

	t.Run("what the first keys sealed opens with the rotated ones", func(t *testing.T) {
		sealed, err := open(first).Numbers.Seal([]byte("+254711000001"), "reporter/1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := open(second).Numbers.Open(sealed, "reporter/1"); err != nil {
			t.Error(err)
		}
	})
	t.Run("only the owner may read the file", func(t *testing.T) {
		info, err := os.Stat(first)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
	})
	t.Run("keys in use are never written over", func(t *testing.T) {
		was := open(first).Hash("phone", "x")
		if err := (&keysNew{Out: first}).Run(t.Context()); err == nil {
			t.Error("it was written over")
		}
		if open(first).Hash("phone", "x") != was {
			t.Error("the keys changed")
		}
	})
	t.Run("a file of other things is refused", func(t *testing.T) {
		other := filepath.Join(dir, "other")
		if err := os.WriteFile(other, []byte("keys"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := (&keysRotate{From: other}).Run(t.Context()); err == nil {
			t.Error("it was taken")
		}
	})
}
