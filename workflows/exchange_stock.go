package workflows

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of an exchange about stock: keeping the replacement, being out of it, giving it back.

// keepFirst has the replacements kept before anybody decides, so that whoever reviews knows what can be had. Lines wait for the
// warehouse's word in SUBMITTED; without one they go on, and are asked about again when they are granted.
func (x *exchanges) keepFirst(s *step) {
	lines := s.lines
	s.say("Taken in: %d line(s), with %s.", len(lines), x.Owner)
	x.move(s, lines, schemas.Submitted)
	wanted, plain := sort2(lines, func(l *schemas.Line) bool { return l.Replacement != nil })
	if len(plain) > 0 {
		x.resume(s, plain)
		s.lines = lines
	}
	if len(wanted) == 0 {
		return
	}
	x.keep(wanted, false, func(s *step, lines []*schemas.Line) {
		waiting, rest := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.Submitted })
		if len(waiting) > 0 {
			x.resume(s, waiting)
		}
		x.onAgain(s, rest)
	})
}

// goOnUnanswered is the silence of the warehouse: nobody waits for it. Its word is taken when it comes.
func (x *exchanges) goOnUnanswered(s *step) {
	s.say("The warehouse has not answered; the request goes on.")
	x.resume(s, s.lines)
	s.name = schemas.EventOpsAlert
}

// keep asks the warehouse to keep the replacement of each line, all of them before then is called. Wait keeps the next ones where
// there is none now.
func (x *exchanges) keep(lines []*schemas.Line, wait bool, then func(*step, []*schemas.Line)) {
	r := x.Opening.Request
	var orders []schemas.StockOrder
	for _, l := range lines {
		l.Replacement.Asking = true
		orders = append(orders, schemas.StockOrder{
			Key: fmt.Sprintf("%s/stock/%d", x.CaseID, x.next("stock")), CaseID: x.CaseID, MerchantID: r.MerchantID,
			SKU: l.Replacement.SKU, Quantity: l.Quantity, Wait: wait, Until: x.OpenedAt.Add(x.Plan.Clocks["max"].After.D()), At: x.now(),
		})
	}
	x.effect(schemas.StockReserve.Name, orders[0].Key, func(ctx workflow.Context) {
		var calls []workflow.Future
		for _, o := range orders {
			calls = append(calls, start(ctx, x.Case, schemas.StockReserve, o.Key, o))
		}
		var answered []*schemas.Line
		var asked []schemas.StockOrder
		var receipts []schemas.StockReceipt
		for i, call := range calls {
			var got schemas.StockReceipt
			if err := call.Get(ctx, &got); err != nil {
				if forGood(err) && x.parksSteps() {
					x.keepParked(lines[i], orders[i], err, then)
					continue
				}
				x.stuckOn(err, schemas.StockReserve.Name, orders[i].Key)
				got = schemas.StockReceipt{Key: orders[i].Key}
			}
			answered, asked, receipts = append(answered, lines[i]), append(asked, orders[i]), append(receipts, got)
		}
		if len(answered) > 0 {
			x.stockAnswered(answered, asked, receipts, then)
		}
	})
}

// stockAnswered applies what the warehouse said of the replacements of lines.
func (x *exchanges) stockAnswered(lines []*schemas.Line, orders []schemas.StockOrder, receipts []schemas.StockReceipt, then func(*step, []*schemas.Line)) {
	s := x.begin(schemas.EventStockAnswered, schemas.System, schemas.DoorSystem)
	lines, orders, receipts = x.withTheirParts(lines, orders, receipts)
	s.lines = lines
	for i, l := range lines {
		x.kept(s, l, orders[i], receipts[i])
	}
	then(s, lines)
	if s.message == "" {
		s.say("The warehouse has answered; nobody waits for it any more.")
	}
	x.settle(s)
}

// withTheirParts adds the parts of lines that were split while the warehouse was asked: its answer is theirs too.
func (x *exchanges) withTheirParts(lines []*schemas.Line, orders []schemas.StockOrder, receipts []schemas.StockReceipt) ([]*schemas.Line, []schemas.StockOrder, []schemas.StockReceipt) {
	if !x.followsSplits() {
		return lines, orders, receipts
	}
	for i, l := range lines[:len(lines):len(lines)] {
		for _, part := range x.Lines {
			asked := part.Replacement != nil && part.Replacement.Asking && part.LineID == l.LineID
			if asked && orders[i].Quantity > l.Quantity && !slices.Contains(lines, part) {
				lines, orders, receipts = append(lines, part), append(orders, orders[i]), append(receipts, receipts[i])
			}
		}
	}
	return lines, orders, receipts
}

