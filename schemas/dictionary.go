package schemas

import (
	_ "embed"
	"regexp"
)

// Word is one word of a type of words.go, with what stands behind it there.
type Word struct {
	Value string `json:"value"`
	ZH    string `json:"zh,omitempty"`
	What  string `json:"what"`
}

// wordsSource is where the words and their meanings stand. It is read instead of being told again, so that what a command line
// explains cannot differ from what the code says.
//
//go:embed words.go
var wordsSource string

var wordLine = regexp.MustCompile(`(?m)^\t\w+\s+(\w+)\s+= "([^"]+)"\s*// (?:(\p{Han}+): )?(.*)$`)

// Words lists the words of a type of words.go, such as State or Turn, in their order.
func Words(typeName string) []Word {
	var words []Word
	for _, m := range wordLine.FindAllStringSubmatch(wordsSource, -1) {
		if m[1] == typeName {
			words = append(words, Word{Value: m[2], ZH: m[3], What: m[4]})
		}
	}
	return words
}
