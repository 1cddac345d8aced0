package devstack

import (
	"fmt"
	"strings"

	"go.uber.org/zap"
)

// reasons collects why the ways before the one that was taken did not work, for the log and for the last message.
type reasons []string

func (r *reasons) add(way string, err error) {
	*r = append(*r, fmt.Sprintf("%s: %s", way, err))
}

// field gives the reasons to a log line, so that "which was used" always comes with "and why not the others".
func (r reasons) field() zap.Field { return zap.Strings("instead_of", r) }

func (r reasons) list() string {
	var b strings.Builder
	for _, reason := range r {
		b.WriteString("\n  - ")
		b.WriteString(strings.ReplaceAll(reason, "\n", "\n    "))
	}
	return b.String()
}
