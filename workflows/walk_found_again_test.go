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

// toldOf reports whether a person was given the arrival of that replacement of that line to look at: by whichever case heard of it, or by one that could not
// tell the case that has the line now.
func (w *walk) toldOf(f foundReplacement) bool {
	for _, s := range w.stories {
		for _, e := range s.All {
			// A fact that nothing waits for is kept as it came, and names no line; the parcel in it is this one.
			heard := slices.Contains(f.words, e.EventID) && (len(e.Lines) == 0 || slices.Contains(e.Lines, f.line))
			kept := e.Name == schemas.EventLateFact && e.Data["fact"] == schemas.ParcelDeliver.Name && slices.Contains(e.Lines, f.line)
			if (heard || kept) && w.books.taskOf(s.Now.CaseID, e, "late_fact") {
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
	Left               bool // its message left
	Failed             bool // no channel took it, and the case says so of this very step
}

func (g givenTask) known() bool { return g.Left || g.Failed }

// noteTasks keeps what people are to be given to do by the messages of one step, once however often they are sent, and whether these have left.
func (b *books) noteTasks(n schemas.NoticeOrder, left bool) {
	for _, m := range n.Messages {
		if m.Template != "staff.task" {
			continue
		}
		task := givenTask{CaseID: n.CaseID, Step: n.Step, Task: m.Vars["task"], At: n.At}
		at := slices.IndexFunc(b.Given, func(g givenTask) bool {
			return g.CaseID == task.CaseID && g.Step == task.Step && g.Task == task.Task
		})
		if at < 0 {
			at = len(b.Given)
			b.Given = append(b.Given, task)
		}
		b.Given[at].Left = b.Given[at].Left || left
	}
}

// noteFailed keeps that a case says of a step that its messages did not leave, so that the owner is to say it in another way.
func (b *books) noteFailed(caseID string, e schemas.Event) {
	step, _, failed := strings.Cut(strings.TrimPrefix(e.Message, "The messages of "), " did not all leave")
	for i := range b.Given {
		if g := &b.Given[i]; failed && e.Name == schemas.EventNoticeFailed && g.CaseID == caseID && g.Step == step {
			g.Failed = true
		}
	}
}

// taskOf reports whether an event of a case gave somebody a task.
func (b *books) taskOf(caseID string, e schemas.Event, task string) bool {
	return slices.ContainsFunc(b.Given, func(g givenTask) bool {
		return g.known() && g.CaseID == caseID && g.Task == task && g.At.Equal(e.At) && strings.HasSuffix(g.Step, "-"+e.Name)
	})
}
