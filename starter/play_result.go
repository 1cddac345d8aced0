package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/schemas"
)

// playPlaces is what became of the requests of a file, in its order.
type playPlaces struct {
	lines  []int // of the requests that were played
	unread bool  // some could not be read
	places []playPlace
}

// playPlace is one request: a case, or why there is none.
type playPlace struct {
	line    int
	view    schemas.View
	refused *refusedRequest
}

func (p *playPlaces) refused(line int, q schemas.Request, refusal *schemas.Refusal) {
	p.places = append(p.places, playPlace{line: line, refused: &refusedRequest{
		Line: line, RequestID: q.RequestID, Kind: q.Kind, MerchantID: q.MerchantID, OrderID: q.OrderID, CustomerID: q.CustomerID, Refused: refusal,
	}})
}

// played takes the result of the request that was played as the i-th.
func (p *playPlaces) played(i int, r play.Result) {
	if r.Refused != nil {
		p.refused(p.lines[i], r.Request, r.Refused)
		return
	}
	p.places = append(p.places, playPlace{line: p.lines[i], view: r.View})
}

func (p *playPlaces) sort() {
	slices.SortFunc(p.places, func(a, b playPlace) int { return a.line - b.line })
}

func (p *playPlaces) printJSON() {
	for _, place := range p.places {
		if place.refused != nil {
			printJSON(place.refused)
			continue
		}
		printJSON(place.view)
	}
}

// playSum sums up the cases of one outcome.
type playSum struct {
	cases, lines int
	refunded     map[string]int64
}

func (s *playSum) add(v schemas.View) {
	s.cases++
	s.lines += len(v.Lines)
	if m := v.Money.Refunded; m.Minor != 0 {
		s.refunded[m.Currency] += m.Minor
	}
}

// table sums up outcomes and money. What became no case is told on standard error, in the order of the file.
func (p *playPlaces) table() {
	sums, total, refused := map[schemas.Outcome]*playSum{}, &playSum{refunded: map[string]int64{}}, 0
	for _, place := range p.places {
		if place.refused != nil {
			refused++
			fmt.Fprintf(os.Stderr, "line %d  %s  %s\n", place.line, orDash(place.refused.RequestID), sentence(place.refused.Refused))
			continue
		}
		s := sums[place.view.Outcome]
		if s == nil {
			s = &playSum{refunded: map[string]int64{}}
			sums[place.view.Outcome] = s
		}
		s.add(place.view)
		total.add(place.view)
	}
	t := newTable("outcome", "cases", "lines", "refunded")
	outcomes := make([]schemas.Outcome, 0, len(sums))
	for o := range sums {
		outcomes = append(outcomes, o)
	}
	slices.Sort(outcomes)
	for _, o := range outcomes {
		t.AppendRow(table.Row{o, sums[o].cases, sums[o].lines, amounts(sums[o].refunded)})
	}
	if refused > 0 {
		t.AppendRow(table.Row{"refused, no case", refused, orDash(""), orDash("")})
	}
	t.AppendFooter(table.Row{"together", total.cases, total.lines, amounts(total.refunded)})
	t.Render()
}

func amounts(byCurrency map[string]int64) string {
	var currencies []string
	for c := range byCurrency {
		currencies = append(currencies, c)
	}
	slices.Sort(currencies)
	text := ""
	for i, c := range currencies {
		if i > 0 {
			text += ", "
		}
		text += schemas.Money{Minor: byCurrency[c], Currency: c}.String()
	}
	return orDash(text)
}
