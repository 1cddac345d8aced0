package workflows

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// How the parts of a line share whole cents, so that what they have is what the line had, to the cent, and none of them has more than is its own. Each
// sum is thought of as shared by the pieces: each has the same, and what is left over goes to the first of them, a cent each. So the parts of
// parts have what the parts of the whole would have, and sums that follow each other go on where the last one ended.

// firstOf is what the first n of so many pieces have of a sum, above or below zero.
func firstOf(sum int64, n, whole int) int64 {
	if sum < 0 {
		return -firstOf(-sum, n, whole)
	}
	return sum/int64(whole)*int64(n) + min(int64(n), sum%int64(whole))
}

// cutter gives the first n of a line's pieces their part of sums that follow each other.
type cutter struct {
	line        string
	units       []int
	n           int
	sum, gotten int64
}

func (k *cutter) first(amount int64) int64 {
	k.sum += amount
	part := firstOf(k.sum, k.n, len(k.units)) - k.gotten
	k.gotten += part
	return part
}

// cut makes of each share of the whole line one of its first pieces and one of the rest.
func (k *cutter) cut(shares []schemas.Share) []schemas.Share {
	var all []schemas.Share
	for _, share := range shares {
		if share.LineID != k.line || !slices.Equal(share.Units, k.units) {
			all = append(all, share)
			continue
		}
		first, rest := share, share
		first.Units, rest.Units = slices.Clone(k.units[:k.n]), slices.Clone(k.units[k.n:])
		first.Amount.Minor = k.first(share.Amount.Minor)
		rest.Amount.Minor -= first.Amount.Minor
		all = append(all, first, rest)
	}
	return all
}

// cutShares gives each part of a line that is about to be split a share of its own of every refund that was ordered for it, and of what banks have
// brought. What their later words bring counts for each as it is cut here.
func (c *Case) cutShares(l *schemas.Line, n int) {
	if len(l.Units) != l.Quantity {
		return
	}
	k := &cutter{line: l.LineID, units: l.Units, n: n}
	for _, cancelled := range []bool{false, true} { // what was given up is no part of the sum that the others make
		if cancelled {
			k.sum, k.gotten = 0, 0
		}
		for _, f := range c.Refunds {
			if (f.Status == schemas.RefundCancelled) == cancelled {
				f.Shares = k.cut(f.Shares)
			}
		}
		if !cancelled {
			for _, d := range c.Disputes {
				d.Counted = k.cut(d.Counted)
			}
		}
	}
}

// splitToTheCent makes of a line its first n pieces, which it keeps, and the rest.
func (c *Case) splitToTheCent(l *schemas.Line, n int) *schemas.Line {
	whole, refunded, taken := l.Quantity, l.Refunded.Minor, l.BankTook
	c.cutShares(l, n)
	part := *l
	rest := &part
	rest.Quantity, l.Quantity = whole-n, n
	if len(l.Units) == whole {
		rest.Units, l.Units = slices.Clone(l.Units[n:]), slices.Clone(l.Units[:n])
	}
	rest.History = slices.Clone(l.History)
	first := func(sum int64) int64 { return firstOf(sum, n, whole) }

	l.Refunded.Minor = c.firstRefunded(l, rest, first)
	rest.Refunded.Minor -= l.Refunded.Minor
	if taken != nil {
		its, both := int64(0), int64(0)
		for _, d := range c.Disputes {
			its += c.partOfShares(d.Counted, l)
			both += c.partOfShares(d.Counted, l) + c.partOfShares(d.Counted, rest)
		}
		l.BankTook, rest.BankTook = c.twoOf(taken, its+first(taken.Minor-both))
	}
	if r := l.Replacement; r != nil {
		l.Replacement, rest.Replacement = c.splitReplacement(l, rest, first)
	}
	owed := l.Payable.Minor - l.Deduction.Minor
	pay, less := l.Payable, l.Deduction
	l.Payable.Minor = first(pay.Minor)
	rest.Payable.Minor = pay.Minor - l.Payable.Minor
	l.Deduction.Minor = l.Payable.Minor - first(owed)
	rest.Deduction.Minor = less.Minor - l.Deduction.Minor
	for _, sum := range []struct{ of, to **schemas.Money }{{&l.OnTop, &rest.OnTop}, {&l.Short, &rest.Short}, {&l.Spent, &rest.Spent}} {
		if was := *sum.of; was != nil {
			*sum.of, *sum.to = c.twoOf(was, first(was.Minor))
		}
	}
	if o := l.Offer; o != nil {
		mine, other := *o, *o
		mine.Amount.Minor = first(refunded+o.Amount.Minor) - first(refunded) // what was paid before is no part of it
		other.Amount.Minor -= mine.Amount.Minor
		l.Offer, rest.Offer = &mine, &other
	}
	if l.Rejection != nil {
		rejection := *l.Rejection
		rest.Rejection = &rejection
	}
	return rest
}

// twoOf makes of a sum its first part and the rest.
func (c *Case) twoOf(sum *schemas.Money, first int64) (of, rest *schemas.Money) {
	mine, other := c.money(first), c.money(sum.Minor-first)
	return &mine, &other
}

// firstRefunded is what refunds have brought the first pieces of a line: as their shares say, and their part of what no refund is known for.
func (c *Case) firstRefunded(l, rest *schemas.Line, first func(int64) int64) int64 {
	var its, both int64
	for _, f := range c.Refunds {
		if moved(f.Status) {
			its += c.partFor(f, l)
			both += c.partFor(f, l) + c.partFor(f, rest)
		}
	}
	return its + first(rest.Refunded.Minor-both)
}

// splitReplacement gives each part of a line a replacement of its own. What is still due for the whole is shared, so that a difference that is settled
// is settled for each.
func (c *Case) splitReplacement(l, rest *schemas.Line, first func(int64) int64) (kept, own *schemas.Replacement) {
	was, mine, other := *l.Replacement, *l.Replacement, *l.Replacement
	costs := func(n int) int64 { return was.UnitPrice.Minor * int64(n) }
	due := costs(l.Quantity+rest.Quantity) - l.Payable.Minor + l.Deduction.Minor - was.Settled
	mine.Settled = costs(l.Quantity) - first(l.Payable.Minor-l.Deduction.Minor) - first(due)
	if was.Same { // it costs what the old one did
		mine.Settled = first(l.Payable.Minor) - first(l.Payable.Minor-l.Deduction.Minor) - first(l.Deduction.Minor-was.Settled)
	}
	other.Settled -= mine.Settled
	if was.GivesBack != 0 {
		ordered, both := l.Refunded.Minor+c.underWay(l), l.Refunded.Minor+rest.Refunded.Minor+c.underWay(l)+c.underWay(rest)
		mine.GivesBack = ordered + first(was.GivesBack-both)
		other.GivesBack -= mine.GivesBack
	}
	mine.FromDeposit, mine.Netted = first(was.FromDeposit), first(was.Netted)
	other.FromDeposit, other.Netted = was.FromDeposit-mine.FromDeposit, was.Netted-mine.Netted
	other.BroughtAway = was.BroughtAway * rest.Quantity / (l.Quantity + rest.Quantity)
	mine.BroughtAway -= other.BroughtAway
	parted := was.StockKey != "" && was.ShipmentID == ""
	mine.Parted, other.Parted = was.Parted || parted, was.Parted || parted
	return &mine, &other
}
