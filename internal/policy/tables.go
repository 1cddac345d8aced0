package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"github.com/aftercare/aftercare/schemas"
)

// table is a decision table: the first row that is true decides, and the last one always is.
type table[T any] []row[T]

type row[T any] struct {
	rule string
	when *vm.Program // nil: always
	then T
}

// decide answers a question. It fails only where an expression does, which Load has made nearly impossible.
func (t table[T]) decide(q Question) (row[T], error) {
	for _, r := range t {
		if r.when == nil {
			return r, nil
		}
		yes, err := expr.Run(r.when, q)
		if err != nil {
			return row[T]{}, fmt.Errorf("rule %s cannot be decided: %w", r.rule, err)
		}
		if yes == true {
			return r, nil
		}
	}
	return row[T]{}, errors.New("no row decides, although the last one always should")
}

// story holds the tables of one kind of case.
type story struct {
	windows     Windows
	priority    table[schemas.Priority]
	eligibility table[schemas.Verdict] // Proposal, Owed and Reason only
	freight     table[schemas.Turn]
	evidence    table[[]string]
	auto        table[bool]
	green       table[bool]
	approval    table[bool]  // a second person decides
	suspicion   table[bool]  // empty: nobody is suspected
	deduction   table[int64] // hundredths of a percent of the price
}

func (b *builder) stories() {
	if doc, s := b.tables(schemas.KindReturn, func(*goodsShape) bool { return true }); s == nil {
		b.fault(doc, place{"stories"}, "stories.return is needed: the tables of a return")
		return
	}
	returns := b.story(schemas.KindReturn, &story{})
	b.policy.stories[schemas.KindReturn] = returns
	b.policy.stories[schemas.KindExchange] = b.story(schemas.KindExchange, returns)
}

// story reads the windows and the tables of a kind. What no file writes for it is as it is for another kind.
func (b *builder) story(kind schemas.Kind, otherwise *story) *story {
	made := *otherwise
	t := tablesOf{b, kind, place{"stories", string(kind)}}
	if doc, s := t.find(func(s *goodsShape) bool { return s.Windows.NoReason != nil }); t.reads(s != nil && s.Windows.NoReason != nil) {
		made.windows.NoReason = t.b.window(doc, t.at.Then("windows"), t.called("no_reason"), "no_reason", s.Windows.NoReason)
	}
	if doc, s := t.find(func(s *goodsShape) bool { return s.Windows.Fault != nil }); t.reads(s != nil && s.Windows.Fault != nil) {
		made.windows.Fault = t.b.window(doc, t.at.Then("windows"), t.called("fault"), "fault", s.Windows.Fault)
	}
	readTable(t, "priority", &made.priority, func(s *goodsShape) []rowShape[string] { return s.Priority }, oneOf(priorities...))
	readTable(t, "eligibility", &made.eligibility, func(s *goodsShape) []rowShape[eligibility] { return s.Eligibility }, propose)
	readTable(t, "freight", &made.freight, func(s *goodsShape) []rowShape[string] { return s.Freight }, oneOf(schemas.TurnMerchant, schemas.TurnCustomer))
	readTable(t, "evidence", &made.evidence, func(s *goodsShape) []rowShape[[]string] { return s.Evidence }, demand)
	readTable(t, "auto", &made.auto, func(s *goodsShape) []rowShape[bool] { return s.Auto }, asWritten)
	readTable(t, "green_channel", &made.green, func(s *goodsShape) []rowShape[bool] { return s.Green }, asWritten)
	readTable(t, "approval", &made.approval, func(s *goodsShape) []rowShape[string] { return s.Approval }, second)
	if _, s := t.find(func(s *goodsShape) bool { return s.Suspicion != nil }); s != nil && s.Suspicion != nil {
		readTable(t, "suspicion", &made.suspicion, func(s *goodsShape) []rowShape[bool] { return s.Suspicion }, asWritten)
	}
	readTable(t, "deduction", &made.deduction, func(s *goodsShape) []rowShape[string] { return s.Deduction }, share)
	return &made
}

// tablesOf reads the tables of one kind.
type tablesOf struct {
	b    *builder
	kind schemas.Kind
	at   place
}

// called is a table's name among the rules: those of a return go by their own.
func (t tablesOf) called(table string) string {
	if t.kind == schemas.KindReturn {
		return table
	}
	return string(t.kind) + "." + table
}

