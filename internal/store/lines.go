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
// cannot be one, whatever others hold, has ended already. A successor's lines all go on, because a person looks at them.
func LinesOf(in schemas.IntakeOrder, o schemas.ShopOrder) []schemas.Line {
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
		switch {
		case in.Predecessor != nil:
		case i < 0:
			end(&line, schemas.Invalid, schemas.CodeUnknownOrder, "", in.At)
		case wish.Quantity > o.Lines[i].Quantity:
			end(&line, schemas.Invalid, schemas.CodeNothingLeft, "", in.At)
		}
		lines = append(lines, line)
	}
	return lines
}

// claim is who has a unit.
type claim struct {
	caseID  string
	settled bool
}

// decideUnits gives line its units out of those bought, or ends it (ruling 1). It returns the part of the wish that another
// open case holds, where only a part is held.
//
// The wish is for a quantity, not for certain units, so the lowest free ones are taken. What is missing then and would be
// there if the open cases gave theirs back is merged into the case that holds the lowest unit: the free units go on, and
// the customer does not wait for the others. Where not even that would do, too many units were refunded or replaced
// before, and the line cannot be a request at all.
func decideUnits(line *schemas.Line, bought int, taken map[int]claim, at time.Time) *schemas.Line {
	var free []int
	settled, holder := 0, ""
	for unit := 1; unit <= bought; unit++ {
		c, is := taken[unit]
		switch {
		case !is:
			free = append(free, unit)
		case c.settled:
			settled++
		case holder == "":
			holder = c.caseID
		}
	}
	switch {
	case len(free) >= line.Quantity:
		line.Units = free[:line.Quantity]
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
		line.Quantity, line.Units = len(free), free
		return &held
	}
	return nil
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
	default:
		return refuse(code, "lines", "more is asked for than was bought, or than is left of it. Lower the quantity, or ask for a person.")
	}
}