// keepParked lets the reservation for one line wait for a person. The other lines go on; and this one, too, may be decided on meanwhile.
func (x *exchanges) keepParked(l *schemas.Line, o schemas.StockOrder, err error, then func(*step, []*schemas.Line)) {
	one := []*schemas.Line{l}
	x.effect(schemas.StockReserve.Name, o.Key, func(ctx workflow.Context) {
		asking := func(yes bool) func() {
			return func() {
				if l.Replacement != nil {
					l.Replacement.Asking = yes
				}
			}
		}
		got, err := insistAfter(ctx, x.Case, schemas.StockReserve, o.Key, o, parking[schemas.StockOrder]{
			lines: one, moot: func() bool { return !x.wantsStock(l, o) }, parked: asking(false), again: asking(true),
		}, schemas.StockReceipt{}, err)
		if errors.Is(err, errMoot) || temporal.IsCanceledError(err) {
			return
		}
		if err != nil {
			got, o.Wait = schemas.StockReceipt{Key: o.Key}, false // done without: it counts as not there, and nothing is kept under it
		}
		x.stockAnswered(one, []schemas.StockOrder{o}, []schemas.StockReceipt{got}, then)
	})
}

// wantsStock reports whether a line still wants what is to be kept under an order.
func (x *exchanges) wantsStock(l *schemas.Line, o schemas.StockOrder) bool {
	return l.Replacement != nil && l.State != schemas.Closed && l.LeavesAs != schemas.Converted && l.Replacement.SKU == o.SKU &&
		(l.Replacement.StockKey == "" || l.Replacement.StockKey == o.Key)
}

// kept applies the warehouse's word to a line. What came for a line that no longer wants it is given back.
func (x *exchanges) kept(s *step, l *schemas.Line, o schemas.StockOrder, got schemas.StockReceipt) {
	wanted := x.wantsStock(l, o)
	if l.Replacement != nil {
		l.Replacement.Asking = false
	}
	switch {
	case got.Held && !wanted:
		if !x.keptForOthers(l, o, false) {
			x.giveStockBack([]string{o.Key})
		}
	case got.Held:
		l.Replacement.StockKey, l.Replacement.Waiting, l.Replacement.ExpectedAt = o.Key, false, nil
		l.Replacement.Parted = x.followsSplits() && o.Quantity > l.Quantity
		s.say("%s is kept for line %s.", o.SKU, l.LineID)
	case wanted:
		l.Replacement.ExpectedAt = got.ExpectedAt
		if o.Wait {
			l.Replacement.Parted = x.followsSplits() && o.Quantity > l.Quantity
			l.Replacement.StockKey, l.Replacement.Waiting = o.Key, true // the warehouse keeps the next ones under it
		}
		s.say("%s is out of stock for line %s.", o.SKU, l.LineID)
	}
}

// giveStockBack returns what is kept. Nobody waits for it.
func (x *exchanges) giveStockBack(keys []string) {
	order := schemas.StockReleaseOrder{CaseID: x.CaseID, MerchantID: x.Opening.Request.MerchantID, Keys: keys, At: x.now()}
	x.effect(schemas.StockRelease.Name, keys[0], func(ctx workflow.Context) {
		_, err := insist(ctx, x.Case, schemas.StockRelease, keys[0], order, parking[schemas.StockReleaseOrder]{})
		x.stuckOn(err, schemas.StockRelease.Name, keys[0])
	})
}

// giveBack returns what an exchange took, when lines leave: the kept replacement that was not sent, and the deposit.
func (x *exchanges) giveBack(s *step, lines []*schemas.Line, _ schemas.Outcome) {
	x.giveBackGoods(lines)
	x.settleDeposits(s, lines)
	x.lapseCharges(lines)
	x.settleWithout(s, lines)
}

// giveBackGoods returns what the warehouse keeps for lines and has not sent.
func (x *exchanges) giveBackGoods(lines []*schemas.Line) {
	var keys []string
	for _, l := range lines {
		if r := l.Replacement; r != nil && r.StockKey != "" && r.ShipmentID == "" {
			keys = append(keys, x.letGo(l)...)
		}
	}
	if len(keys) > 0 {
		x.giveStockBack(keys)
	}
}