// find looks for the file that writes something for the kind.
func (t tablesOf) find(has func(*goodsShape) bool) (*document, *goodsShape) {
	return t.b.tables(t.kind, has)
}

// reads reports whether something is to be read: a return must have everything, another kind what is written for it.
func (t tablesOf) reads(written bool) bool { return written || t.kind == schemas.KindReturn }

// readTable reads one table, where it is written.
func readTable[S, T any](t tablesOf, name string, into *table[T], of func(*goodsShape) []rowShape[S], then func(S) (T, error)) {
	doc, s := t.find(func(s *goodsShape) bool { return of(s) != nil })
	if s == nil || !t.reads(of(s) != nil) {
		return
	}
	*into = rows(t.b, doc, t.at, t.called(name), name, of(s), then)
}

// tables finds the file that writes a window or a table of a kind. Each is taken by itself, like a clock: one that a policy
// does not write is that of the policy it builds on.
func (b *builder) tables(kind schemas.Kind, has func(*goodsShape) bool) (*document, *goodsShape) {
	var lowest *goodsShape
	for _, l := range b.layers {
		s := l.shape.Stories.of(kind)
		if s == nil {
			continue
		}
		if lowest = s; has(lowest) {
			return l.doc, lowest
		}
	}
	return b.layers[len(b.layers)-1].doc, lowest
}

func (b *builder) window(doc *document, at place, called, right string, w *windowShape) int {
	if w == nil {
		b.fault(doc, at, "windows.%s is needed: how many days the right holds", right)
		return 0
	}
	at = at.Then(right)
	b.rule(doc, at, w.Head, "window "+called, plural(w.Days))
	if w.Days < 0 || w.Days > 3650 {
		b.fault(doc, at.Then("days"), "days: %d is not possible; use 0 to 3650", w.Days)
	}
	b.lengths = append(b.lengths, length{doc: doc, at: at.Then("days"), of: "window." + right, longest: time.Duration(w.Days) * 24 * time.Hour})
	return w.Days
}

// rows checks a table and compiles its expressions. read turns a `then` into what the row answers.
func rows[S, T any](b *builder, doc *document, story place, called, field string, shapes []rowShape[S], read func(S) (T, error)) table[T] {
	at := story.Then(field)
	if len(shapes) == 0 {
		b.fault(doc, at, "table %s is needed", called)
		return nil
	}
	var made table[T]
	before := len(b.faults)
	for i, shape := range shapes {
		where, last := at.Then(i), i == len(shapes)-1
		h := b.rule(doc, where, shape.Head, called, shape.value())
		r := row[T]{rule: h.Rule}
		switch {
		case last && shape.When != "":
			b.fault(doc, where.Then("when"), "the last row of %s has a condition, so that some case would not be decided; add a row without `when`", called)
		case !last && shape.When == "":
			b.fault(doc, where, "a row without `when` always decides; the rows below it in %s would never be read", called)
		}
		if shape.When != "" {
			r.when = b.compile(doc, where.Then("when"), shape.When)
			b.earlierIn(doc, where.Then("when"), shape.When, field)
		}
		if shape.Then == nil {
			b.fault(doc, where, "then is needed: what the row decides")
			continue
		}
		then, err := read(*shape.Then)
		if err != nil {
			b.fault(doc, where.Then("then"), "then: %v", err)
		}
		r.then = then
		made = append(made, r)
	}
	if len(b.faults) == before {
		b.reachable(doc, at, called, made.programs(), shapesOf(shapes))
	}
	return made
}

func (t table[T]) programs() []*vm.Program {
	var programs []*vm.Program
	for _, r := range t {
		programs = append(programs, r.when)
	}
	return programs
}

func shapesOf[S any](shapes []rowShape[S]) []string {
	var whens []string
	for _, s := range shapes {
		whens = append(whens, s.When)
	}
	return whens
}

// reachable tells the rows that no request reaches, because those above them decide first or their condition is never true.
func (b *builder) reachable(doc *document, at place, called string, programs []*vm.Program, whens []string) {
	for _, i := range unreached(whens, programs) {
		where := at.Then(i)
		if whens[i] != "" {
			where = where.Then("when")
		}
		b.fault(doc, where, "no request reaches this row of %s: the rows above it decide first, or its condition is never true", called)
	}
}

