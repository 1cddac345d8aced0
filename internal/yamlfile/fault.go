package yamlfile

import (
	"fmt"
	"strings"
)

// Fault is one mistake in a file, and where it stands. Line and Column count from 1 and are 0 where a mistake belongs
// to the file as a whole.
type Fault struct {
	File    string
	Line    int
	Column  int
	Message string
	Text    string // the line itself
}

// Error shows the mistake the way compilers do: place, sentence, the line, and a caret under the spot.
func (f *Fault) Error() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.File, f.Message)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
	if f.Text == "" {
		return b.String()
	}
	number := fmt.Sprintf("%5d", f.Line)
	text, column := clip([]rune(f.Text), f.Column)
	fmt.Fprintf(&b, "\n%s | %s\n%s | %s^", number, string(text), strings.Repeat(" ", len(number)), indent(text, column))
	return b.String()
}

// indent is the blank space that puts a caret under a column. Tabs stay tabs, so that both lines move alike; Chinese letters
// are two columns wide in a terminal.
func indent(line []rune, column int) string {
	var b strings.Builder
	for i := range min(column-1, len(line)) {
		switch {
		case line[i] == '\t':
			b.WriteByte('\t')
		case wide(line[i]):
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func wide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115f || (r >= 0x2e80 && r <= 0xa4cf) || (r >= 0xac00 && r <= 0xd7a3) || (r >= 0xf900 && r <= 0xfaff) || (r >= 0xfe30 && r <= 0xfe6f) || (r >= 0xff00 && r <= 0xff60) || (r >= 0xffe0 && r <= 0xffe6))
}

// clip keeps a very long line from filling the screen: the part around the column is enough.
func clip(line []rune, column int) (part []rune, at int) {
	const width = 160
	if len(line) <= width {
		return line, column
	}
	from := max(0, min(column-1-width/2, len(line)-width))
	return line[from : from+width], column - from
}
