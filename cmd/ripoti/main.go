// Command ripoti is the whole house in one binary: a role or a question per command.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands are what `ripoti` can be told to do, a file each.
type commands struct {
	Keys keysCommand `cmd:"" help:"Make and rotate the keys that numbers and narratives are sealed with."`
}

func main() {
	var c commands
	parser := kong.Must(&c,
		kong.Name("ripoti"),
		kong.Description("Reports of harm to children and adults, from any phone to somebody who acts."),
		kong.UsageOnError(),
	)
	line, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	line.BindTo(ctx, (*context.Context)(nil))
	if err := line.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "ripoti:", err)
		os.Exit(1)
	}
}
