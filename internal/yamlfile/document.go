// Package yamlfile reads files of rules that people write: strictly, and so that a mistake knows its line and column.
package yamlfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFile is far above any file of rules a person would write, and small enough that reading one can never hurt.
const maxFile = 256 << 10

// Document is one file as text and as a tree, so that a mistake found long after reading still knows its place.
type Document struct {
	File  string // its name, for messages
	lines []string
	root  ast.Node
}

// Parse reads a file into a tree. One file is one YAML document without anchors, aliases and tags: what a reader sees on a
// Line is all there is to it.
func Parse(file string, raw []byte) (doc *Document, err error) {
	doc = &Document{File: file, lines: strings.Split(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n")}
	if len(raw) > maxFile {
		return nil, doc.whole("the file has %d bytes; at most %d are allowed", len(raw), maxFile)
	}
	if deep(raw) {
		return nil, doc.whole("the brackets are nested too deeply")
	}
	tree, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return nil, doc.fromYAML(err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, doc.whole("the file must hold exactly one YAML document")
	}
	doc.root = tree.Docs[0].Body
	var finder aliases
	ast.Walk(&finder, doc.root)
	if finder.found != nil {
		return nil, doc.at(finder.found.GetToken(), "anchors, aliases and tags are not allowed here; write the value out")
	}
	return doc, nil
}

// deep finds nesting that no file of rules has, before a recursive parser meets it.
func deep(raw []byte) bool {
	level := 0
	for _, b := range raw {
		switch b {
		case '[', '{':
			level++
		case ']', '}':
			level = max(0, level-1)
		}
		if level > 64 {
			return true
		}
	}
	return false
}

// aliases remembers the first anchor, alias, merge key or tag of a tree.
type aliases struct{ found ast.Node }

func (a *aliases) Visit(n ast.Node) ast.Visitor {
	if a.found != nil {
		return nil
	}
	switch n.Type() {
	case ast.AnchorType, ast.AliasType, ast.MergeKeyType, ast.TagType:
		a.found = n
		return nil
	default:
		return a
	}
}

// Decode fills v, strictly: a field that v does not have is a mistake.
func (d *Document) Decode(v any) error {
	if err := yaml.NodeToValue(d.root, v, yaml.Strict()); err != nil {
		return d.fromYAML(err)
	}
	return nil
}

// Place leads to a value: keys and, in lists, positions from 0. A name at its end leads to a key itself.
type Place []any

// Name is the key of a mapping, where the key and not its value is at fault.
type Name string

// Then leads on from a place.
func (p Place) Then(more ...any) Place {
	return append(append(Place{}, p...), more...)
}

// Fault says what is wrong with the value at a place. Where the value is missing, the nearest thing around it is shown.
func (d *Document) Fault(p Place, format string, args ...any) error {
	return d.at(d.find(p), format, args...)
}

// Within shows a spot inside a value of one line, such as a column of an expression.
func (d *Document) Within(p Place, text string, offset int, format string, args ...any) error {
	tok := d.find(p)
	f := d.at(tok, format, args...)
	var fault *Fault
	if tok == nil || !errors.As(f, &fault) || strings.Contains(text, "\n") {
		return f
	}
	line := []rune(fault.Text)
	from := min(max(fault.Column-1, 0), len(line))
	if i := strings.Index(string(line[from:]), text); i >= 0 {
		fault.Column = from + len([]rune(string(line[from:])[:i])) + offset + 1
	}
	return fault
}

// Line is the line a value starts on; it gives the order of a file back to what a map has forgotten.
func (d *Document) Line(p Place) (line, column int) {
	tok := d.find(p)
	if tok == nil {
		return 0, 0
	}
	return tok.Position.Line, tok.Position.Column
}

func (d *Document) find(p Place) *token.Token {
	node, found := d.root, first(d.root)
	for _, step := range p {
		var key *token.Token
		var next ast.Node
		switch step := step.(type) {
		case Name:
			if key, _ = under(node, string(step)); key != nil {
				return key
			}
		case string:
			key, next = under(node, step)
		case int:
			next = element(node, step)
		}
		if next == nil {
			return found
		}
		node, found = next, first(next)
		if key != nil && (found == nil || !onOneLine(next)) {
			found = key
		}
	}
	return found
}

// under finds a key of a mapping and what stands under it.
func under(n ast.Node, key string) (*token.Token, ast.Node) {
	m, ok := n.(ast.MapNode)
	if !ok {
		return nil, nil
	}
	for it := m.MapRange(); it.Next(); {
		if tok := it.Key().GetToken(); tok.Value == key {
			return tok, it.Value()
		}
	}
	return nil, nil
}

// element finds an entry of a list.
func element(n ast.Node, index int) ast.Node {
	s, ok := n.(ast.ArrayNode)
	if !ok {
		return nil
	}
	it := s.ArrayRange()
	for i := 0; it.Next(); i++ {
		if i == index {
			return it.Value()
		}
	}
	return nil
}

// onOneLine tells a plain value, or one in brackets, from what is spread below its key. Of the latter, the key is the place a
// reader looks for.
func onOneLine(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.IsFlowStyle
	case *ast.SequenceNode:
		return n.IsFlowStyle
	case *ast.MappingValueNode:
		return false
	}
	return true
}

// first is the token a value starts with. A mapping's own token is the colon behind its first key, which is not where a
// reader looks.
func first(n ast.Node) *token.Token {
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
		return n.GetToken()
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	case nil:
		return nil
	}
	return n.GetToken()
}

func (d *Document) whole(format string, args ...any) error {
	return &Fault{File: d.File, Message: fmt.Sprintf(format, args...)}
}

func (d *Document) at(tok *token.Token, format string, args ...any) error {
	f := &Fault{File: d.File, Message: fmt.Sprintf(format, args...)}
	if tok == nil || tok.Position == nil {
		return f
	}
	f.Line, f.Column = tok.Position.Line, tok.Position.Column
	if f.Line >= 1 && f.Line <= len(d.lines) {
		f.Text = d.lines[f.Line-1]
	}
	return f
}

// fromYAML turns an error of the YAML reader into one of ours, in the words of somebody who writes rules and not Go.
func (d *Document) fromYAML(err error) error {
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		return d.at(wrong.Token, "this value cannot stand here; expected is %s", expected(wrong.DstType.Kind().String()))
	}
	var located yaml.Error
	if errors.As(err, &located) {
		return d.at(located.GetToken(), "%s", located.GetMessage())
	}
	return d.whole("%v", err)
}

func expected(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"):
		return "a whole number"
	case kind == "bool":
		return "true or false"
	case kind == "string":
		return "a text"
	case kind == "slice":
		return "a list"
	}
	return "a mapping"
}
