package workflows

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// How a line becomes two when a decision is about some of its units only, and how they share what was the whole line's.

// partOf is what the first n of a line would be, for judging: nothing is split yet.
func (c *Case) partOf(l *schemas.Line, n int) *schemas.Line {
	part := *l
	refunds, disputes := c.Refunds, c.Disputes
	if c.sharesToTheCent() { // whose shares are cut
		refunds, disputes = copies(refunds), copies(disputes)
	}
	(&Case{State: &State{Currency: c.Currency, Edition: c.Edition, Lines: []*schemas.Line{&part}, Refunds: refunds, Disputes: disputes}}).split(&part, n)
	return &part
}

// split keeps the first n of a line and puts the rest into a part of its own, right behind it.
func (c *Case) split(l *schemas.Line, n int) {
	if c.sharesToTheCent() {
		c.putBehind(l, c.splitToTheCent(l, n))
		return
	}
	rest := *l
	rest.Quantity = l.Quantity - n
	if len(l.Units) == l.Quantity {
		rest.Units = append([]int(nil), l.Units[n:]...)
		l.Units = append([]int(nil), l.Units[:n]...)
	}
	// A deduction or a refund of the whole line is shared by quantity; the last part takes what rounding leaves over.
	rest.Deduction = c.money(l.Deduction.Minor * int64(rest.Quantity) / int64(l.Quantity))
	l.Deduction = l.Deduction.Sub(rest.Deduction)
	rest.Payable = l.Payable.Sub(l.Payable.Min(schemas.Money{Minor: l.UnitPrice.Minor * int64(n), Currency: c.Currency}))
	if c.sharesEvenly() {
		each, over := l.Payable.Minor/int64(l.Quantity), l.Payable.Minor%int64(l.Quantity)
		rest.Payable = c.money(each*int64(rest.Quantity) + over*int64(rest.Quantity)/int64(l.Quantity))
	}
	l.Payable = l.Payable.Sub(rest.Payable)
	if l.OnTop != nil {
		its := c.money(l.OnTop.Minor * int64(rest.Quantity) / int64(l.Quantity))
		stays := l.OnTop.Sub(its)
		l.OnTop, rest.OnTop = &stays, &its
	}
	rest.Refunded = c.money(l.Refunded.Minor * int64(rest.Quantity) / int64(l.Quantity))
	if c.followsSplits() {
		c.shareOut(l, &rest)
	}
	l.Refunded = l.Refunded.Sub(rest.Refunded)
	rest.History = append([]schemas.StateSince(nil), l.History...)
	l.Quantity = n
	c.putBehind(l, &rest)
}

func (c *Case) putBehind(l, rest *schemas.Line) {
	if i := slices.Index(c.Lines, l); i >= 0 {
		c.Lines = slices.Insert(c.Lines, i+1, rest)
	}
}

// copies are other things of the same, which may be changed.
func copies[T any](all []*T) []*T {
	var list []*T
	for _, one := range all {
		other := *one
		list = append(list, &other)
	}
	return list
}

// shareOut gives the rest of a line its own of everything that only one of them could have otherwise: its part of what refunds and banks
// have brought, and a replacement of its own. The line has its new units already, and its old quantity still.
func (c *Case) shareOut(l, rest *schemas.Line) {
	whole := int64(l.Quantity)
	of := func(sum int64) int64 { return sum * int64(rest.Quantity) / whole }

	// What refunds have brought goes to the units that they were for, as their later words will count it too.
	var both, its int64
	for _, f := range c.Refunds {
		if moved(f.Status) {
			its += c.partFor(f, rest)
			both += c.partFor(f, l) + c.partFor(f, rest)
		}
	}
	rest.Refunded = c.money(its + of(l.Refunded.Minor-both))

	if l.BankTook != nil {
		its, both = 0, 0
		for _, d := range c.Disputes {
			its += c.partOfShares(d.Counted, rest)
			both += c.partOfShares(d.Counted, l) + c.partOfShares(d.Counted, rest)
		}
		part := c.money(its + of(l.BankTook.Minor-both))
		left := l.BankTook.Sub(part)
		rest.BankTook, l.BankTook = &part, &left
	}
	if l.Short != nil {
		part := c.money(of(l.Short.Minor))
		left := l.Short.Sub(part)
		rest.Short, l.Short = &part, &left
	}
	if l.Spent != nil {
		part := c.money(of(l.Spent.Minor))
		left := l.Spent.Sub(part)
		rest.Spent, l.Spent = &part, &left
	}
	if l.Offer != nil {
		offer := *l.Offer
		rest.Offer = &offer
	}
	if l.Rejection != nil {
		rejection := *l.Rejection
		rest.Rejection = &rejection
	}
	if l.Replacement != nil {
		kept, own := *l.Replacement, *l.Replacement
		own.Settled, own.GivesBack, own.FromDeposit, own.Refused = of(kept.Settled), of(kept.GivesBack), of(kept.FromDeposit), of(kept.Refused)
		kept.Settled, kept.GivesBack, kept.FromDeposit, kept.Refused = kept.Settled-own.Settled, kept.GivesBack-own.GivesBack, kept.FromDeposit-own.FromDeposit, kept.Refused-own.Refused
		own.Netted = of(kept.Netted)
		kept.Netted -= own.Netted
		own.BroughtAway = min(int(of(int64(kept.BroughtAway))), kept.BroughtAway)
		kept.BroughtAway -= own.BroughtAway
		parted := kept.StockKey != "" && kept.ShipmentID == ""
		kept.Parted, own.Parted = kept.Parted || parted, own.Parted || parted
		l.Replacement, rest.Replacement = &kept, &own
	}
}

// partOfShares is what shares bring a line, in minor units.
func (c *Case) partOfShares(shares []schemas.Share, l *schemas.Line) int64 {
	var sum int64
	for _, share := range shares {
		if c.covers(share, l) {
			sum += partOfShare(share, l.Units)
		}
	}
	return sum
}

// covers reports whether a share is a line's. A line that was split since has its part of it.
func (c *Case) covers(share schemas.Share, l *schemas.Line) bool {
	if share.LineID != l.LineID {
		return false
	}
	return sameUnits(share.Units, l.Units) || c.followsSplits() && len(l.Units) > 0 && within(l.Units, share.Units)
}

// partOfShare is what some units have of a share. All of them together have all of it, whatever rounding leaves over.
func partOfShare(share schemas.Share, units []int) int64 {
	if sameUnits(share.Units, units) {
		return share.Amount.Minor
	}
	var sum int64
	n := int64(len(share.Units))
	for i, unit := range share.Units {
		if slices.Contains(units, unit) {
			sum += share.Amount.Minor*int64(i+1)/n - share.Amount.Minor*int64(i)/n
		}
	}
	return sum
}

// within reports whether all of some units are among others.
func within(some, all []int) bool {
	for _, unit := range some {
		if !slices.Contains(all, unit) {
			return false
		}
	}
	return true
}

func sameUnits(a, b []int) bool { return slices.Equal(a, b) }
