package schemas

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// faultOf says of JSON that does not fit a type where it does not and what is expected there, in JSON's words and not in Go's.
// Only what did not fit comes here, so that it may read parts more than once.
func faultOf(raw []byte, t reflect.Type, err error) *Refusal {
	if refusal := findFault(raw, t, ""); refusal != nil {
		return refusal
	}
	return malformed(err, 0)
}

// findFault looks for the innermost value that does not fit its type.
func findFault(raw []byte, t reflect.Type, at string) *Refusal {
	if fits(raw, t) {
		return nil
	}
	for t.Kind() == reflect.Pointer && !readsItself(t) {
		t = t.Elem()
	}
	raw = bytes.TrimSpace(raw)
	if !readsItself(t) {
		switch {
		case t.Kind() == reflect.Struct && raw[0] == '{':
			for _, m := range membersOf(raw) {
				field, known := fieldNamed(t, m.name)
				if !known {
					return &Refusal{Code: CodeUnknownField, Field: within(at, m.name), Message: "this field is not known here; leave it out or check its spelling."}
				}
				if refusal := findFault(m.value, field, within(at, m.name)); refusal != nil {
					return refusal
				}
			}
		case t.Kind() == reflect.Map && raw[0] == '{':
			for _, m := range membersOf(raw) {
				if refusal := findFault(m.value, t.Elem(), within(at, m.name)); refusal != nil {
					return refusal
				}
			}
		case t.Kind() == reflect.Slice && raw[0] == '[':
			var elements []json.RawMessage
			_ = json.Unmarshal(raw, &elements)
			for i, e := range elements {
				if refusal := findFault(e, t.Elem(), fmt.Sprintf("%s[%d]", at, i)); refusal != nil {
					return refusal
				}
			}
		}
	}
	return misfit(raw, t, at)
}

// misfit says what is wrong with a value that does not fit by itself.
func misfit(raw []byte, t reflect.Type, at string) *Refusal {
	is, expected := kindOfJSON(raw), jsonName(t)
	if at == "" {
		return &Refusal{Code: CodeWrongType, Message: fmt.Sprintf("a JSON %s stands where %s is expected.", is, expected)}
	}
	var text string
	switch {
	case is == "string" && readsItself(t) && json.Unmarshal(raw, &text) == nil:
		return &Refusal{Code: CodeBadValue, Field: at, Message: fmt.Sprintf("%q is not %s.", short(text), expected)}
	case is == "number" && expected == wholeNumber:
		return &Refusal{Code: CodeWrongType, Field: at, Message: fmt.Sprintf("%s is not a whole number, or too large for one.", short(string(raw)))}
	}
	return &Refusal{Code: CodeWrongType, Field: at, Message: fmt.Sprintf("a JSON %s stands here; expected is %s.", is, expected)}
}

func fits(raw []byte, t reflect.Type) bool {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	return dec.Decode(reflect.New(t).Interface()) == nil
}

// readsItself reports whether a type has its own way of being read, as times and lengths of time have.
func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// fieldNamed finds a field by its JSON name, also within embedded structs. JSON's own reader does not mind the case.
func fieldNamed(t reflect.Type, name string) (reflect.Type, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct {
			if inner, known := fieldNamed(f.Type, name); known {
				return inner, true
			}
			continue
		}
		if f.IsExported() && tag != "-" && strings.EqualFold(tag, name) {
			return f.Type, true
		}
	}
	return nil, false
}

type member struct {
	name  string
	value json.RawMessage
}

// membersOf takes an object apart in its own order.
func membersOf(raw []byte) []member {
	dec := json.NewDecoder(bytes.NewReader(raw))
	_, _ = dec.Token()
	var members []member
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return members
		}
		m := member{}
		m.name, _ = name.(string)
		if err := dec.Decode(&m.value); err != nil {
			return members
		}
		members = append(members, m)
	}
	return members
}

func within(at, name string) string {
	if at == "" {
		return short(name)
	}
	return at + "." + short(name)
}

func kindOfJSON(raw []byte) string {
	switch raw[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "number"
}

const wholeNumber = "a whole number"

// jsonName says in JSON's words what a type is written as.
func jsonName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Time]():
		return "a time such as 2026-11-16T06:15:00Z"
	case reflect.TypeFor[Duration]():
		return "a length of time such as 90s, 4h or 7d"
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return wholeNumber
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "an array"
	}
	return "an object"
}
