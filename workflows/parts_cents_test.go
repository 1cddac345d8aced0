package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

// The parts of a line share every sum to the cent.

func TestThePartsOfALineHaveWhatTheLineHadToTheCent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		whole := rapid.IntRange(2, 7).Draw(rt, "pieces")
		price := rapid.Int64Range(1, 2000).Draw(rt, "price") * int64(whole)
		l := schemas.Line{LineID: "1", Quantity: whole, Payable: usd(rapid.Int64Range(0, price).Draw(rt, "payable"))}
		for unit := range whole {
			l.Units = append(l.Units, unit+1)
		}
		l.Deduction = usd(rapid.Int64Range(0, l.Payable.Minor).Draw(rt, "deduction"))
		left := l.Payable.Minor - l.Deduction.Minor
		var refunds []*schemas.Refund
		for range rapid.IntRange(0, 4).Draw(rt, "refunds") {
			amount := usd(rapid.Int64Range(0, left).Draw(rt, "amount"))
			left -= amount.Minor
			l.Refunded = usd(l.Refunded.Minor + amount.Minor)
			refunds = append(refunds, &schemas.Refund{Status: schemas.RefundSucceeded, Shares: []schemas.Share{{LineID: "1", Units: slices.Clone(l.Units), Amount: amount}}})
		}
		l.Offer = &schemas.Offer{Amount: usd(rapid.Int64Range(0, l.Payable.Minor-l.Refunded.Minor).Draw(rt, "offer"))}
		parts := []*schemas.Line{&l}
		was := l
		for len(parts) < whole && rapid.Bool().Draw(rt, "another split") {
			i := slices.IndexFunc(parts, func(p *schemas.Line) bool { return p.Quantity > 1 })
			parts = workflows.Split(parts, refunds, i, rapid.IntRange(1, parts[i].Quantity-1).Draw(rt, "first"))
		}
		var payable, deduction, refunded, offered int64
		for _, p := range parts {
			payable, deduction, refunded, offered = payable+p.Payable.Minor, deduction+p.Deduction.Minor, refunded+p.Refunded.Minor, offered+p.Offer.Amount.Minor
			require.LessOrEqual(rt, p.Payable.Minor, price/int64(whole)*int64(p.Quantity), "no more than it cost")
			require.GreaterOrEqual(rt, p.Deduction.Minor, int64(0))
			require.GreaterOrEqual(rt, p.Owed().Minor, int64(0), "no part has been paid what is another's")
			require.GreaterOrEqual(rt, p.Payable.Minor-p.Refunded.Minor-p.Offer.Amount.Minor, int64(0), "an offer is no more than is left")
			if left == 0 {
				require.Zero(rt, p.Owed().Minor, "what is paid is paid for each of them")
			}
			var its int64
			for _, f := range refunds {
				for _, share := range f.Shares {
					if slices.Equal(share.Units, p.Units) {
						its += share.Amount.Minor
					}
				}
			}
			require.Equal(rt, p.Refunded.Minor, its, "its own shares say what it has")
		}
		require.Equal(rt, []int64{was.Payable.Minor, was.Deduction.Minor, was.Refunded.Minor, was.Offer.Amount.Minor}, []int64{payable, deduction, refunded, offered})
	})
}

func TestAnOfferForALineIsPaidOnceHoweverItIsAccepted(t *testing.T) {
	t.Parallel()
	for edition, want := range map[int]int64{5: 2000, schemas.Edition: 1000} {
		three := line("1", 1000)
		three.Quantity, three.Units = 3, []int{1, 2, 3}
		tl := aReturn(t).finding(three).ofEdition(edition).looksUp(schemas.RefundSucceeded)
		offer := usd(1000)
		tl.in(schemas.Review, does(tl, schemas.OfferMake, anAgent, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &offer}))
		tl.in(schemas.Negotiating, func() {
			does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{OnLines: onPart(1)})()
			soon(tl, time.Minute, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
		})
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.CompletedPartial, v.Outcome)
		require.Equal(t, usd(want), v.Money.Refunded, "edition %d", edition)
		if edition == schemas.Edition {
			require.Equal(t, []int64{334, 666}, []int64{v.Lines[0].Refunded.Minor, v.Lines[1].Refunded.Minor})
		}
	}
}
