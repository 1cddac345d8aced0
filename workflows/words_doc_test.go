package workflows

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

const wordsPage = "../docs/words.md"

// groups are the roles that commands name together, as roles.go has them.
var groups = []struct {
	name  string
	roles []schemas.Role
}{
	{"the customer", customer},
	{"deciders", decides},
	{"leads", leads},
	{"approvers", approves},
	{"second persons", seconds},
	{"inspectors", inspects},
	{"payers", pays},
	{"staff", staff},
	{"the customer or deciders", forOthers},
	{"answerers", answers},
	{"holders", holders},
}

// whoMay names the roles that may give a command, by the group's name where there is one.
func whoMay(command string) string {
	roles := mayGive[command]
	for _, g := range groups {
		if slices.Equal(g.roles, roles) {
			return g.name
		}
	}
	return roleList(roles)
}

// heardIn lists the states of a story that hear a name, or "every state".
func heardIn(st *story, name string) string {
	var states []string
	for _, r := range st.rows {
		if r.hearing(name) != nil {
			states = append(states, string(r.state))
		}
	}
	switch {
	case st.ofCase(name) == nil:
		return code(states...)
	case len(states) == 0:
		return "every state"
	}
	return "every state; on its lines first in " + code(states...)
}

// heard is heardIn for all kinds: said once where they agree, and by kind where they do not.
func heard(name string) string {
	var in, by []string
	for _, kind := range kinds {
		if st := tableOf(kind); st.anywhere(name) != nil {
			states := heardIn(st, name)
			in, by = append(in, states), append(by, string(kind)+": "+states)
		}
	}
	if same := slices.Compact(slices.Clone(in)); len(in) == len(kinds) && len(same) == 1 {
		return same[0]
	}
	return strings.Join(by, "; ")
}

// TestTheWordsPageIsTheCodesOwn keeps the tables of docs/words.md equal to package schemas and to the stories.
func TestTheWordsPageIsTheCodesOwn(t *testing.T) {
	s := readSchemas(t)
	text := page(t, wordsPage, wordTables(t, s))

	raw, err := os.ReadFile("../schemas/testdata/wire_names.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(raw)) {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); !strings.HasPrefix(name, "[") {
			require.Contains(t, text, "`"+name+"`", "a wire name is missing in docs/words.md")
		}
	}
	for _, of := range []string{"Code", "events.go"} {
		require.NotEmpty(t, s.consts[of])
		for _, c := range s.consts[of] {
			require.Contains(t, text, "`"+c.value+"`")
			require.NotEmpty(t, c.what, "%s needs a comment: it is what docs/words.md says of it", c.goName)
		}
	}
}

func wordTables(t *testing.T, s *source) map[string]string {
	tables := map[string]string{}
	consts := func(table, of string) {
		g := columns("name", "中文", "meaning")
		for _, c := range s.consts[of] {
			if c.value != "" {
				g.row(code(c.value), c.zh, c.what)
			}
		}
		tables[table] = g.String()
	}
	for table, of := range map[string]string{
		"kinds": "Kind", "stages": "Stage", "states": "State", "turns": "Turn", "outcomes": "Outcome", "priorities": "Priority", "roles": "Role",
		"reasons": "Reason", "findings": "Finding", "dispositions": "Disposition", "offers": "OfferKind", "doors": "Door",
		"dispute kinds": "DisputeKind", "dispute statuses": "DisputeStatus", "holds": "HoldKind",
	} {
		consts(table, of)
	}
	plain := func(table, of, first string) {
		g := columns(first, "meaning")
		for _, c := range s.consts[of] {
			g.row(code(c.value), c.what)
		}
		tables[table] = g.String()
	}
	plain("codes", "Code", "code")
	plain("events", "events.go", "event")
	plain("task queues", "TaskQueue", "task queue")

	who := columns("said here", "roles")
	for _, g := range groups {
		var names []string
		for _, r := range g.roles {
			names = append(names, string(r))
		}
		who.row(g.name, code(names...))
	}
	tables["groups"] = who.String()

	commands := columns("command", "what", "who may", "heard in", "fields of the body")
	for _, m := range s.messages["Command"] {
		commands.row(code(m.name), m.what, whoMay(m.name), heard(m.name), names(s.fields(t, m.in)))
	}
	tables["commands"] = commands.String()

	facts := columns("fact", "what", "heard in", "fields of the body")
	for _, m := range s.messages["Fact"] {
		facts.row(code(m.name), m.what, heard(m.name), names(s.fields(t, m.in)))
	}
	tables["facts"] = facts.String()

	activities := columns("activity", "what", "task queue")
	for _, m := range s.messages["Activity"] {
		activities.row(code(m.name), m.what, code(s.value(m.queue)))
	}
	tables["activities"] = activities.String()

	attributes := columns("search attribute", "type", "meaning")
	for _, a := range schemas.SearchAttributes {
		attributes.row(code(a.Name), string(a.Type), a.What)
	}
	tables["search attributes"] = attributes.String()

	tables["fields"] = fieldTable(t, s)
	return tables
}

