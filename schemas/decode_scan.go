package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// scan goes through a JSON value without regard to what it is read into. It refuses what is not JSON, and two things that JSON
// allows and nobody means: a field that stands twice, of which one would silently win, and the character NUL, which PostgreSQL
// keeps in no text.
func scan(raw []byte) *Refusal {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var way path
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && len(way) == 0 {
			return cutOff()
		}
		if err != nil {
			return malformed(err, dec.InputOffset())
		}
		if refusal := way.take(token); refusal != nil {
			return refusal
		}
		if len(way) == 0 {
			break
		}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return &Refusal{Code: CodeMalformed, Message: "something follows the JSON value; send one value only."}
	}
	return nil
}

// path is where a scan stands: the objects and arrays it is within, the outermost first.
type path []level

// level is one object or array.
type level struct {
	keys  map[string]bool // of an object: the fields so far
	key   string          // of an object: the field whose value is read; empty where a field comes next
	named bool
	index int // of an array
}

// take steps over one token.
func (p *path) take(token json.Token) *Refusal {
	if delim, is := token.(json.Delim); is && (delim == '}' || delim == ']') {
		*p = (*p)[:len(*p)-1]
		p.valueRead()
		return nil
	}
	if n := len(*p); n > 0 && (*p)[n-1].keys != nil && !(*p)[n-1].named {
		return p.field(token.(string))
	}
	switch value := token.(type) {
	case json.Delim:
		next := level{}
		if value == '{' {
			next.keys = map[string]bool{}
		}
		*p = append(*p, next)
		return nil
	case string:
		if strings.ContainsRune(value, 0) {
			return &Refusal{Code: CodeBadValue, Field: p.String(), Message: "the text holds a NUL character (\\u0000), which cannot be kept; take it out."}
		}
	}
	p.valueRead()
	return nil
}

// field notes the name of a field, whose value comes next.
func (p *path) field(name string) *Refusal {
	in := &(*p)[len(*p)-1]
	known := in.keys[name]
	in.keys[name], in.key, in.named = true, name, true
	switch {
	case known:
		return &Refusal{Code: CodeBadValue, Field: p.String(), Message: "this field stands twice; send it once."}
	case strings.ContainsRune(name, 0):
		return &Refusal{Code: CodeUnknownField, Field: p.String(), Message: "the name of this field holds a NUL character (\\u0000)."}
	}
	return nil
}

// valueRead moves on to the next field or element.
func (p *path) valueRead() {
	if len(*p) == 0 {
		return
	}
	in := &(*p)[len(*p)-1]
	in.named = false
	in.index++
}

// String writes a path as lines[0].quantity.
func (p *path) String() string {
	var b strings.Builder
	for _, l := range *p {
		if l.keys == nil {
			fmt.Fprintf(&b, "[%d]", l.index)
			continue
		}
		if !l.named {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(strings.ReplaceAll(short(l.key), "\x00", "?"))
	}
	return b.String()
}

func cutOff() *Refusal {
	return &Refusal{Code: CodeMalformed, Message: "the JSON value is cut off."}
}

func malformed(err error, at int64) *Refusal {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return &Refusal{Code: CodeMalformed, Message: fmt.Sprintf("not valid JSON at byte %d: %s.", syntax.Offset, syntax.Error())}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return cutOff()
	}
	return &Refusal{Code: CodeMalformed, Message: fmt.Sprintf("not valid JSON at byte %d.", at)}
}
