package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Size limits of what comes in, in bytes. A payload of Temporal's may have 2 MiB; nothing here needs a hundredth of it.
const (
	MaxInput = 256 << 10 // one request, command or fact
	MaxText  = 16 << 10  // one text of a person's, kept in PostgreSQL
)

var identifier = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// ValidID reports whether s may be part of a workflow id.
func ValidID(s string) bool { return identifier.MatchString(s) }

// CaseID is the workflow id of a request: starting twice is starting once.
func CaseID(merchant, request string) string { return merchant + ":" + request }

// SplitCaseID takes a case id apart. seq is 1 for the first case of a request.
func SplitCaseID(id string) (merchant, request string, seq int, ok bool) {
	parts := strings.Split(id, ":")
	seq = 1
	switch len(parts) {
	case 2:
	case 3:
		if _, err := fmt.Sscanf(parts[2], "%d", &seq); err != nil || seq < 2 || fmt.Sprint(seq) != parts[2] {
			return "", "", 0, false
		}
	default:
		return "", "", 0, false
	}
	if !ValidID(parts[0]) || !ValidID(parts[1]) {
		return "", "", 0, false
	}
	return parts[0], parts[1], seq, true
}

// SuccessorID is the workflow id of the case that follows id.
func SuccessorID(id string) string {
	m, r, seq, ok := SplitCaseID(id)
	if !ok {
		return id + ":2"
	}
	return fmt.Sprintf("%s:%s:%d", m, r, seq+1)
}

// Decode reads raw strictly into T: no unknown field, no wrong type, nothing after the value, nothing too large. It is the
// one way in for everything that comes from outside.
func Decode[T any](raw []byte) (T, *Refusal) {
	var v T
	if len(raw) > MaxInput {
		return v, &Refusal{Code: CodeTooLarge, Message: fmt.Sprintf("the input has %d bytes; at most %d are allowed. Put long texts and files elsewhere and send their ids.", len(raw), MaxInput)}
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = []byte("{}")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return v, decodeRefusal(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return v, &Refusal{Code: CodeMalformed, Message: "something follows the JSON value; send one value only."}
	}
	return v, nil
}

func decodeRefusal(err error) *Refusal {
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType):
		if wrongType.Field == "" {
			return &Refusal{Code: CodeWrongType, Message: fmt.Sprintf("a JSON %s stands where an object is expected.", wrongType.Value)}
		}
		return &Refusal{Code: CodeWrongType, Field: wrongType.Field, Message: fmt.Sprintf("a JSON %s stands here; expected is %s.", wrongType.Value, jsonName(wrongType.Type.Kind().String()))}
	case errors.As(err, &syntax):
		return &Refusal{Code: CodeMalformed, Message: fmt.Sprintf("not valid JSON at byte %d: %s.", syntax.Offset, syntax.Error())}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Refusal{Code: CodeMalformed, Message: "the JSON value is cut off."}
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		name := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		return &Refusal{Code: CodeUnknownField, Field: name, Message: "this field is not known here; leave it out or check its spelling."}
	}
	return &Refusal{Code: CodeBadValue, Message: "a value cannot be read: " + strings.TrimPrefix(err.Error(), "json: ") + "."}
}

// jsonName says in JSON's words what a Go kind is written as.
func jsonName(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"), strings.HasPrefix(kind, "float"):
		return "a whole number"
	case kind == "string":
		return "a string"
	case kind == "bool":
		return "true or false"
	case kind == "slice", kind == "array":
		return "an array"
	}
	return "an object"
}
