package workflows_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/schemas"
)

// What is drawn of a walk.

// setup is what is drawn of a walk before it begins.
type setup struct {
	kind     schemas.Kind
	request  schemas.Request
	lines    []schemas.Line
	payments []schemas.Payment
	large    int64
	scarce   int                // in a hundred: how often an article is out of stock
	suspect  *schemas.Suspicion // what is known of the customer's earlier requests, where it wants a person to look
	live     bool               // in the end the machines do what they owe; otherwise they fall silent too
}

// stepDrawn is one step of a walk: how long nothing happens before it, and the numbers from which the rest is chosen.
type stepDrawn struct {
	gap  time.Duration
	dice []int
}

var gaps = []time.Duration{0, time.Second, time.Minute, time.Hour, 5 * time.Hour, 25 * time.Hour, 3 * 24 * time.Hour, 9 * 24 * time.Hour}

func drawSteps(rt *rapid.T) []stepDrawn {
	one := rapid.Custom(func(rt *rapid.T) stepDrawn {
		return stepDrawn{gap: rapid.SampledFrom(gaps).Draw(rt, "gap"), dice: rapid.SliceOfN(rapid.IntRange(0, 5039), 4, 14).Draw(rt, "dice")}
	})
	return rapid.SliceOfN(one, 3, 20).Draw(rt, "steps")
}

func drawSetup(rt *rapid.T, kind schemas.Kind, change func(*setup)) setup {
	s := setup{kind: kind, large: rapid.SampledFrom([]int64{100000, 5000}).Draw(rt, "large"), scarce: rapid.SampledFrom([]int{0, 30}).Draw(rt, "scarce"), live: true}
	s.request = schemas.Request{
		RequestID: "r-1", Kind: kind, MerchantID: "shop", OrderID: "o-1", CustomerID: "c-1", Channel: "chat", SettleWith: schemas.SettleOriginal,
		Reason: rapid.SampledFrom([]schemas.Reason{schemas.ChangedMind, schemas.Defective}).Draw(rt, "reason"),
	}
	var sum int64
	for i := range rapid.IntRange(1, 2).Draw(rt, "lines") {
		l := line(fmt.Sprint(i+1), rapid.Int64Range(0, 9).Draw(rt, "price")*1111)
		l.Quantity = rapid.IntRange(1, 3).Draw(rt, "quantity")
		l.Units = nil
		for u := range l.Quantity {
			l.Units = append(l.Units, u+1)
		}
		l.Verdict.Owed = rapid.Bool().Draw(rt, "owed")
		l.Verdict.Auto = rapid.IntRange(0, 5).Draw(rt, "auto") == 5
		if rapid.IntRange(0, 4).Draw(rt, "wanting") == 4 {
			l.Verdict.Evidence = []string{"photo"}
		}
		if s.request.Reason.MerchantsFault() {
			l.Verdict.Freight = schemas.TurnMerchant
		}
		asked := schemas.RequestLine{LineID: l.LineID, Quantity: l.Quantity}
		if kind == schemas.KindExchange {
			asked.ReplacementSKU = "other"
			l.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: l.UnitPrice}
		}
		s.request.Lines = append(s.request.Lines, asked)
		s.lines = append(s.lines, l)
		sum += l.Price().Minor
	}
	first := sum
	if rapid.Bool().Draw(rt, "two payments") {
		first = sum / 3
		s.payments = append(s.payments, schemas.Payment{PaymentID: "p-2", Method: "gift-1", Captured: usd(sum - first)})
	}
	s.payments = append([]schemas.Payment{{PaymentID: "p-1", Method: "card-1", Captured: usd(first)}}, s.payments...)
	if rapid.IntRange(0, 5).Draw(rt, "suspicion") == 5 {
		s.suspect = &schemas.Suspicion{Rule: "D-SUSPICION@1", Days: 90, NotReceived: 3}
	}
	if change != nil {
		change(&s)
	}
	return s
}

// replacedAt lets replacements cost so many tenths of what was bought, one line after the other.
func replacedAt(factors ...int64) func(*setup) {
	return func(s *setup) {
		for i := range s.lines {
			s.lines[i].Replacement.UnitPrice = usd(s.lines[i].UnitPrice.Minor * factors[i%len(factors)] / 10)
		}
	}
}
