package workflows

import "github.com/aftercare/aftercare/schemas"

// Goods that come while nobody waits for them, and the lines that had ended before they came.

// comeBack lets goods that are on their way, or came while nobody waited for them, be received and looked at: those of a reopened case, and
// those whose approval was taken back meanwhile. It gives back the other lines.
func (g *goods) comeBack(s *step, lines []*schemas.Line) []*schemas.Line {
	if !g.reopened() && !g.noticesGoodsUnasked() {
		return lines
	}
	unseen, rest := sort2(lines, func(l *schemas.Line) bool {
		return l.GoodsWith == schemas.TurnWarehouse && l.Disposition == "" && (g.reopened() || l.Finding == "") && !noGoods(l) && !l.KeepsGoods
	})
	travelling, rest := sort2(rest, func(l *schemas.Line) bool {
		return l.GoodsWith == schemas.TurnCarrier && g.parcel(l.Waybill) != nil && g.parcel(l.Waybill).Status == schemas.ParcelMoving
	})
	g.move(s, unseen, schemas.Received)
	g.move(s, travelling, schemas.ReturnInTransit)
	return rest
}

// cameUnasked notes where goods are by now that nobody waits for: of a reopened case, whose predecessor did, and of an approval that was
// taken back. Nothing is decided yet. It lists the lines that had ended with their goods at the customer.
func (c *Case) cameUnasked(word schemas.ParcelWord) (ended []*schemas.Line) {
	p := c.parcel(word.Waybill)
	if !c.reopened() && !c.noticesGoodsUnasked() || p == nil || p.Direction != schemas.ToMerchant {
		return nil
	}
	for _, l := range c.linesNamed(word) {
		left := c.leftTooEarly(l)
		switch {
		case !beforeADecision(l.State) && !left && !c.beforeItsReplacement(l) || l.GoodsWith == schemas.TurnMerchant:
		case p.DeliveredAt != nil:
			l.GoodsWith = schemas.TurnWarehouse
		case p.Status == schemas.ParcelMoving, c.noticesLossesUnasked() && (p.Status == schemas.ParcelLost || p.Status == schemas.ParcelDamaged):
			l.GoodsWith = schemas.TurnCarrier
		}
		if left && l.GoodsWith != schemas.TurnCustomer {
			ended = append(ended, l)
		}
	}
	return ended
}

// beforeItsReplacement reports whether a line of an exchange is to have its replacement first, with its goods at the customer: they may come all
// the same, in a label that was given before that was decided.
func (c *Case) beforeItsReplacement(l *schemas.Line) bool {
	if !c.noticesEarlyGoods() || l.Replacement == nil || l.Disposition != "" || l.Finding != "" {
		return false
	}
	switch l.State {
	case schemas.WaitPayment, schemas.OutOfStock, schemas.ShipReplacement, schemas.ReplacementInTransit:
		return l.Replacement.Advance || l.State == schemas.OutOfStock
	}
	return false
}

// leftTooEarly reports whether a line has ended with its goods at the customer, who may have sent them all the same. Should the case come
// back to it, or be reopened, nobody asks for them again.
func (c *Case) leftTooEarly(l *schemas.Line) bool {
	if !c.handsOverLabels() || c.ClosedAt != nil || l.GoodsWith != schemas.TurnCustomer {
		return false
	}
	switch l.Outcome {
	case schemas.Expired, schemas.Unresolvable, schemas.Withdrawn, schemas.RejectedFinal:
		return l.Replacement == nil || l.Replacement.ConfirmedAt == nil
	}
	return false
}

// beforeADecision tells states in which nobody has granted the wish, or nobody any more.
func beforeADecision(state schemas.State) bool {
	switch state {
	case schemas.WaitInfo, schemas.Review, schemas.Negotiating, schemas.RejectedAppealable, schemas.Appeal:
		return true
	}
	return false
}
