package policy

import (
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"github.com/aftercare/aftercare/schemas"
)

// A row that no request can reach is a mistake: somebody believes in a rule that never decides. Whether one can be reached is
// tried out with questions made from what the table itself asks: every name it uses, with the values it compares it with and
// their neighbours.

// maxTries bounds the questions for one table. A table that would need more is not judged.
const maxTries = 20_000

// unreached finds the rows that no question reaches.
func unreached(whens []string, programs []*vm.Program) []int {
	asked := map[string][]any{}
	var numbers []int64
	for _, when := range whens {
		names, seen := mentioned(when)
		for name, values := range names {
			asked[name] = append(asked[name], values...)
		}
		numbers = append(numbers, seen...)
	}
	axes, tries := axesOf(asked, numbers)
	if tries > maxTries {
		return nil
	}
	reached := make([]bool, len(programs))
	var machine vm.VM
	for try := range tries {
		q := questionAt(axes, try)
		for i, program := range programs {
			if program == nil {
				reached[i] = true
				break
			}
			if yes, err := machine.Run(program, q); err == nil && yes == true {
				reached[i] = true
				break
			}
		}
	}
	var rows []int
	for i, yes := range reached {
		if !yes {
			rows = append(rows, i)
		}
	}
	return rows
}

// axis is one name of a question, and the values it is tried with.
type axis struct {
	field  []int // where in Question
	values []reflect.Value
}

// mentioned lists the names an expression uses, the texts it compares each with, and all numbers it holds.
func mentioned(when string) (map[string][]any, []int64) {
	if when == "" {
		return nil, nil
	}
	tree, err := parser.ParseWithConfig(when, conf.New(Question{}))
	if err != nil {
		return nil, nil // Load has told it already
	}
	v := &mentions{names: map[string][]any{}}
	ast.Walk(&tree.Node, v)
	return v.names, v.numbers
}

type mentions struct {
	names   map[string][]any
	numbers []int64
	texts   []any
}

func (v *mentions) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		if _, has := v.names[n.Value]; !has {
			v.names[n.Value] = nil
		}
	case *ast.MemberNode:
		if name := path(n); name != "" {
			v.names[name] = nil
		}
	case *ast.IntegerNode:
		v.numbers = append(v.numbers, int64(n.Value))
	case *ast.StringNode:
		v.texts = append(v.texts, n.Value)
	case *ast.BinaryNode:
		// Whatever texts stand under a comparison belong to the names under it.
		var inner mentions
		inner.names = map[string][]any{}
		if n.Operator != "and" && n.Operator != "or" && n.Operator != "&&" && n.Operator != "||" {
			texts, names := leaves(n)
			for _, name := range names {
				v.names[name] = append(v.names[name], texts...)
			}
		}
	}
}

// path is a member of a group, such as open.fault.
func path(n *ast.MemberNode) string {
	group, ok := n.Node.(*ast.IdentifierNode)
	key, isText := n.Property.(*ast.StringNode)
	if !ok || !isText {
		return ""
	}
	return group.Value + "." + key.Value
}

// leaves are the texts and the names under a comparison.
func leaves(n ast.Node) (texts []any, names []string) {
	var visit func(ast.Node)
	visit = func(n ast.Node) {
		switch n := n.(type) {
		case *ast.BinaryNode:
			visit(n.Left)
			visit(n.Right)
		case *ast.UnaryNode:
			visit(n.Node)
		case *ast.ArrayNode:
			for _, e := range n.Nodes {
				visit(e)
			}
		case *ast.ConstantNode:
			if list, ok := n.Value.([]any); ok {
				texts = append(texts, list...)
			}
		case *ast.StringNode:
			texts = append(texts, n.Value)
		case *ast.IdentifierNode:
			names = append(names, n.Value)
		}
	}
	visit(n)
	return texts, names
}

// axesOf makes the axes of a table, and says how many questions they make.
func axesOf(asked map[string][]any, numbers []int64) ([]axis, int) {
	var axes []axis
	tries := 1
	t := reflect.TypeFor[Question]()
	for name, texts := range asked {
		field, typ := fieldOf(t, name)
		if field == nil || (name == "fault" && asked["reason"] != nil) {
			continue // fault follows from the reason
		}
		a := axis{field: field}
		switch typ.Kind() {
		case reflect.Bool:
			a.values = []reflect.Value{reflect.ValueOf(false), reflect.ValueOf(true)}
		case reflect.Int, reflect.Int64:
			a.values = numbersAround(typ, numbers)
		case reflect.String:
			a.values = textsAround(name, texts)
		case reflect.Slice:
			a.values = listsAround(texts)
		default:
			continue
		}
		axes = append(axes, a)
		if tries *= len(a.values); tries > maxTries {
			return nil, tries
		}
	}
	return axes, tries
}

// fieldOf finds a name of an expression in a question.
func fieldOf(t reflect.Type, name string) ([]int, reflect.Type) {
	head, rest, nested := strings.Cut(name, ".")
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("expr") != head {
			continue
		}
		if !nested {
			return []int{i}, f.Type
		}
		if f.Type.Kind() != reflect.Struct {
			return nil, nil
		}
		inner, typ := fieldOf(f.Type, rest)
		if inner == nil {
			return nil, nil
		}
		return append([]int{i}, inner...), typ
	}
	return nil, nil
}

func numbersAround(t reflect.Type, numbers []int64) []reflect.Value {
	tried := []int64{0, 1, 1_000_000}
	for _, n := range numbers {
		tried = append(tried, n-1, n, n+1)
	}
	slices.Sort(tried)
	var values []reflect.Value
	for _, n := range slices.Compact(tried) {
		values = append(values, reflect.ValueOf(n).Convert(t))
	}
	return values
}

func textsAround(name string, texts []any) []reflect.Value {
	tried := []string{"", "-"}
	if name == "reason" {
		for _, r := range schemas.Reasons {
			tried = append(tried, string(r))
		}
	}
	for _, text := range texts {
		if s, ok := text.(string); ok {
			tried = append(tried, s)
		}
	}
	slices.Sort(tried)
	var values []reflect.Value
	for _, s := range slices.Compact(tried) {
		values = append(values, reflect.ValueOf(s))
	}
	return values
}

func listsAround(texts []any) []reflect.Value {
	values := []reflect.Value{reflect.ValueOf([]string(nil))}
	var all []string
	for _, text := range texts {
		if s, ok := text.(string); ok && !slices.Contains(all, s) {
			all = append(all, s)
			values = append(values, reflect.ValueOf([]string{s}))
		}
	}
	return append(values, reflect.ValueOf(all))
}

// questionAt is the question of one number: the axes count like the wheels of a lock.
func questionAt(axes []axis, number int) Question {
	var q Question
	v := reflect.ValueOf(&q).Elem()
	for _, a := range axes {
		v.FieldByIndex(a.field).Set(a.values[number%len(a.values)])
		number /= len(a.values)
	}
	if q.Reason != "" {
		q.Fault = schemas.Reason(q.Reason).MerchantsFault()
	}
	return q
}
