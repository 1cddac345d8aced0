package store

import (
	"bytes"
	"encoding/json"
	"strings"
)

// jsonb writes v as PostgreSQL's jsonb can take it. JSON allows the character U+0000 in a string and jsonb does not; a
// stray one in a field of a foreign client must not keep a case's row from being written, so it becomes U+FFFD.
func jsonb(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return withoutNul(raw), nil
}

func withoutNul(raw []byte) []byte {
	nul := []byte(`\u0000`)
	if !bytes.Contains(raw, nul) {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			out = append(out, raw[i])
			continue
		}
		if bytes.HasPrefix(raw[i:], nul) {
			out = append(out, `\ufffd`...)
			i += len(nul) - 1
			continue
		}
		// Any other escape is two characters; taking both keeps an escaped backslash from being read as the start of one.
		out = append(out, raw[i], raw[i+1])
		i++
	}
	return out
}

// printable makes a string fit for a text column, which takes neither a zero byte nor what is not UTF-8.
func printable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}
