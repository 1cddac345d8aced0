package notice

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Titles are what the shop calls the articles of an order, by line id. They are the shop's words and in its language, and
// personal to nobody; still they are looked up where a message leaves, so that a case carries ids alone.
type Titles map[string]string

// form is how much room a message has for a title.
type form int

const (
	fullText form = iota
	textMessage
)

// room is how many characters of a title are shown. A Chinese text message is a third as long as an English one.
func (w words) room(f form) int {
	switch {
	case f == fullText:
		return 60
	case w.chinese():
		return 10
	}
	return 20
}

// goods are some pieces of one order line.
type goods struct {
	line     string
	quantity int
}

// lines names what a message is about: by the title of the first article and how many more there are, or by the numbers of the
// order's lines where no title is known.
func (w words) lines(raw string, titles Titles, f form) string {
	if raw == "" {
		if w.chinese() {
			return "全部商品"
		}
		return "all items"
	}
	list, ok := readLines(raw)
	if ok {
		for _, g := range list {
			if title := w.title(titles[g.line], f); title != "" {
				return w.entitled(w.quoted(title), g.quantity, list)
			}
		}
	}
	if f == textMessage && ok && len(list) > 1 {
		return w.entitled(w.number(list[0].line), list[0].quantity, list)
	}
	return w.numbered(list)
}

// readLines reads "1,2*3". The parts of a line that was split are one again. It says false where a quantity is not a number.
func readLines(raw string) (list []goods, ok bool) {
	ok = true
	for _, part := range strings.Split(raw, ",") {
		line, quantity, several := strings.Cut(strings.TrimSpace(part), "*")
		n := 1
		if several {
			var err error
			if n, err = strconv.Atoi(quantity); err != nil || n < 1 {
				n, ok = 1, false
			}
		}
		if i := slices.IndexFunc(list, func(g goods) bool { return g.line == line }); i >= 0 {
			list[i].quantity += n
			continue
		}
		list = append(list, goods{line, n})
	}
	return list, ok
}

// title cuts a title to the room there is. In an English text message one character outside the GSM alphabet would make the
// whole message a Unicode one of less than half the length, so a title with such a character is not shown there.
func (w words) title(title string, f form) string {
	title = oneLine(title)
	if f == textMessage && !w.chinese() && !inGSM(title) {
		return ""
	}
	dots := "..."
	if w.chinese() {
		dots = "…"
	}
	if r := []rune(title); len(r) > w.room(f) {
		title = strings.TrimSpace(string(r[:w.room(f)-len([]rune(dots))])) + dots
	}
	return title
}

// quoted sets a title off from the words around it, where the language has no spaces to do so.
func (w words) quoted(title string) string {
	if w.chinese() {
		return "「" + title + "」"
	}
	return title
}

// number is what a line goes by where no title is known.
func (w words) number(line string) string {
	if w.chinese() {
		return "第 " + line + " 行"
	}
	return "line " + line
}

// entitled writes what the first line goes by, and how many pieces there are beside it.
func (w words) entitled(title string, quantity int, all []goods) string {
	total := 0
	for _, g := range all {
		total += g.quantity
	}
	switch {
	case w.chinese() && total > quantity:
		return fmt.Sprintf("%s等 %d 件商品", title, total)
	case total > quantity:
		return fmt.Sprintf("%s and %d more", w.several(title, quantity), total-quantity)
	}
	return w.several(title, quantity)
}

// several adds how many pieces there are, where it is not one.
func (w words) several(title string, quantity int) string {
	switch {
	case quantity == 1:
		return title
	case w.chinese():
		return fmt.Sprintf("%s（%d 件）", title, quantity)
	}
	return fmt.Sprintf("%s (%d items)", title, quantity)
}

// numbered writes the numbers that the order shows for its lines.
func (w words) numbered(list []goods) string {
	var parts []string
	for _, g := range list {
		parts = append(parts, w.several(w.number(g.line), g.quantity))
	}
	if w.chinese() {
		return strings.Join(parts, "、") + "商品"
	}
	return and(parts)
}
