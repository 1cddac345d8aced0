package schemas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
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

// Decode reads raw strictly into T: no unknown field, no field twice, no wrong type, no NUL, nothing after the value, nothing too
// large. It is the one way in for everything that comes from outside.
func Decode[T any](raw []byte) (T, *Refusal) {
	var v T
	if len(raw) > MaxInput {
		return v, tooLarge(len(raw))
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = []byte("{}")
	}
	if refusal := scan(raw); refusal != nil {
		_ = json.Unmarshal(raw, &v) // its ids help whoever reports the refusal to say what it is about
		return v, refusal
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return v, faultOf(raw, reflect.TypeFor[T](), err)
	}
	return v, nil
}

func tooLarge(size int) *Refusal {
	return &Refusal{Code: CodeTooLarge, Message: fmt.Sprintf("the input has %d bytes; at most %d are allowed. Put long texts and files elsewhere and send their ids.", size, MaxInput)}
}