// always are the fields that mean the same wherever they stand.
var always = map[string]string{
	"lines":        "which lines, and how many of each; absent: every line that hears the command",
	"evidence_ids": "photos and papers, kept elsewhere",
	"text_id":      "words of a person, kept where they can be erased",
	"reason":       "a short code of your own in lower snake case, such as `out_of_window`",
	"amount":       "in the currency of the case",
	"to":           "the id of the person",
	"case_id":      "the other case",
	"carrier":      "the name of the carrier",
	"waybill":      "the number of the parcel",
	"kind":         "what the other case wants",
	"grant":        "true: the wish is granted after all",
	"finding":      "what was seen",
	"disposition":  "where the goods go; absent: `restock` after a pass, `quarantine` after a fail",
	"what":         "one of the offers above",
	"outcome":      "`explained`, `compensated`, `reopened`, `complaint_opened` or `unreachable`",
	"solved":       "`yes`, `partly` or `no`",
	"proof_id":     "the paper that proves the payment",
	"refund_id":    "the number of the refund",
}

// fieldTable explains every field of a command's or a fact's body once.
func fieldTable(t *testing.T, s *source) string {
	g := columns("field", "type", "in", "what")
	type entry struct {
		field
		in []string
	}
	var entries []*entry
	for _, m := range slices.Concat(s.messages["Command"], s.messages["Fact"]) {
		for _, f := range s.fields(t, m.in) {
			f.name = strings.TrimSuffix(f.name, "*")
			if f.what == "" {
				f.what = orNone(always[f.name])
			}
			i := slices.IndexFunc(entries, func(e *entry) bool { return e.field.name == f.name && e.kind == f.kind && e.what == f.what })
			if i < 0 {
				entries = append(entries, &entry{field: f})
				i = len(entries) - 1
			}
			if !slices.Contains(entries[i].in, m.name) {
				entries[i].in = append(entries[i].in, m.name)
			}
		}
	}
	slices.SortStableFunc(entries, func(a, b *entry) int { return strings.Compare(a.field.name, b.field.name) })
	for _, e := range entries {
		in := code(e.in...)
		if len(e.in) > 5 {
			in = fmt.Sprintf("%d messages", len(e.in))
		}
		g.row(code(e.field.name), kindName(s, e.kind), in, e.what)
	}
	return g.String()
}

// kindName says in JSON's words what a Go type is written as.
func kindName(s *source, kind string) string {
	if of, is := strings.CutPrefix(kind, "list of "); is {
		return "list of " + kindName(s, of)
	}
	if of, is := strings.CutPrefix(kind, "object of "); is {
		return "object of " + kindName(s, of)
	}
	switch kind {
	case "string":
		return "text"
	case "int", "int64":
		return "number"
	case "bool":
		return "true or false"
	case "time.Time":
		return "time, RFC 3339"
	case "Money":
		return "money: `{\"minor\": 4784, \"currency\": \"USD\"}`"
	case "OfferKind":
		return "offer"
	case "PickLine":
		return "`{\"line_id\": \"1\", \"quantity\": 1}`"
	}
	if s.consts[kind] != nil {
		return strings.ToLower(kind[:1]) + kind[1:]
	}
	return "text"
}

func names(fields []field) string {
	var out []string
	for _, f := range fields {
		out = append(out, "`"+strings.TrimSuffix(f.name, "*")+"`"+strings.Repeat("*", strings.Count(f.name, "*")))
	}
	if out == nil {
		return "–"
	}
	return strings.Join(out, ", ")
}

func (s *source) value(goName string) string {
	for _, list := range s.consts {
		for _, c := range list {
			if c.goName == goName {
				return c.value
			}
		}
	}
	return goName
}