// letGo takes from a line what is kept for it, and names the key unless another part of the line is kept under it too.
func (x *exchanges) letGo(l *schemas.Line) []string {
	key := l.Replacement.StockKey
	l.Replacement.StockKey, l.Replacement.Waiting, l.Replacement.Parted = "", false, false
	if x.followsSplits() && x.keptForOthers(l, schemas.StockOrder{Key: key, SKU: l.Replacement.SKU}, x.freesWhatWasKept()) {
		return nil
	}
	return []string{key}
}

// keptForOthers reports whether other parts of a line have, or are about to have, what is kept under an order. Once that is answered, what
// the warehouse is still asked for them is another order.
func (x *exchanges) keptForOthers(l *schemas.Line, o schemas.StockOrder, answered bool) bool {
	for _, part := range x.Lines {
		if r := part.Replacement; part != l && part.LineID == l.LineID && r != nil && r.ShipmentID == "" && (r.StockKey == o.Key || !answered && r.Asking && x.wantsStock(part, o)) {
			return true
		}
	}
	return false
}

// tellChoices is the work of OUT_OF_STOCK: the customer hears what can be chosen.
func (x *exchanges) tellChoices(s *step) {
	var expected *time.Time
	for _, l := range s.lines {
		if l.Replacement != nil && l.Replacement.ExpectedAt != nil {
			expected = l.Replacement.ExpectedAt
		}
	}
	when := ""
	if expected != nil {
		when = stamp(*expected)
	}
	s.say("The replacement of line(s) %s is out of stock; the customer chooses.", lineList(s.lines))
	s.tell("exchange.out_of_stock", vars{"lines": linesVar(s.lines), "expected": orNotKnown(when), "due": stamp(x.dueOf(s.lines))})
}

func orNotKnown(when string) string {
	if when == "" {
		return "–"
	}
	return when
}

// beingAsked refuses a choice while the warehouse is still asked about the one before: two answers would keep two articles.
func beingAsked(lines []*schemas.Line) *schemas.Refusal {
	for _, l := range lines {
		if l.Replacement != nil && l.Replacement.Asking {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("the warehouse is being asked about line %s; wait for its answer.", l.LineID)}
		}
	}
	return nil
}

// mayChooseOutOfStock keeps the choice to what there is.
func (x *exchanges) mayChooseOutOfStock(s *step, d schemas.AnswerOffer) *schemas.Refusal {
	if refusal := beingAsked(s.lines); refusal != nil {
		return refusal
	}
	switch d.Choice {
	case choiceWait:
		return nil
	case choiceOther:
		if d.ReplacementSKU == "" {
			return &schemas.Refusal{Code: schemas.CodeMissingField, Field: "replacement_sku", Message: "name the other model's SKU."}
		}
		return nil
	case choiceRefund:
		return x.mayConvert(s, d)
	}
	return wrongChoice(choiceWait, choiceOther, choiceRefund)
}

// The words of a customer's choice in an exchange.
const (
	choiceWait   = "wait"
	choiceOther  = "other_model"
	choiceRefund = "refund"
	choicePay    = "pay"
	choiceFirst  = "send_back_first"
	choiceReship = "reship"
)

func wrongChoice(choices ...string) *schemas.Refusal {
	return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "choice", Message: fmt.Sprintf("choose one of %v.", choices)}
}

// chosenOutOfStock does what the customer wants instead of a replacement that is not there.
func (x *exchanges) chosenOutOfStock(s *step, d schemas.AnswerOffer) {
	s.note("choice", d.Choice)
	s.say("The customer chooses %s for line(s) %s.", d.Choice, lineList(s.lines))
	lines := s.lines
	switch d.Choice {
	case choiceRefund:
		x.convert(s, lines, "out_of_stock")
	case choiceOther:
		s.note("replacement_sku", d.ReplacementSKU)
		x.otherModel(lines, d.ReplacementSKU)
	default:
		x.startOn(s, lines, x.named("stock_wait"), "the customer chooses anew")
		x.forgetStock(lines)
		x.keep(lines, true, x.onAgain)
	}
}

