package workflows

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the tables of docs/words.md and docs/states anew")

// page keeps the tables of a page of docs/ equal to the code: between the marks of a table stands what the code says, or
// the test fails; with -update it is written there.
func page(t *testing.T, path string, tables map[string]string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	text := string(raw)
	for name, table := range tables {
		begin, end := "<!-- made from the code: "+name+" -->\n", "<!-- end of "+name+" -->"
		require.Equal(t, 1, strings.Count(text, begin), "%s has no table %s", path, name)
		before, rest, _ := strings.Cut(text, begin)
		_, after, ok := strings.Cut(rest, end)
		require.True(t, ok, "%s: the table %s has no end", path, name)
		text = before + begin + "\n" + strings.TrimSpace(table) + "\n\n" + end + after
	}
	require.Equal(t, len(tables), strings.Count(text, "<!-- made from the code: "), "%s has a table that nothing writes", path)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	} else {
		require.Equal(t, text, string(raw), "%s is stale; run: go test ./workflows -run Page -update", path)
	}
	return text
}

// grid writes a table in Markdown.
type grid struct{ strings.Builder }

func columns(names ...string) *grid {
	g := &grid{}
	g.row(names...)
	fmt.Fprintf(g, "|%s\n", strings.Repeat("---|", len(names)))
	return g
}

func (g *grid) row(cells ...string) {
	for _, c := range cells {
		fmt.Fprintf(g, "| %s ", strings.ReplaceAll(c, "|", `\|`))
	}
	g.WriteString("|\n")
}

func code(names ...string) string {
	quoted := make([]string, 0, len(names))
	for _, n := range names {
		if n != "" {
			quoted = append(quoted, "`"+n+"`")
		}
	}
	return strings.Join(quoted, ", ")
}

// source is package schemas as its files say it: the values of its constants, the names of its messages, the fields of its
// shapes, and the comment that stands behind each.
type source struct {
	consts   map[string][]named // by type
	messages map[string][]message
	shapes   map[string]*ast.StructType
	names    map[string]string // wire names of the event constants by Go name
}

type named struct{ goName, value, zh, what string }

// message is a descriptor such as Command[Approve]{Name: "review.approve"}.
type message struct{ name, in, out, queue, what string }

func readSchemas(t *testing.T) *source {
	t.Helper()
	s := &source{consts: map[string][]named{}, messages: map[string][]message{}, shapes: map[string]*ast.StructType{}}
	files, err := filepath.Glob("../schemas/*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		require.NoError(t, err)
		for _, d := range parsed.Decls {
			general, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range general.Specs {
				s.read(general.Tok, spec, general.Doc, filepath.Base(file))
			}
		}
	}
	return s
}

func (s *source) read(tok token.Token, spec ast.Spec, doc *ast.CommentGroup, file string) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if shape, ok := spec.Type.(*ast.StructType); ok {
			s.shapes[spec.Name.Name] = shape
		}
	case *ast.ValueSpec:
		if len(spec.Names) != 1 || len(spec.Values) != 1 {
			return
		}
		said := comment(spec.Comment, spec.Doc)
		switch value := spec.Values[0].(type) {
		case *ast.BasicLit:
			of := file
			if id, ok := spec.Type.(*ast.Ident); ok {
				of = id.Name
			}
			text, err := strconv.Unquote(value.Value)
			if tok == token.CONST && err == nil {
				zh, what := inTwo(said)
				s.consts[of] = append(s.consts[of], named{spec.Names[0].Name, text, zh, what})
			}
		case *ast.CompositeLit:
			s.message(value, said)
		}
	}
}

// message reads a descriptor out of Kind[In, Out]{Name: …, Queue: …}.
func (s *source) message(lit *ast.CompositeLit, said string) {
	m := message{what: said}
	kind := ""
	switch of := lit.Type.(type) {
	case *ast.IndexExpr:
		kind, m.in = text(of.X), text(of.Index)
	case *ast.IndexListExpr:
		kind, m.in, m.out = text(of.X), text(of.Indices[0]), text(of.Indices[1])
	default:
		return
	}
	for _, e := range lit.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return
		}
		switch text(pair.Key) {
		case "Name":
			m.name, _ = strconv.Unquote(pair.Value.(*ast.BasicLit).Value)
		case "Queue":
			m.queue = text(pair.Value)
		}
	}
	s.messages[kind] = append(s.messages[kind], m)
}

// field is a field of a shape as JSON has it.
type field struct{ name, kind, what string }

func (s *source) fields(t *testing.T, shape string) (fields []field) {
	t.Helper()
	of := s.shapes[shape]
	require.NotNil(t, of, "package schemas has no shape %s", shape)
	for _, f := range of.Fields.List {
		if len(f.Names) == 0 {
			fields = append(fields, s.fields(t, text(f.Type))...)
			continue
		}
		tag, _ := strconv.Unquote(f.Tag.Value)
		name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		if !strings.Contains(options, "omitempty") {
			name += "*"
		}
		fields = append(fields, field{name, text(f.Type), comment(f.Comment, nil)})
	}
	return fields
}

func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return text(e.X)
	case *ast.ArrayType:
		return "list of " + text(e.Elt)
	case *ast.MapType:
		return "object of " + text(e.Value)
	case *ast.SelectorExpr:
		return text(e.X) + "." + e.Sel.Name
	}
	return "?"
}

func comment(behind, above *ast.CommentGroup) string {
	if behind != nil {
		return strings.TrimSpace(strings.ReplaceAll(behind.Text(), "\n", " "))
	}
	if above != nil {
		return strings.TrimSpace(strings.ReplaceAll(above.Text(), "\n", " "))
	}
	return ""
}

// inTwo takes the Chinese word off the front of a comment such as "待补充: the customer is asked for facts".
func inTwo(said string) (zh, what string) {
	before, after, ok := strings.Cut(said, ": ")
	for _, r := range before {
		if ok && unicode.Is(unicode.Han, r) {
			return before, after
		}
	}
	return "", said
}
