package workflows_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

// knownToTheCase are fields of which only the case knows what may stand there, and refuses anything else.
var knownToTheCase = []string{"line_id", "refund_id", "step_id", "currency"}

// What a person types by mistake into a field of a command must not stand in a history: an update that is refused leaves nothing there.
func TestNoFieldOfACommandTakesAPersonsWords(t *testing.T) {
	t.Parallel()
	for name, base := range ordered(workflows.Bodies) {
		if base == nil {
			continue
		}
		for _, path := range textsIn(reflect.TypeOf(base)) {
			if slices.Contains(knownToTheCase, path[len(path)-1]) {
				continue
			}
			raw, err := json.Marshal(base)
			require.NoError(t, err)
			var body any = map[string]any{}
			require.NoError(t, json.Unmarshal(raw, &body))
			raw, err = json.Marshal(typedInto(body, path))
			require.NoError(t, err)
			require.True(t, refusesWords(name, raw), "%s takes %s", name, raw)
		}
	}
}

// refusesWords reports whether a command is refused whatever its case.
func refusesWords(name string, raw []byte) bool {
	for _, kind := range []schemas.Kind{schemas.KindReturn, schemas.KindExchange} {
		body, known := workflows.ReadBody(kind, name, raw)
		if !known || body == nil || schemas.CheckChoice(raw) != nil {
			continue
		}
		words, codes := body.(schemas.WordChecker)
		numbers, has := body.(schemas.NumberChecker)
		if !(codes && words.CheckWords() != nil) && !(has && numbers.CheckNumbers(true) != nil) {
			return false
		}
	}
	return true
}

// textsIn lists the fields of a type in which text can stand, each as the keys that lead there.
func textsIn(of reflect.Type) [][]string {
	var all [][]string
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || of.PkgPath() == "time" {
		return nil
	}
	for i := range of.NumField() {
		f := of.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		inner, list := f.Type, ""
		if inner.Kind() == reflect.Slice {
			inner, list = inner.Elem(), "[]"
		}
		switch {
		case f.Anonymous:
			all = append(all, textsIn(f.Type)...)
		case key == "" || key == "-":
		case inner.Kind() == reflect.String:
			all = append(all, []string{key + list})
		default:
			for _, path := range textsIn(inner) {
				all = append(all, append([]string{key + list}, path...))
			}
		}
	}
	return all
}

// typedInto puts a person's words where a path leads.
func typedInto(into any, path []string) any {
	if len(path) == 0 {
		return somebody
	}
	body, is := into.(map[string]any)
	if !is {
		body = map[string]any{}
	}
	key, list := strings.CutSuffix(path[0], "[]")
	inner := body[key]
	if list {
		if had, is := inner.([]any); is && len(had) > 0 {
			inner = had[0]
		}
		body[key] = []any{typedInto(inner, path[1:])}
	} else {
		body[key] = typedInto(inner, path[1:])
	}
	return body
}
