package main

import (
	"bufio"
	"io"
	"log/slog"
	"sync"
	"time"

	"ripoti/internal/config"
)

// logFlush is how long a line may wait in memory. It keeps the system call of writing off the
// caller's path.
const logFlush = time.Second

// logBuffer gathers lines and writes them together.
type logBuffer struct {
	mu   sync.Mutex
	out  *bufio.Writer
	stop chan struct{}
	done chan struct{}
}

func newLogBuffer(w io.Writer) *logBuffer {
	b := &logBuffer{out: bufio.NewWriterSize(w, 64<<10), stop: make(chan struct{}), done: make(chan struct{})}
	go b.run()
	return b
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.out.Write(p)
}

func (b *logBuffer) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.out.Flush() // a log that cannot be written has nowhere to say so
}

func (b *logBuffer) run() {
	defer close(b.done)
	tick := time.NewTicker(logFlush)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			b.flush()
		case <-b.stop:
			b.flush()
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
		return slog.New(slog.NewTextHandler(buffer, options)), buffer
	}
	return slog.New(slog.NewJSONHandler(buffer, options)), buffer
}
