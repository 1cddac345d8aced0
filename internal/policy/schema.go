package policy

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Schema is the JSON Schema of a policy file and of a pack, for editors: they complete names, show what a field means, and mark
// what cannot be. It is made from the shapes that Load reads, so that the two never disagree.
func Schema() ([]byte, error) {
	s := object(reflect.TypeFor[fileShape]())
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "Aftercare policy or pack of rules"
	properties := s["properties"].(map[string]any)
	// Names are written as keys in two places; an editor offers them.
	properties["clocks"].(map[string]any)["propertyNames"] = map[string]any{"enum": Clocks}
	var subjects []string
	for _, known := range Subjects {
		subjects = append(subjects, known.Name)
	}
	rule := properties["rules"].(map[string]any)["items"].(map[string]any)["properties"].(map[string]any)
	rule["of"].(map[string]any)["enum"] = subjects
	raw, err := json.MarshalIndent(s, "", "  ")
	return append(raw, '\n'), err
}

// object describes a mapping: every field it may have, and no other.
func object(t reflect.Type) map[string]any {
	properties := map[string]any{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if options == "inline" {
			inner := object(f.Type)["properties"].(map[string]any)
			for key, value := range inner {
				properties[key] = value
			}
			continue
		}
		properties[name] = field(f)
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}

func field(f reflect.StructField) map[string]any {
	s := value(f.Type)
	if says := f.Tag.Get("says"); says != "" {
		s["description"] = says
	}
	if words := strings.Fields(f.Tag.Get("words")); len(words) > 0 {
		inner := s
		if items, ok := s["items"].(map[string]any); ok {
			inner = items
		}
		inner["enum"] = words
	}
	return s
}

func value(t reflect.Type) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return value(t.Elem())
	case reflect.Struct:
		return object(t)
	case reflect.Slice:
		return map[string]any{"type": "array", "items": value(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": value(t.Elem())}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	}
	return map[string]any{"type": "string"}
}
