package play

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// replaced is what a customer of an exchange does about the replacement: says that it is there, pays in another way where a
// payment was declined, takes another one for a lost one, and the money where there is none.
func replaced(v schemas.View, me schemas.Actor) (action, bool) {
	answer := func(lines []schemas.Line, choice, method string) (action, bool) {
		body := schemas.AnswerOffer{OnLines: schemas.OnLines{Lines: picks(lines)}, Choice: choice, Method: method}
		return action{name: schemas.OfferAccept.Name, by: me, on: on(lines) + choice + method, body: body}, true
	}
	if lines := arrived(v); len(lines) > 0 {
		return action{name: schemas.ReplacementConfirm.Name, by: me, on: on(lines), body: schemas.OnLines{Lines: picks(lines)}}, true
	}
	if lines := inState(v, schemas.WaitPayment); len(lines) > 0 {
		switch declined, open := charges(v); {
		case open || len(declined) == 0:
			// The provider has not spoken yet.
		case len(declined) > 1 || slices.Contains(declined, schemas.SettleOriginal):
			return answer(lines, "refund", "")
		default:
			return answer(lines, "pay", schemas.SettleOriginal)
		}
	}
	if lines := undecided(v, schemas.OutOfStock); len(lines) > 0 {
		return answer(lines, "refund", "")
	}
	if lines := undecided(v, schemas.ReplacementLost); len(lines) > 0 {
		if lines[0].Replacement.Attempts > 1 {
			return answer(lines, "refund", "")
		}
		return answer(lines, "reship", "")
	}
	return action{}, false
}

// undecided lists the lines in a state for which the customer has not chosen yet.
func undecided(v schemas.View, state schemas.State) []schemas.Line {
	return slices.DeleteFunc(inState(v, state), func(l schemas.Line) bool { return l.Replacement != nil && l.Replacement.Asking })
}

// arrived lists the lines whose replacement the carrier has delivered.
func arrived(v schemas.View) (lines []schemas.Line) {
	for _, l := range inState(v, schemas.ReplacementInTransit) {
		for _, p := range v.Parcels {
			if p.Waybill == l.Replacement.Waybill && p.DeliveredAt != nil {
				lines = append(lines, l)
			}
		}
	}
	return lines
}

// charges lists the methods that were declined, and says whether a charge has no final word yet.
func charges(v schemas.View) (declined []string, open bool) {
	for _, ch := range v.Money.Charges {
		switch ch.Status {
		case schemas.ChargeRequested, schemas.ChargeAccepted, schemas.ChargeUnknown:
			open = true
		case schemas.ChargeFailed, schemas.ChargeLapsed:
			declined = append(declined, ch.Method)
		case schemas.ChargeSucceeded, schemas.ChargeHeld, schemas.ChargeReleased, schemas.ChargeCaptured:
		}
	}
	return declined, open
}

// isReplacement reports whether a parcel carries a replacement.
func isReplacement(v schemas.View, parcel schemas.Parcel) bool {
	return slices.ContainsFunc(v.Lines, func(l schemas.Line) bool { return l.Replacement != nil && l.Replacement.Waybill == parcel.Waybill })
}
