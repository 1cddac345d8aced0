package workflows

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// Whose charges are whose. One charge may be for several lines, and one line may have been split before it was asked for, or since.

// partsOfCharge names the units that a charge is for, of lines of which other parts are not in it. Of a line that is whole it says nothing: should
// that be split later, the charge is for all of its parts.
func (x *exchanges) partsOfCharge(lines []*schemas.Line) []schemas.LineUnits {
	if !x.chargesParts() {
		return nil
	}
	split, _ := sort2(lines, func(l *schemas.Line) bool {
		return slices.ContainsFunc(x.Lines, func(other *schemas.Line) bool {
			return other.LineID == l.LineID && !slices.Contains(lines, other)
		})
	})
	return unitsOf(split)
}

// isFor reports whether a charge was asked for a line, or for the line that it was a part of.
func isFor(ch *schemas.Charge, l *schemas.Line) bool {
	named := false
	for _, part := range ch.Parts {
		if part.LineID != l.LineID {
			continue
		}
		if named = true; slices.ContainsFunc(l.Units, func(unit int) bool { return slices.Contains(part.Units, unit) }) {
			return true
		}
	}
	return !named && contains(ch.Lines, l.LineID)
}

func isForAny(ch *schemas.Charge, lines []*schemas.Line) bool {
	return slices.ContainsFunc(lines, func(l *schemas.Line) bool { return isFor(ch, l) })
}

// isForOnly reports whether a charge is for these lines, and for no other, nor for another part of them.
func (x *exchanges) isForOnly(ch *schemas.Charge, lines []*schemas.Line) bool {
	if !subset(ch.Lines, lineIDs(lines)) {
		return false
	}
	return !x.chargesParts() || !slices.ContainsFunc(x.Lines, func(l *schemas.Line) bool { return isFor(ch, l) && !slices.Contains(lines, l) })
}

// openCharges lists the charges that may still be paid, and that nobody waits for once lines have left.
func (x *exchanges) openCharges(lines []*schemas.Line) []*schemas.Charge {
	var open []*schemas.Charge
	for _, ch := range x.Charges {
		if ch.Kind == schemas.ChargeDifference && ch.Open() && x.onlyTheseWaitFor(ch, lines) {
			open = append(open, ch)
		}
	}
	return open
}

// onlyTheseWaitFor reports whether a charge is for lines, and whatever else it is for has left before them.
func (x *exchanges) onlyTheseWaitFor(ch *schemas.Charge, lines []*schemas.Line) bool {
	if !x.givesUpSharedCharges() {
		return subset(ch.Lines, lineIDs(lines))
	}
	return isForAny(ch, lines) && !slices.ContainsFunc(x.waitingFor(ch), func(l *schemas.Line) bool {
		return l.LeavesAs != schemas.Converted && !slices.Contains(lines, l)
	})
}

// overlaps reports whether two charges are for a line, or a part of one, that is the same.
func overlaps(a, b *schemas.Charge, lines []*schemas.Line) bool {
	if len(a.Parts) == 0 && len(b.Parts) == 0 {
		return meets(a.Lines, b.Lines)
	}
	return slices.ContainsFunc(lines, func(l *schemas.Line) bool { return isFor(a, l) && isFor(b, l) })
}

// askedSince reports whether the lines of a charge have been asked for another one since.
func (x *exchanges) askedSince(ch *schemas.Charge) bool {
	last := ch
	for _, other := range x.Charges {
		if overlaps(other, ch, x.Lines) {
			last = other
		}
	}
	return last != ch
}

// waitingFor lists the lines that wait for a charge.
func (x *exchanges) waitingFor(ch *schemas.Charge) []*schemas.Line {
	lines, _ := sort2(x.inState(schemas.WaitPayment), func(l *schemas.Line) bool { return isFor(ch, l) })
	return lines
}

func (x *exchanges) chargeNamed(id string) *schemas.Charge {
	for _, ch := range x.Charges {
		if ch.ChargeID == id {
			return ch
		}
	}
	return nil
}
