package workflows_test

import (
	"slices"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// What the laws of a walk want when a replacement comes that had counted as lost, and whose line was paid back meanwhile: somebody is told of it, and
// not only of something.

// foundReplacement is a replacement of one line that has come after all, and the words in which a case could hear of that.
type foundReplacement struct {
	waybill, line string
	words         []string
}

// cameAfterAll lists the replacements that had counted as lost and of whose arrival a case was told after all, where their line was paid back.
func (w *walk) cameAfterAll() []foundReplacement {
	var list []foundReplacement
	for waybill, p := range ordered(w.books.Parcels) {
		var words []string
		for _, f := range w.sent {
			if word, is := f.body.(schemas.ParcelWord); is && word.Waybill == waybill && f.name == schemas.ParcelDeliver.Name {
				words = append(words, f.id)
			}
		}
		for id, l := range ordered(w.books.Lines) {
			paid := l.Price > 0 && w.books.paidFor(id) >= l.Price && !securedBy(w.books, id)
			if len(words) > 0 && p.Replaces && p.Arrived && p.CountedAsLost && carries(p, id) && paid && !cameBackAfter(w.books, p, id) {
				list = append(list, foundReplacement{waybill: waybill, line: id, words: words})
			}
		}
	}
	return list
}

// toldOf reports whether a person was given the arrival of that replacement of that line to look at, or would have been if a message had left.
func (w *walk) toldOf(f foundReplacement) bool {
	for _, s := range w.stories {
		for _, e := range s.All {
			// A fact that nothing waits for is kept as it came, and names no line; the parcel in it is this one.
			if !slices.Contains(f.words, e.EventID) || len(e.Lines) > 0 && !slices.Contains(e.Lines, f.line) {
				continue
			}
			if w.books.taskOf(s.Now.CaseID, e, "late_fact") || couldNotSay(s.All, "-"+e.Name+" ") {
				return true
			}
		}
	}
	return false
}

// givenTask is something that a person was given to do, and by which step of which case.
type givenTask struct {
	CaseID, Step, Task string
	At                 time.Time
}

// noteTasks keeps what people are given to do by the messages of one step.
func (b *books) noteTasks(n schemas.NoticeOrder) {
	for _, m := range n.Messages {
		if m.Template == "staff.task" {
			b.Given = append(b.Given, givenTask{CaseID: n.CaseID, Step: n.Step, Task: m.Vars["task"], At: n.At})
		}
	}
}

// taskOf reports whether an event of a case gave somebody a task.
func (b *books) taskOf(caseID string, e schemas.Event, task string) bool {
	return slices.ContainsFunc(b.Given, func(g givenTask) bool {
		return g.CaseID == caseID && g.Task == task && g.At.Equal(e.At) && strings.HasSuffix(g.Step, "-"+e.Name)
	})
}
