package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// fittedTable is a table of the house's look. On a terminal it is no wider than the terminal: the columns that hold sentences are
// wrapped first, because an id that is broken in two cannot be copied.
type fittedTable struct {
	table.Writer
	out    io.Writer
	widest []int
	words  []bool      // the columns with more than one word in a cell
	caps   map[int]int // columns that are never wider, wherever they are shown
	spare  []int       // columns that are left out where there is no room, the first of these first
}

func newTable(header ...any) *fittedTable { return tableTo(os.Stdout, header...) }

func tableTo(w io.Writer, header ...any) *fittedTable {
	t := &fittedTable{Writer: table.NewWriter(), out: w}
	t.SetOutputMirror(w)
	style := table.StyleLight
	style.Options = table.Options{SeparateColumns: true, SeparateHeader: true}
	style.Format.Header = text.FormatDefault
	style.Format.Footer = text.FormatDefault
	t.SetStyle(style)
	if strings.Join(strings.Fields(fmt.Sprint(header...)), "") != "" {
		t.AppendHeader(table.Row(header))
	}
	t.measure(header)
	return t
}

func (t *fittedTable) AppendRow(row table.Row, config ...table.RowConfig) {
	t.measure(row)
	t.Writer.AppendRow(row, config...)
}

func (t *fittedTable) AppendFooter(row table.Row, config ...table.RowConfig) {
	t.measure(row)
	t.Writer.AppendFooter(row, config...)
}

func (t *fittedTable) measure(row []any) {
	for i, cell := range row {
		if i == len(t.widest) {
			t.widest, t.words = append(t.widest, 0), append(t.words, false)
		}
		content := fmt.Sprint(cell)
		t.widest[i] = max(t.widest[i], text.LongestLineLen(content))
		t.words[i] = t.words[i] || strings.ContainsAny(content, " /")
	}
}

// wrap keeps a column, counted from 0, from becoming wider than can be read in one go.
func (t *fittedTable) wrap(column, width int) {
	if t.caps == nil {
		t.caps = map[int]int{}
	}
	t.caps[column] = width
}

func (t *fittedTable) Render() string {
	capped := append([]int{}, t.widest...)
	for i, width := range t.caps {
		capped[i] = min(capped[i], width)
	}
	room := roomOn(t.out)
	var configs []table.ColumnConfig
	for _, i := range t.spare {
		if room > 0 && totalOf(capped) > room {
			capped[i] = hiddenColumn
			configs = append(configs, table.ColumnConfig{Number: i + 1, Hidden: true})
		}
	}
	for i, width := range fit(capped, t.words, room) {
		if width >= 0 && width < t.widest[i] {
			configs = append(configs, table.ColumnConfig{Number: i + 1, WidthMax: width, WidthMaxEnforcer: text.WrapSoft})
		}
	}
	t.SetColumnConfigs(configs)
	return t.Writer.Render()
}

// hiddenColumn is the width of a column that takes no room: none for itself, its spaces and its line.
const hiddenColumn = -3

// totalOf is how wide columns are together, with a space on either side of a cell and a line between two.
func totalOf(widths []int) int {
	total := 3*len(widths) - 1
	for _, w := range widths {
		total += w
	}
	return total
}

// renderRows prints a table that has rows, and nothing otherwise.
func (t *fittedTable) renderRows() {
	if t.Length() > 0 {
		t.Render()
	}
}

// roomOn is how wide what is written may be; 0 is without a limit, as in a file. A page that is put together before it is shown
// is shown on standard output.
func roomOn(w io.Writer) int {
	if f, is := w.(*os.File); is {
		return terminalWidth(f)
	}
	return terminalWidth(os.Stdout)
}

// fit takes from the widest columns what does not fit, first from those with words.
func fit(widest []int, words []bool, room int) []int {
	const narrow = 10 // narrower than this nothing can be read
	widths := append([]int{}, widest...)
	total := totalOf(widths)
	for room > 0 && total > room {
		at := -1
		for _, onlyWords := range []bool{true, false} {
			for i, w := range widths {
				if w > narrow && (words[i] || !onlyWords) && (at < 0 || w > widths[at]) {
					at = i
				}
			}
			if at >= 0 {
				break
			}
		}
		if at < 0 {
			return widths
		}
		widths[at]--
		total--
	}
	return widths
}
