package policy

import (
	"fmt"
	"strings"
	"time"
)

// Firing lists the rules of law and of platforms that hold for one line of a request, with their versions, in the order of the
// packs. A rule that gives the window of a right holds as long as that window is open. An id that no line has asks about the
// request as a whole, where what is true of one of its articles is true of it.
func (b *Book) Firing(name string, f Facts, lineID string) ([]string, error) {
	p := b.policies[name]
	if p == nil {
		return nil, fmt.Errorf("%w: %q", ErrUnknownPolicy, name)
	}
	q := p.askAll(f, Windows{})
	for _, l := range f.Lines {
		if l.LineID == lineID {
			q = p.ask(f, l, Windows{})
		}
	}
	held, err := p.firing(q, f.At.In(p.zone).Format(time.DateOnly))
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", name, err)
	}
	var names []string
	for _, r := range held {
		if r.term != nil && strings.HasPrefix(r.subject.Name, "window.") {
			open, err := p.within(f, r)
			if err != nil {
				return nil, fmt.Errorf("policy %s, rule %s: %w", name, r.name, err)
			}
			if !open {
				continue
			}
		}
		names = append(names, r.name)
	}
	return names, nil
}
