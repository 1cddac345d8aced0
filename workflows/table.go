package workflows

import (
	"encoding/json"

	"github.com/aftercare/aftercare/schemas"
)

// story is one kind of case, told as a table. There is one for all cases of a worker: the table names its verbs as functions of the case
// (Go's method expressions), and binds them to none.
type story struct {
	kind schemas.Kind
	// begin sends the lines on their way once intake is done.
	begin func(*step)
	// rows are the waiting states, in the order in which they lie on the way. The state of a case is that of its line
	// furthest behind, which is the first row of this table that any of its lines stands in.
	rows []row
	// whole are the answers that concern the case and not its lines, heard in every state until the case has ended.
	whole []answer
	// expiries say what the end of a clock does, for the clocks that are not the first one of a row.
	expiries map[string]silence
}

// row is one waiting state.
type row struct {
	state schemas.State
	stage schemas.Stage
	turn  schemas.Turn
	// pauses marks a state that waits for the customer or a carrier: the merchant's own clocks stand still in it.
	pauses bool
	clock  string // the rule id, in the plan, of the clock that starts with the state
	// enter is the system's own work on entering, such as ordering a refund.
	enter func(*step)
	hear  []answer
	// silence is what happens when the clock runs out, and lastRung what the operator does when nobody on the ladder acted.
	silence  silence
	lastRung silence
}

// silence is a named consequence: the sentence both sides can read beforehand, and the verb.
type silence struct {
	says string
	act  func(*step)
}

func does[K any](says string, act func(K, *step)) silence {
	return silence{says: says, act: work(act)}
}

// work lets a step do a verb of its own case.
func work[K any](verb func(K, *step)) func(*step) {
	return func(s *step) { verb(caseOf[K](s), s) }
}

// caseOf is the case of a step as what a verb is a method of: its kind, or what all kinds have in common.
func caseOf[K any](s *step) K {
	if common, ok := any(s.c).(K); ok {
		return common
	}
	return s.c.as.(K)
}

// answer is something a state hears: a command of a person's or a fact of a machine's.
type answer struct {
	name string
	fact bool
	// read decodes the body strictly.
	read func(json.RawMessage) (any, *schemas.Refusal)
	// may judges, without changing anything, what only the case can know.
	may func(*step, any) *schemas.Refusal
	act func(*step, any)
}

// guard judges a command on the lines it would act on. It changes nothing: it runs inside the validator.
type guard[K, In any] func(K, *step, In) *schemas.Refusal

// on says that a state hears a command. The verb's payload type is the command's, or it does not compile.
func on[K, In any](c schemas.Command[In], verb func(K, *step, In), guards ...guard[K, In]) answer {
	return hears(c.Name, false, verb, guards)
}

// fact says that a state hears a fact.
func fact[K, In any](f schemas.Fact[In], verb func(K, *step, In)) answer {
	return hears(f.Name, true, verb, nil)
}

func hears[K, In any](name string, isFact bool, verb func(K, *step, In), guards []guard[K, In]) answer {
	return answer{
		name: name,
		fact: isFact,
		read: func(raw json.RawMessage) (any, *schemas.Refusal) {
			body, refusal := schemas.Decode[In](raw)
			if refusal != nil {
				return nil, refusal
			}
			if c, ok := any(body).(schemas.Checker); ok {
				if refusal := c.Check(); refusal != nil {
					return nil, refusal
				}
			}
			return body, nil
		},
		may: func(s *step, body any) *schemas.Refusal {
			for _, g := range guards {
				if refusal := g(caseOf[K](s), s, body.(In)); refusal != nil {
					return refusal
				}
			}
			return nil
		},
		act: func(s *step, body any) { verb(caseOf[K](s), s, body.(In)) },
	}
}

// row finds the row of a state.
func (st *story) row(state schemas.State) *row {
	for i := range st.rows {
		if st.rows[i].state == state {
			return &st.rows[i]
		}
	}
	return nil
}

// rank is how far along the way a state lies.
func (st *story) rank(state schemas.State) int {
	for i := range st.rows {
		if st.rows[i].state == state {
			return i
		}
	}
	return len(st.rows)
}

// hearing finds what a row makes of a name.
func (r *row) hearing(name string) *answer {
	for i := range r.hear {
		if r.hear[i].name == name {
			return &r.hear[i]
		}
	}
	return nil
}

// anywhere finds an answer by name in any row, so that a command in the wrong state can still be read and refused well.
func (st *story) anywhere(name string) *answer {
	for i := range st.whole {
		if st.whole[i].name == name {
			return &st.whole[i]
		}
	}
	for i := range st.rows {
		if a := st.rows[i].hearing(name); a != nil {
			return a
		}
	}
	return nil
}

// ofCase finds an answer that concerns the case as a whole.
func (st *story) ofCase(name string) *answer {
	for i := range st.whole {
		if st.whole[i].name == name {
			return &st.whole[i]
		}
	}
	return nil
}

// names lists every command and fact of the story once, in the order of the table.
func (st *story) names() (commands, facts []string) {
	seen := map[string]bool{}
	add := func(a answer) {
		if seen[a.name] {
			return
		}
		seen[a.name] = true
		if a.fact {
			facts = append(facts, a.name)
		} else {
			commands = append(commands, a.name)
		}
	}
	for _, a := range st.whole {
		add(a)
	}
	for _, r := range st.rows {
		for _, a := range r.hear {
			add(a)
		}
	}
	return commands, facts
}

// onExpiry finds what the end of a clock does, by the clock's name.
func (st *story) onExpiry(clock string) (silence, bool) {
	if s, ok := st.expiries[clock]; ok {
		return s, true
	}
	for i := range st.rows {
		if st.rows[i].clock == clock && st.rows[i].silence.act != nil {
			return st.rows[i].silence, true
		}
	}
	return silence{}, false
}
