package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"ripoti/internal/seal"
	"ripoti/internal/store"
)

// keysCommand makes and renews what numbers and narratives are sealed with.
type keysCommand struct {
	New    keysNew    `cmd:"" help:"Make fresh keys and print them: the value of RIPOTI_KEYSET, or of the file that RIPOTI_KEYSET_FILE names."`
	Rotate keysRotate `cmd:"" help:"Print keys with new material in front; what the old ones sealed still opens."`
	Reseal keysReseal `cmd:"" help:"Seal everything again with the newest keys, while the service runs. May be stopped and started again."`
	Retire keysRetire `cmd:"" help:"Print keys without the old material; refused while anything still needs it."`
}

type keysNew struct {
	Out string `help:"Write to this new file, readable by its owner only, instead of standard output." placeholder:"FILE"`
}

// Run prints fresh keys.
func (c *keysNew) Run(context.Context) error {
	k, err := seal.New()
	if err != nil {
		return err
	}
	return writeKeys(k, c.Out)
}

type keysRotate struct {
	From string `help:"The keys in use: a file, or - for standard input." env:"RIPOTI_KEYSET_FILE" required:"" placeholder:"FILE"`
	Out  string `help:"Write to this new file, readable by its owner only, instead of standard output." placeholder:"FILE"`
}

// Run prints the keys in use with new material in front.
func (c *keysRotate) Run(context.Context) error {
	document, err := readKeys(c.From)
	if err != nil {
		return fmt.Errorf("read the keys: %w", err)
	}
	old, err := seal.Open(string(document))
	if err != nil {
		return err
	}
	k, err := old.Rotate()
	if err != nil {
		return err
	}
	return writeKeys(k, c.Out)
}

type keysReseal struct {
	onStore
}

// Run seals again until nothing is left: what changed during one run is looked at in the next.
func (c keysReseal) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.reseal(ctx, s) })
}

func (keysReseal) reseal(ctx context.Context, s *store.Store) error {
	for {
		changed, err := s.Reseal(ctx, func(column string, rows int) { fmt.Fprintf(os.Stderr, "\r\033[K%s: %d rows looked at", column, rows) })
		fmt.Fprintln(os.Stderr)
		if err != nil {
			return err
		}
		fmt.Printf("%d values are sealed anew\n", changed)
		if changed == 0 {
			return nil
		}
	}
}

type keysRetire struct {
	onStore
	Out string `help:"Write to this new file, readable by its owner only, instead of standard output." placeholder:"FILE"`
}

// Run prints the newest keys of those in use. Keep the old ones as long as there are backups of their time.
func (c keysRetire) Run(ctx context.Context) error {
	return c.with(ctx, func(s *store.Store) error { return c.retire(ctx, s) })
}

func (c keysRetire) retire(ctx context.Context, s *store.Store) error {
	if err := s.Resealed(ctx); err != nil {
		return err
	}
	k, err := s.NewestKeys()
	if err != nil {
		return err
	}
	return writeKeys(k, c.Out)
}

func readKeys(from string) ([]byte, error) {
	if from == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
	}
	return os.ReadFile(from)
}

// writeKeys never writes over a file: keys that are lost lose every number and story with them.
func writeKeys(k *seal.Keys, out string) error {
	document, err := k.Document()
	if err != nil {
		return err
	}
	if out == "" {
		_, err = fmt.Println(document)
		return err
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write the keys: %w", err)
	}
	if _, err := fmt.Fprintln(f, document); err != nil {
		f.Close()
		return fmt.Errorf("write the keys: %w", err)
	}
	return f.Close()
}
