package workflows

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
)

// TestTheStatePagesAreTheStoriesOwn keeps the tables of docs/states equal to the table of each story.
func TestTheStatePagesAreTheStoriesOwn(t *testing.T) {
	s, times := readSchemas(t), clockTimes(t)
	for _, kind := range kinds {
		st := tableOf(kind)
		path := "../docs/states/" + string(kind) + ".md"
		text := page(t, path, map[string]string{
			"states":                     stateTable(s, st, times),
			"silence":                    silenceTable(st),
			"what a state hears":         hearingTable(st),
			"heard in every state":       wholeTable(s, st),
			"clocks within a state":      expiryTable(st, times),
			"clocks of the whole case":   caseClockTable(times),
			"commands, state by command": commandMatrix(st),
		})
		for _, r := range st.rows {
			require.Contains(t, text[:strings.Index(text, "<!-- made from")], string(r.state), "%s: the story told in words leaves a state out", path)
		}
	}
}

// clockTimes are how long each clock runs, by its name: in the policy default, and in demo.
func clockTimes(t *testing.T) map[string][2]string {
	t.Helper()
	book, err := policy.Load(policies.Files, "default", "demo")
	require.NoError(t, err)
	times := map[string][2]string{}
	for i, p := range []string{"default", "demo"} {
		for _, r := range book.Rules(p) {
			if kind, name, _ := strings.Cut(r.Name, " "); kind == "clock" {
				both := times[name]
				both[i] = r.Value
				times[name] = both
			}
		}
	}
	return times
}

func stateTable(s *source, st *story, times map[string][2]string) string {
	g := columns("state", "中文", "stage", "whose turn", "the merchant's clocks", "clock", "time", "in `demo`")
	for _, r := range st.rows {
		zh, merchants := "", "run"
		for _, c := range s.consts["State"] {
			if c.value == string(r.state) {
				zh = c.zh
			}
		}
		if r.pauses {
			merchants = "pause"
		}
		clock, long := code(r.clock), times[r.clock]
		if r.clock == "" {
			clock, long = "see below", [2]string{"–", "–"}
		}
		g.row(code(string(r.state)), zh, string(r.stage), string(r.turn), merchants, clock, long[0], long[1])
	}
	return g.String()
}

func silenceTable(st *story) string {
	g := columns("state", "what silence does", "if nobody on the ladder acts either")
	for _, r := range st.rows {
		g.row(code(string(r.state)), orNone(r.silence.says), orNone(r.lastRung.says))
	}
	return g.String()
}

func orNone(says string) string {
	if says == "" {
		return "–"
	}
	return says
}

func hearingTable(st *story) string {
	g := columns("state", "commands, and who may give them", "facts")
	for _, r := range st.rows {
		var commands, facts []string
		for _, a := range r.hear {
			if a.fact {
				facts = append(facts, code(a.name))
			} else {
				commands = append(commands, code(a.name)+" ("+whoMay(a.name)+")")
			}
		}
		g.row(code(string(r.state)), orNone(strings.Join(commands, "; ")), orNone(strings.Join(facts, ", ")))
	}
	return g.String()
}

func wholeTable(s *source, st *story) string {
	g := columns("name", "command or fact", "who may give it", "what")
	what := map[string]string{}
	for _, m := range slices.Concat(s.messages["Command"], s.messages["Fact"]) {
		what[m.name] = m.what
	}
	for _, a := range st.whole {
		kind, who := "command", whoMay(a.name)
		if a.fact {
			kind, who = "fact", "–"
		}
		g.row(code(a.name), kind, who, what[a.name])
	}
	return g.String()
}

func expiryTable(st *story, times map[string][2]string) string {
	g := columns("clock", "time", "in `demo`", "what its end does")
	for _, name := range slices.Sorted(maps.Keys(st.expiries)) {
		g.row(code(name), orNone(times[name][0]), orNone(times[name][1]), st.expiries[name].says)
	}
	return g.String()
}

func caseClockTable(times map[string][2]string) string {
	g := columns("clock", "time", "in `demo`", "pauses while nobody waits for the merchant", "what its end does")
	for _, name := range slices.Sorted(maps.Keys(caseExpiries)) {
		pauses := "no"
		if contains(merchantClocks, name) {
			pauses = "yes"
		}
		long := times[name]
		if name == "intake" {
			long = [2]string{"1m, then 1h", "1m, then 1h"} // runs before the case has a plan, so no policy can set it
		}
		g.row(code(name), orNone(long[0]), orNone(long[1]), pauses, caseExpiries[name].says)
	}
	return g.String()
}

// commandMatrix says for each command of a line where it is heard: the question asked most often.
func commandMatrix(st *story) string {
	g := columns("command", "heard in")
	commands, _ := st.names()
	for _, name := range commands {
		if in := heardIn(st, name); in != "every state" {
			g.row(code(name), in)
		}
	}
	return g.String()
}
