package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// bar shows how far long work has come, on a terminal by one line that is drawn anew, elsewhere by a line every ten seconds, so
// that short work says nothing in a log and long work little.
type bar struct {
	terminal bool
	last     time.Time
	begun    time.Time
}

func newBar() *bar {
	info, err := os.Stderr.Stat()
	b := &bar{terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, begun: time.Now()}
	if !b.terminal {
		b.last = b.begun
	}
	return b
}

func (b *bar) show(what string, done, of int) {
	pause := 10 * time.Second
	if b.terminal {
		pause = 100 * time.Millisecond
	}
	if time.Since(b.last) < pause && (done < of || !b.terminal) {
		return
	}
	b.last = time.Now()
	const width = 30
	filled := width
	if of > 0 {
		filled = min(width, width*done/of)
	}
	line := fmt.Sprintf("%s [%s%s] %d of %d, %s", what, strings.Repeat("#", filled), strings.Repeat(".", width-filled), done, of, time.Since(b.begun).Round(time.Second))
	if b.terminal {
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(os.Stderr, line)
}

func (b *bar) clear() {
	if b.terminal {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
}
