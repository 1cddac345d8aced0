package notice

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// words turn codes, amounts and times into one language.
type words struct {
	locale string
	codes  map[string]map[string]string // list, code
}

func (w words) chinese() bool { return w.locale == "zh-CN" }

// mayBeEmpty are the variables a text can do without.
var mayBeEmpty = map[string]bool{"amount": true, "label": true, "lines": true}

// show makes one variable readable. Its error says what is wrong and never repeats the value.
func (w words) show(name, raw string, zone *time.Location) (string, error) {
	if raw == "" && !mayBeEmpty[name] {
		return "", errors.New("it is empty")
	}
	switch name {
	case "amount", "deduction", "short":
		return w.money(raw)
	case "due", "from", "ended_at":
		return w.time(raw, zone)
	case "expected":
		return w.expected(raw, zone)
	case "lines":
		return w.lines(raw, nil, fullText), nil
	case "wanted":
		return w.list(raw), nil
	case "method":
		return w.method(raw), nil
	}
	if list, ok := w.codes[name]; ok {
		if word, ok := list[raw]; ok {
			return word, nil
		}
	}
	if word, ok := w.codes["clock"][raw]; ok && name == "reason" {
		return word, nil // escalated because a clock ran out
	}
	return raw, nil // an id, a number, or a code that has no word yet: a message with it is better than none
}

// money writes an amount with the name of its currency, because $ and ¥ mean several.
func (w words) money(raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	number, currency, ok := strings.Cut(raw, ":")
	minor, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !ok {
		return "", errors.New("it is not an amount of the form 4784:USD")
	}
	if currency == "" && minor == 0 {
		return "0", nil // nothing was refunded, and nobody knows of which currency
	}
	digits, _, _ := strings.Cut(schemas.Money{Minor: minor, Currency: currency}.String(), " ")
	digits = grouped(digits)
	if !w.chinese() {
		return currency + " " + digits, nil
	}
	if name, ok := yuan[currency]; ok {
		return digits + " " + name, nil
	}
	return digits + " " + currency, nil
}

var yuan = map[string]string{
	"CNY": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "JPY": "日元", "HKD": "港元", "TWD": "新台币", "KRW": "韩元", "SGD": "新加坡元", "AUD": "澳元", "CAD": "加元",
}

// grouped puts a comma between thousands.
func grouped(digits string) string {
	sign, rest := "", digits
	if s, ok := strings.CutPrefix(digits, "-"); ok {
		sign, rest = "-", s
	}
	whole, decimals, _ := strings.Cut(rest, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if decimals != "" {
		whole += "." + decimals
	}
	return sign + whole
}

var months = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

// time writes a moment with its zone, because a date without one can be a day off.
func (w words) time(raw string, zone *time.Location) (string, error) {
	t, err := time.Parse(time.RFC3339, raw)
	if err != nil {
		return "", errors.New("it is not a time of the form 2026-11-20T10:05:00Z")
	}
	t = t.In(zone)
	if w.chinese() {
		return fmt.Sprintf("%d年%d月%d日 %s（%s）", t.Year(), t.Month(), t.Day(), t.Format("15:04"), w.zone(t)), nil
	}
	return fmt.Sprintf("%d %s %d, %s %s", t.Day(), months[t.Month()-1], t.Year(), t.Format("15:04"), w.zone(t)), nil
}

// expected writes when something should come in, or that nobody knows.
func (w words) expected(raw string, zone *time.Location) (string, error) {
	switch {
	case raw != notKnown:
		return w.time(raw, zone)
	case w.chinese():
		return "暂无到货时间", nil
	}
	return "not known yet", nil
}

// notKnown stands where a case has no time to give.
const notKnown = "–"

func (w words) zone(t time.Time) string {
	_, offset := t.Zone()
	switch {
	case offset == 0:
		return "UTC"
	case w.chinese() && t.Location().String() == "Asia/Shanghai":
		return "北京时间"
	}
	return "UTC" + t.Format("-07:00")
}

// list writes codes that stand together, such as what evidence is wanted.
func (w words) list(raw string) string {
	var parts []string
	for _, code := range strings.Split(raw, ",") {
		code = strings.TrimSpace(code)
		if word, ok := w.codes["wanted"][code]; ok {
			code = word
		}
		parts = append(parts, code)
	}
	if w.chinese() {
		return strings.Join(parts, "、")
	}
	return and(parts)
}

func and(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// method names a way to pay. An id that begins with a kind, such as gift_card_1725, is shown as the kind with its last four
// characters, which is how people know their cards; the whole id is nobody's business in a message.
func (w words) method(raw string) string {
	list := w.codes["method"]
	if word, ok := list[raw]; ok {
		return word
	}
	kind := ""
	for k := range list {
		if after, ok := strings.CutPrefix(raw, k); ok && len(k) > len(kind) && (after[0] == '_' || after[0] == '-') {
			kind = k
		}
	}
	if kind == "" {
		return raw
	}
	tail := raw[len(kind)+1:]
	if len(tail) > 4 {
		tail = tail[len(tail)-4:]
	}
	if w.chinese() {
		return fmt.Sprintf("%s（尾号 %s）", list[kind], tail)
	}
	return fmt.Sprintf("%s ending in %s", list[kind], tail)
}