// builtins are the functions an expression may call: none reads a clock, a place or anything else outside the question.
var builtins = []string{"len", "all", "any", "none", "abs", "min", "max", "lower", "upper", "hasPrefix", "hasSuffix"}

func (b *builder) compile(doc *document, at place, when string) *vm.Program {
	options := []expr.Option{expr.Env(Question{}), expr.AsBool(), expr.DisableAllBuiltins()}
	for _, function := range builtins {
		options = append(options, expr.EnableBuiltin(function))
	}
	program, err := expr.Compile(when, options...)
	if err == nil {
		b.currenciesIn(doc, at, when)
		return program
	}
	var located *file.Error
	if errors.As(err, &located) && located.Line == 1 {
		b.faults = append(b.faults, doc.Within(at, when, located.Column, "when: %s", located.Message))
		return nil
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	b.fault(doc, at, "when: %s", message)
	return nil
}

// currenciesIn refuses a condition about a currency without limits: it could never be used.
func (b *builder) currenciesIn(doc *document, at place, when string) {
	names, _ := mentioned(when)
	for _, value := range names["currency"] {
		currency, ok := value.(string)
		if _, has := b.policy.limits[currency]; ok && !has && isCurrency(currency) && !b.isPack(doc) {
			b.fault(doc, at, "when: %s has no limits in this policy, so that no case can be in it", currency)
		}
	}
}

// oneOf accepts the given words only.
func oneOf[T ~string](words ...T) func(string) (T, error) {
	return func(s string) (T, error) {
		if !slices.Contains(words, T(s)) {
			return "", fmt.Errorf("%q is not known; use one of %v", s, words)
		}
		return T(s), nil
	}
}

// propose reads a row of the eligibility table. What is owed cannot be proposed for refusal: silence would grant it.
func propose(e eligibility) (schemas.Verdict, error) {
	proposal, err := oneOf(schemas.ProposeApprove, schemas.ProposeReject, schemas.ProposeReview)(e.Proposal)
	switch {
	case err != nil:
		return schemas.Verdict{}, fmt.Errorf("proposal: %w", err)
	case e.Owed && proposal == schemas.ProposeReject:
		return schemas.Verdict{}, errors.New("what is owed cannot be proposed for refusal")
	case !codeWord.MatchString(e.Reason):
		return schemas.Verdict{}, fmt.Errorf("reason: %q is not a code; write it as in_window", e.Reason)
	}
	return schemas.Verdict{Proposal: proposal, Owed: e.Owed, Reason: e.Reason}, nil
}

func asWritten(yes bool) (bool, error) { return yes, nil }

// second reads who decides what is owed: one person, or a second one as well.
func second(word string) (bool, error) {
	_, err := oneOf("one_person", "second_person")(word)
	return word == "second_person", err
}

var percent = regexp.MustCompile(`^([0-9]{1,3})(?:\.([0-9]{1,2}))?%$`)

// share reads a part of the price, such as 12.5%, in hundredths of a percent.
func share(written string) (int64, error) {
	m := percent.FindStringSubmatch(written)
	if m == nil {
		return 0, fmt.Errorf("%q is not a share of the price; write 0%% to 100%%", written)
	}
	n, _ := strconv.ParseInt(m[1]+(m[2] + "00")[:2], 10, 64) // five digits at most
	if n > 10_000 {
		return 0, fmt.Errorf("%s is more than the whole price", written)
	}
	return n, nil
}

func demand(wanted []string) ([]string, error) {
	for _, w := range wanted {
		if !codeWord.MatchString(w) {
			return nil, fmt.Errorf("%q is not a code; write it as serial_number", w)
		}
	}
	return wanted, nil
}

// value writes a row for docs/rules.md.
func (r rowShape[T]) value() string {
	condition := "otherwise"
	if r.When != "" {
		condition = "when `" + r.When + "`"
	}
	if r.Then == nil {
		return condition
	}
	return condition + ": " + written(*r.Then)
}

func written(then any) string {
	switch then := then.(type) {
	case eligibility:
		owed := "not owed"
		if then.Owed {
			owed = "owed"
		}
		return fmt.Sprintf("%s, %s (%s)", then.Proposal, owed, then.Reason)
	case []string:
		if len(then) == 0 {
			return "nothing"
		}
		return strings.Join(then, ", ")
	case bool:
		if then {
			return "yes"
		}
		return "no"
	}
	return fmt.Sprint(then)
}