// otherModel looks the other article up and has it kept.
func (x *exchanges) otherModel(lines []*schemas.Line, sku string) {
	question := schemas.ArticleQuestion{MerchantID: x.Opening.Request.MerchantID, SKU: sku, Currency: x.Currency}
	key := fmt.Sprintf("%s/article/%d", x.CaseID, x.next("article"))
	x.effect(schemas.ArticleFind.Name, key, func(ctx workflow.Context) {
		article, err := insist(ctx, x.Case, schemas.ArticleFind, key, question, parking[schemas.ArticleQuestion]{
			lines: lines, moot: func() bool {
				open, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.OutOfStock && l.Replacement != nil })
				return len(open) == 0
			},
		})
		if x.stuckOn(err, schemas.ArticleFind.Name, key) {
			return
		}
		open, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.OutOfStock && l.Replacement != nil })
		fits, others := sort2(open, func(l *schemas.Line) bool { return article.Known && article.ProductID == l.Replacement.ProductID })
		if len(others) > 0 {
			s := x.begin(schemas.EventRefused, schemas.System, schemas.DoorSystem)
			s.lines = others
			s.note("name", schemas.OfferAccept.Name)
			s.note("code", string(schemas.CodeUnknownArticle))
			s.say("%s is no model of the same product; the choice is open again.", sku)
			s.tell("exchange.other_product", vars{"lines": linesVar(others), "due": stamp(x.dueOf(others))})
			x.settle(s)
		}
		if len(fits) == 0 {
			return
		}
		x.forgetStock(fits)
		for _, l := range fits {
			l.Replacement = &schemas.Replacement{SKU: sku, ProductID: article.ProductID, UnitPrice: article.UnitPrice, Same: sku == l.SKU && x.Opening.Request.Reason.MerchantsFault(), Advance: l.Replacement.Advance, Settled: l.Replacement.Settled, GivesBack: l.Replacement.GivesBack, Netted: l.Replacement.Netted, Attempts: l.Replacement.Attempts}
		}
		x.keep(fits, false, x.onAgain)
	})
}

// onAgain sends lines on whose replacement is kept now, and asks about the others anew.
func (x *exchanges) onAgain(s *step, lines []*schemas.Line) {
	waiting, _ := sort2(lines, func(l *schemas.Line) bool {
		return (l.State == schemas.OutOfStock || l.State == schemas.ReplacementLost) && l.Replacement != nil
	})
	there, missing := sort2(waiting, keptFor)
	x.goOn(s, there)
	asked, _ := sort2(missing, func(l *schemas.Line) bool { return l.State != schemas.OutOfStock })
	x.move(s, asked, schemas.OutOfStock)
}

// keptFor reports whether the warehouse keeps the replacement of a line now.
func keptFor(l *schemas.Line) bool { return l.Replacement.StockKey != "" && !l.Replacement.Waiting }

// inStockAgain is the warehouse's word that what was waited for is kept now.
func (x *exchanges) inStockAgain(s *step, w schemas.StockWord) {
	s.note("key", w.Key)
	s.say("%s is kept now for line(s) %s.", w.SKU, lineList(s.lines))
	for _, l := range s.lines {
		l.Replacement.StockKey, l.Replacement.Waiting, l.Replacement.ExpectedAt = w.Key, false, nil
	}
	x.goOn(s, s.lines)
}

// waitedInVain puts the choice to the customer again when the promised day has passed.
func (x *exchanges) waitedInVain(s *step) {
	s.say("What was waited for has not come; the customer chooses anew.")
	x.forgetStock(s.lines)
	x.move(s, s.lines, schemas.OutOfStock)
}

func (x *exchanges) forgetStock(lines []*schemas.Line) {
	var keys []string
	for _, l := range lines {
		if l.Replacement.StockKey != "" {
			keys = append(keys, x.letGo(l)...)
		}
	}
	if len(keys) > 0 {
		x.giveStockBack(keys)
	}
}

// stockLost is the warehouse's word that what it kept is not there any more: the customer chooses.
func (x *exchanges) stockLost(s *step, w schemas.StockWord) {
	s.note("key", w.Key)
	s.say("What was kept for line(s) %s is not there any more.", lineList(s.lines))
	for _, l := range s.lines {
		l.Replacement.StockKey, l.Replacement.ShipmentID = "", ""
	}
	x.move(s, s.lines, schemas.OutOfStock)
}
