package notice

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Locales are the languages every text exists in.
var Locales = []string{"zh-CN", "en"}

// Message is a text ready to be sent.
type Message struct {
	Subject string
	Body    string
	Short   string // the text-message form; empty for staff
}

// Catalogue is every text in every language. It does not change after Load, so that any number of goroutines may use it.
type Catalogue struct {
	texts map[string]map[string]text // template id, locale
	words map[string]words           // locale
}

// text is one template in one language.
type text struct {
	subject, body *template.Template
	short         *template.Template // nil for staff
	vars          []string           // what the case must give
}

// common are the variables every template may use beside its own.
var common = []string{"merchant_id", "order_id", "case_id"}

// nameOfCustomer is looked up where a message leaves; staff are addressed by their work, not by name.
const nameOfCustomer = "name"

// ForStaff reports whether a template is for the people who work here.
func ForStaff(template string) bool { return strings.HasPrefix(template, "staff.") }

// Locale is the language of ours that is nearest to a person's.
func Locale(wish string) string {
	if l := strings.ToLower(wish); l == "zh" || strings.HasPrefix(l, "zh-") || strings.HasPrefix(l, "zh_") {
		return "zh-CN"
	}
	return "en"
}

// What Render can be asked in vain.
var (
	ErrUnknownTemplate = errors.New("unknown template")
	ErrBadVariable     = errors.New("a variable is missing or cannot be read")
)

// beijing is the zone of a Chinese text where none is given. China has kept one time without changes since 1991.
var beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// Zone is the time zone people expect of a language.
func Zone(locale string) *time.Location {
	if Locale(locale) == "zh-CN" {
		return beijing
	}
	return time.UTC
}

// Render writes a message. A nil zone means the one people expect of the language; without titles, goods go by their number in the
// order. An error names the template and the variable and never holds a value, so that it can be logged.
func (c *Catalogue) Render(id, locale string, zone *time.Location, vars map[string]string, titles Titles) (Message, error) {
	locale = Locale(locale)
	t, ok := c.texts[id][locale]
	if !ok {
		return Message{}, fmt.Errorf("%w: %q", ErrUnknownTemplate, id)
	}
	if zone == nil {
		zone = Zone(locale)
	}
	w := c.words[locale]
	shown := map[string]string{}
	if !ForStaff(id) {
		shown[nameOfCustomer] = oneLine(vars[nameOfCustomer])
	}
	for _, v := range slices.Concat(t.vars, common) {
		raw, given := vars[v]
		if !given {
			return Message{}, fmt.Errorf("%w: %s wants %s", ErrBadVariable, id, v)
		}
		value, err := w.show(v, oneLine(raw), zone)
		if err != nil {
			return Message{}, fmt.Errorf("%w: %s in %s: %s", ErrBadVariable, v, id, err)
		}
		shown[v] = value
	}
	lines, about := vars["lines"]
	if about {
		shown["lines"] = w.lines(oneLine(lines), titles, fullText)
	}
	var m Message
	var err error
	if m.Subject, err = fill(t.subject, shown); err != nil {
		return Message{}, fmt.Errorf("%s: %w", id, err)
	}
	if m.Body, err = fill(t.body, shown); err != nil {
		return Message{}, fmt.Errorf("%s: %w", id, err)
	}
	if t.short == nil {
		return m, nil
	}
	if about {
		shown["lines"] = w.lines(oneLine(lines), titles, textMessage)
	}
	if m.Short, err = fill(t.short, shown); err != nil {
		return Message{}, fmt.Errorf("%s: %w", id, err)
	}
	return m, nil
}

// Templates lists the ids of every text.
func (c *Catalogue) Templates() []string { return slices.Sorted(maps.Keys(c.texts)) }

func fill(t *template.Template, vars map[string]string) (string, error) {
	var b bytes.Buffer
	if err := t.Execute(&b, vars); err != nil {
		return "", err
	}
	return strings.TrimSpace(b.String()), nil
}

// oneLine keeps a value from adding lines to a message, or headers to an e-mail.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s))
}

// declared finds the variables of a template.
func declared(id string) ([]string, bool) {
	for _, t := range schemas.NoticeTemplates {
		if t.ID == id {
			return t.Vars, true
		}
	}
	return nil, false
}
