package main

import (
	"io"
	"log/slog"
	"sync"
	"time"

	"ripoti/internal/config"
)

// logFlush is how long a line may wait in memory, and logFull how many bytes may before they are
// written at once. Whoever logs only adds to memory: the system call of writing is off the caller's
// path.
const (
	logFlush = time.Second
	logFull  = 64 << 10
)

// logBuffer gathers lines and writes them together, from a goroutine of its own.
type logBuffer struct {
	out  io.Writer
	mu   sync.Mutex
	said []byte        // waits to be written
	full chan struct{} // tells that much waits
	stop chan struct{}
	done chan struct{}
}

func newLogBuffer(w io.Writer) *logBuffer {
	b := &logBuffer{out: w, full: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	go b.run()
	return b
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, p...)
	if len(b.said) >= logFull {
		select {
		case b.full <- struct{}{}:
		default:
		}
	}
	return len(p), nil
}

// flush writes what waits, and gives the memory back to be used again.
func (b *logBuffer) flush(spare []byte) []byte {
	b.mu.Lock()
	said := b.said
	b.said = spare[:0]
	b.mu.Unlock()
	if len(said) > 0 {
		b.out.Write(said) // a log that cannot be written has nowhere to say so
	}
	return said
}

func (b *logBuffer) run() {
	defer close(b.done)
	tick := time.NewTicker(logFlush)
	defer tick.Stop()
	var spare []byte
	for {
		select {
		case <-tick.C:
			spare = b.flush(spare)
		case <-b.full:
			spare = b.flush(spare)
		case <-b.stop:
			b.flush(spare)
			return
		}
	}
}

// Close writes what is left.
func (b *logBuffer) Close() {
	close(b.stop)
	<-b.done
}

// newLog makes a role's log over a buffer.
func newLog(w io.Writer, serving config.Serving) (*slog.Logger, *logBuffer) {
	buffer := newLogBuffer(w)
	var level slog.Level
	if err := level.UnmarshalText([]byte(serving.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if serving.LogFormat == "text" {
		return slog.New(newCalm(slog.NewTextHandler(buffer, options))), buffer
	}
	return slog.New(newCalm(slog.NewJSONHandler(buffer, options))), buffer
}
