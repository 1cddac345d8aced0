package store

import (
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// UnknownOrder is the one answer to an order or a line that does not exist and to one that is somebody else's, word for
// word, so that ids cannot be probed (ruling 2).
func UnknownOrder() *schemas.Refusal {
	return &schemas.Refusal{Code: schemas.CodeUnknownOrder, Message: "there is no such order of this customer, or no such line in it. Check the number, or ask for a person."}
}

// LinesOf reads the lines of a request off the order: what was bought, at which price, where the goods are. A line that
// cannot be one, whatever others hold, has ended already. A successor's lines all go on, because a person looks at them: no more of
// them than was bought, and with the code of what kept them from being a request.
//
// articles are those that an exchange asks for (Wanted), by SKU.
func LinesOf(in schemas.IntakeOrder, o schemas.ShopOrder, articles map[string]schemas.ShopArticle) []schemas.Line {
	lines := make([]schemas.Line, 0, len(in.Request.Lines))
	zero := schemas.Money{Currency: o.Currency}
	for _, wish := range in.Request.Lines {
		line := schemas.Line{
			LineID: wish.LineID, Quantity: wish.Quantity, UnitPrice: zero, Deduction: zero, Refunded: zero,
			State: schemas.Submitted, GoodsWith: schemas.TurnCustomer, Since: in.At,
		}
		i := slices.IndexFunc(o.Lines, func(l schemas.ShopLine) bool { return l.LineID == wish.LineID })
		if i >= 0 {
			line.SKU, line.ProductID, line.UnitPrice = o.Lines[i].SKU, o.Lines[i].ProductID, o.Lines[i].UnitPrice
		}
		var wrong schemas.Code
		if i >= 0 && in.Request.Kind == schemas.KindExchange {
			line.Replacement, wrong = replacement(wish.ReplacementSKU, in.Request.Reason, o.Lines[i], o.Currency, articles)
		}
		switch {
		case in.Predecessor != nil && i < 0:
			line.Code = schemas.CodeUnknownOrder
		case in.Predecessor != nil:
			if wish.Quantity > o.Lines[i].Quantity {
				line.Quantity, line.Code = o.Lines[i].Quantity, schemas.CodeNothingLeft
			}
			if o.Status != schemas.OrderDelivered || o.DeliveredAt == nil {
				line.Code = schemas.CodeNotDelivered
			}
			if line.Code == "" {
				line.Code = wrong
			}
		case i < 0:
			end(&line, schemas.Invalid, schemas.CodeUnknownOrder, "", in.At)
		case wish.Quantity > o.Lines[i].Quantity:
			end(&line, schemas.Invalid, schemas.CodeNothingLeft, "", in.At)
		case wrong != "":
			end(&line, schemas.Invalid, wrong, "", in.At)
		}
		lines = append(lines, line)
	}
	return lines
}

// Wanted are the articles that an exchange asks for.
func Wanted(r schemas.Request) []string {
	var skus []string
	for _, l := range r.Lines {
		if r.Kind == schemas.KindExchange && l.ReplacementSKU != "" {
			skus = append(skus, l.ReplacementSKU)
		}
	}
	return skus
}

// replacement is what a line of an exchange is to be exchanged for, or the code of why it cannot be (ruling 2): an article of
// the same product, in the currency the order was paid in.
//
// The ordered article again, for one that the merchant is to blame for, costs nothing more and nothing less. A wrong variant is
// the merchant's fault where another article was sent than was ordered (ruling 7).
func replacement(sku string, reason schemas.Reason, bought schemas.ShopLine, currency string, articles map[string]schemas.ShopArticle) (*schemas.Replacement, schemas.Code) {
	article, known := articles[sku]
	switch {
	case sku == "":
		return nil, schemas.CodeMissingField
	case !known:
		return nil, schemas.CodeUnknownArticle
	case sku != bought.SKU && article.ProductID != bought.ProductID:
		return nil, schemas.CodeOtherProduct
	case article.Price.Currency != currency:
		return nil, schemas.CodeOtherCurrency
	}
	sentOther := reason == schemas.WrongVariant && bought.ShippedSKU != "" && bought.ShippedSKU != bought.SKU
	return &schemas.Replacement{
		SKU: sku, ProductID: article.ProductID, UnitPrice: article.Price,
		Same: sku == bought.SKU && (reason.MerchantsFault() || sentOther),
	}, ""
}

// claim is who has a unit.
type claim struct {
	caseID   string
	settled  bool
	replaced bool // settled because the customer has another article for it
	again    bool // and free for a new request, because the case that replaced it is over
}

// gone reports whether a unit is settled for good. One that was replaced by a case that is not over counts as held by it.
func (c claim) gone() bool { return c.settled && !c.replaced }

// unitsFree lists the units that a request may have: first those that were never replaced, then those that were.
func unitsFree(bought int, taken map[int]claim, replaced map[int]replacedUnit) []int {
	var free, again []int
	for unit := 1; unit <= bought; unit++ {
		if c, is := taken[unit]; is && !c.again {
			continue
		}
		if _, was := replaced[unit]; was {
			again = append(again, unit)
		} else {
			free = append(free, unit)
		}
	}
	return append(free, again...)
}

// firstOf are the first n of units, in their own order.
func firstOf(units []int, n int) []int {
	first := slices.Clone(units[:min(n, len(units))])
	slices.Sort(first)
	return first
}

// rest counts the units that are gone for good, and finds who holds the lowest of the others.
func rest(bought int, taken map[int]claim) (gone int, holder string) {
	for unit := 1; unit <= bought; unit++ {
		switch c, is := taken[unit]; {
		case !is || c.again:
		case c.gone():
			gone++
		case holder == "":
			holder = c.caseID
		}
	}
	return gone, holder
}

// decideUnits gives line its units out of those bought, or ends it (ruling 1). It returns the part of the wish that another
// open case holds, where only a part is held.
//
// The wish is for a quantity, not for certain units, so the lowest free ones are taken. What is missing then and would be
// there if the open cases gave theirs back is merged into the case that holds the lowest unit: the free units go on, and
// the customer does not wait for the others. Where not even that would do, too many units were refunded or replaced
// before, and the line cannot be a request at all.
func decideUnits(line *schemas.Line, bought int, taken map[int]claim, replaced map[int]replacedUnit, at time.Time) *schemas.Line {
	free := unitsFree(bought, taken, replaced)
	settled, holder := rest(bought, taken)
	switch {
	case len(free) >= line.Quantity:
		line.Units = firstOf(free, line.Quantity)
	case bought == settled:
		end(line, schemas.Invalid, schemas.CodeAlreadySettled, "", at)
	case bought-settled < line.Quantity:
		end(line, schemas.Invalid, schemas.CodeNothingLeft, "", at)
	case len(free) == 0:
		end(line, schemas.Merged, schemas.CodeHeldElsewhere, holder, at)
	default:
		held := *line
		held.Quantity -= len(free)
		end(&held, schemas.Merged, schemas.CodeHeldElsewhere, holder, at)
		line.Quantity, line.Units = len(free), firstOf(free, len(free))
		return &held
	}
	return nil
}

// keepFree leaves a line that a person looks at the units that are free, and says what is missing of the wish. Nothing is merged and
// nothing is refused: a line of which nothing is free goes on as well, with nothing that can be paid for it.
func keepFree(line *schemas.Line, bought int, taken map[int]claim, replaced map[int]replacedUnit) {
	free := unitsFree(bought, taken, replaced)
	settled, holder := rest(bought, taken)
	code := schemas.Code("")
	switch {
	case len(free) >= line.Quantity:
		free = firstOf(free, line.Quantity)
	case len(free) > 0:
		code = schemas.CodeNothingLeft
	case settled == bought:
		code = schemas.CodeAlreadySettled
	default:
		code, line.Holder = schemas.CodeHeldElsewhere, holder
	}
	if line.Units = free; len(free) > 0 {
		line.Quantity = len(free)
	}
	if line.Code == "" {
		line.Code = code
	}
}

// worthOf is the money of an order line in the ledger and the units that share it.
type worthOf struct {
	price   int64         // of one unit
	paidOut int64         // for the line, prior included
	cost    int64         // what can be paid out of the line in all: what it cost, and netted
	netted  int64         // what other lines have paid for it, or below zero what it has paid for others
	prior   int64         // refunded before Aftercare
	units   map[int]claim // who has which
	bought  int
	paidTo  map[string]int64     // what went out for the line by case
	now     map[int]replacedUnit // which of them are another article by now, that may cost less
}

// of is what some units are worth: their price less their part of what was taken off the line before without naming units. The parts
// are even but for single minor units, and those go by the units' numbers, so that it does not matter which case asks first.
// One that was replaced is worth no more than what it is by now.
func (w worthOf) of(units []int) int64 {
	var open []int
	for unit := 1; unit <= w.bought; unit++ {
		if c, is := w.units[unit]; !is || !c.settled || c.caseID != "" {
			open = append(open, unit)
		}
	}
	n := int64(len(open))
	if n == 0 {
		return 0
	}
	off := max(0, w.prior-w.price*int64(w.bought-len(open)))
	upTo := func(i int64) int64 { return off/n*i + off%n*i/n }
	var sum int64
	for _, unit := range units {
		if i, is := slices.BinarySearch(open, unit); is {
			worth := max(0, w.price-upTo(int64(i)+1)+upTo(int64(i)))
			if now, is := w.now[unit]; is {
				worth = min(worth, now.price)
			}
			sum += worth
		}
	}
	return sum
}

// room is what is left of the line after what the other open cases may still take.
func (w worthOf) room(caseID string) int64 {
	held, all := map[string][]int{}, map[string][]int{}
	for unit := 1; unit <= w.bought; unit++ {
		c, is := w.units[unit]
		if !is || c.caseID == "" || c.caseID == caseID {
			continue
		}
		all[c.caseID] = append(all[c.caseID], unit)
		if !c.settled {
			held[c.caseID] = append(held[c.caseID], unit)
		}
	}
	rest := w.cost - w.paidOut
	for other, theirs := range held {
		rest -= max(0, min(w.of(theirs), w.of(all[other])-w.paidTo[other]))
	}
	return max(0, rest)
}

func end(line *schemas.Line, outcome schemas.Outcome, code schemas.Code, holder string, at time.Time) {
	line.State, line.Outcome, line.Code, line.Holder, line.Since = schemas.Closed, outcome, code, holder, at
}

// refusalOf is the refusal of a request of which no line goes on and none was merged, or nil.
func refusalOf(lines []schemas.Line) *schemas.Refusal {
	for _, l := range lines {
		if l.Outcome != schemas.Invalid {
			return nil
		}
	}
	switch code := lines[0].Code; code {
	case schemas.CodeUnknownOrder:
		return UnknownOrder()
	case schemas.CodeAlreadySettled:
		return refuse(code, "lines", "what is asked for was refunded or replaced before. Ask for a person if that is not so.")
	case schemas.CodeMissingField:
		return refuse(code, "lines", "an exchange names the article that is wanted instead, for every line. Name it, or ask for a person.")
	case schemas.CodeUnknownArticle:
		return refuse(code, "lines", "the shop does not have the article that is wanted instead. Name another one, or ask for a person.")
	case schemas.CodeOtherProduct:
		return refuse(code, "lines", "an article can be exchanged for another of the same product only. Name such a one, or ask for a person.")
	case schemas.CodeOtherCurrency:
		return refuse(code, "lines", "the article that is wanted instead is sold in another currency than the order was paid in. Name another one, or ask for a person.")
	default:
		return refuse(code, "lines", "more is asked for than was bought, or than is left of it. Lower the quantity, or ask for a person.")
	}
}
