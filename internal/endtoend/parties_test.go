package endtoend

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/schemas"
)

// Whoever is silent, every case ends, as its table says beforehand.
func TestEveryCaseEndsWhoeverIsSilent(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.canForward()
	type wish struct {
		name     string
		request  func() schemas.Request
		ends     schemas.Outcome
		refunded int64
	}
	right := func() schemas.Request { return h.wish(bought) }
	fault := func() schemas.Request { return h.wish(bought, isFaulty) }
	photo := func() schemas.Request { return h.wish(bought, isFaulty, keeps) }
	seen := func() schemas.Request { return h.wish(bought, isFaulty, keeps, withPhoto) }
	over := func() schemas.Request { return h.wish(late) }
	large := func() schemas.Request { return h.wish(dear) }
	other := func() schemas.Request { return h.wish(bought, swaps(likeIt)) }
	more := func() schemas.Request { return h.wish(bought, swaps(dearer)) }
	none := func() schemas.Request { return h.wish(bought, swaps(outOfLamp)) }
	again := func() schemas.Request { return h.wish(bought, sameAgain) }
	less := func() schemas.Request { return h.wish(bought, swaps(cheaper)) }
	regular := h.regular(4)
	for _, p := range []struct {
		parties play.Parties
		wishes  []wish
	}{
		{play.SilentCustomer, []wish{
			{"the goods never come", right, schemas.Expired, 0},
			{"the label is never used", fault, schemas.Expired, 0},
			{"the question is never answered", photo, schemas.Expired, 0},
			{"the refusal stands", over, schemas.RejectedFinal, 0},
			{"the old goods of an exchange never come", other, schemas.Expired, 0},
			{"nobody chooses where there is no stock, and nothing comes back", none, schemas.Expired, 0},
		}},
		{play.SilentAgent, []wish{
			{"a supervisor approves", right, schemas.Completed, 6550},
			{"a supervisor refuses", over, schemas.RejectedFinal, 0},
			{"a supervisor approves an exchange", other, schemas.Completed, 0},
		}},
		{play.SilentSupervisor, []wish{
			{"nobody of them is needed", right, schemas.Completed, 6550},
			{"what is owed above the limit is granted by the operator", large, schemas.Completed, 150000},
		}},
		{play.SilentCourier, []wish{
			{"the goods are found by asking", right, schemas.Completed, 6550},
			{"the goods under our label are found by asking", fault, schemas.Completed, 6550},
			{"both parcels of an exchange are found by asking", other, schemas.Completed, 0},
		}},
		{play.SilentProvider, []wish{
			{"the refund is found by asking", right, schemas.Completed, 6550},
			{"the payment of an exchange is found by asking", more, schemas.Completed, 0},
		}},
		{play.SilentEverybody, []wish{
			{"the goods never come", right, schemas.Expired, 0},
			{"what is owed without goods is approved and paid", seen, schemas.Completed, 6550},
			{"what is not owed lapses, and nobody has refused it", over, schemas.Unresolvable, 0},
			{"the old goods of an exchange never come", other, schemas.Expired, 0},
		}},
		{play.SilentMerchant, []wish{
			{"what is owed is approved", right, schemas.Completed, 6550},
			{"what is owed is approved, with our label", fault, schemas.Completed, 6550},
			{"what is not owed lapses, and nobody has refused it", over, schemas.Unresolvable, 0},
			{"what is owed above the limit is granted by the operator", large, schemas.Completed, 150000},
			{"an exchange that is owed is approved", other, schemas.Completed, 0},
			{"an exchange that is owed is approved, and paid on top", more, schemas.Completed, 0},
		}},
		{play.SilentWarehouse, []wish{
			{"accepted as declared", right, schemas.Completed, 6550},
			{"accepted as declared, with our label", fault, schemas.Completed, 6550},
			{"old goods are accepted as declared, and the replacement leaves", other, schemas.Completed, 0},
		}},
		{play.LossyCourier, []wish{
			{"lost at the customer's cost: a person decides", right, schemas.Completed, 6550},
			{"lost at our cost: paid", fault, schemas.Completed, 6550},
			{"an exchange whose every parcel is lost: paid in the end", again, schemas.Completed, 4000},
		}},
		{play.UnreachableCustomer, []wish{
			{"given up on, and ended after the last notice", right, schemas.Unresolvable, 0},
			{"given up on, and the carrier has not seen our label", fault, schemas.Expired, 0},
			{"an exchange that is given up on", other, schemas.Unresolvable, 0},
		}},
		{play.RefusingCustomer, []wish{
			{"a return sends nothing to refuse", right, schemas.Completed, 6550},
			{"a replacement that is refused twice: the money", other, schemas.Completed, 4000},
		}},
		{play.NoShowCourier, []wish{
			{"the third pick-up is kept", fault, schemas.Completed, 6550},
			{"the third pick-up of an exchange is kept", again, schemas.Completed, 0},
		}},
		{play.ChargebackCustomer, []wish{
			{"what is owed goes back by the bank, and not twice", right, schemas.SettledExternally, 0},
			{"above the limit two people accept it", large, schemas.SettledExternally, 0},
			{"what is not owed is answered, and the bank leaves it with us", over, schemas.RejectedFinal, 0},
			{"an exchange whose money the bank took sends nothing", other, schemas.SettledExternally, 0},
		}},
		{play.ComplainingCustomer, []wish{
			{"the platform has nothing to decide where we have granted it", right, schemas.Completed, 6550},
			{"the platform grants what was refused", over, schemas.Completed, 6550},
			{"an exchange goes on meanwhile", other, schemas.Completed, 0},
		}},
		{play.SwappingCustomer, []wish{
			{"another article came: its owner has it back, and is paid nothing", right, schemas.CompletedPartial, 0},
			{"above the limit a second inspector looks first", large, schemas.CompletedPartial, 0},
			{"another article for an exchange: no replacement leaves", other, schemas.CompletedPartial, 0},
			{"what stays with the customer is not inspected", seen, schemas.Completed, 6550},
		}},
		{play.CarelessCustomer, []wish{
			{"used goods are paid for by their grade", right, schemas.CompletedPartial, 5240},
			{"above the limit a second inspector looks first", large, schemas.CompletedPartial, 120000},
			{"the wear of old goods is paid on top", other, schemas.CompletedPartial, 0},
		}},
		{play.ObjectingCustomer, []wish{
			{"a supervisor looks at what is disputed, and pays it all", right, schemas.Completed, 6550},
			{"a refusal is looked at by somebody else", over, schemas.Completed, 6550},
			{"an exchange whose inspection is disputed", other, schemas.Completed, 0},
		}},
		{play.WithdrawingCustomer, []wish{
			{"goods under way come in and go home", right, schemas.Withdrawn, 0},
			{"the old goods of an exchange do, too", other, schemas.Withdrawn, 0},
			{"what stays with the customer is paid before anybody withdraws", seen, schemas.Completed, 6550},
		}},
		{play.UnluckyCustomer, []wish{
			{"a return sends nothing that could fail", right, schemas.Completed, 6550},
			{"faulty again, and again: the money", again, schemas.Completed, 4000},
		}},
		{play.MistakenAgent, []wish{
			{"a refusal by mistake is taken back", right, schemas.Completed, 6550},
			{"in an exchange as well", other, schemas.Completed, 0},
		}},
		{play.RefusingProvider, []wish{
			{"asked again under the same number", right, schemas.Completed, 6550},
			{"without goods, too", seen, schemas.Completed, 6550},
			{"what an exchange pays back", less, schemas.Completed, 500},
		}},
		{play.SuspiciousCustomer, []wish{
			{"another article came, and its owner has it back", func() schemas.Request { return regular(0) }, schemas.CompletedPartial, 0},
			{"the same again, for an exchange", func() schemas.Request { return regular(1, swaps(likeIt)) }, schemas.CompletedPartial, 0},
			{"the third time somebody looks, and grants what is owed", func() schemas.Request { return regular(2) }, schemas.Completed, 6550},
			{"an exchange is looked at as well", func() schemas.Request { return regular(3, swaps(likeIt)) }, schemas.Completed, 0},
		}},
	} {
		t.Run(string(p.parties), func(t *testing.T) {
			t.Parallel()
			h := h.in(t)
			var requests []schemas.Request
			for _, w := range p.wishes {
				requests = append(requests, w.request())
			}
			s := h.starter("play", file(t, "requests.jsonl", requests), "--fast", "--json", "--parties", string(p.parties)).done(t)
			for i, v := range s.views(t) {
				require.Equal(t, p.wishes[i].ends, v.Outcome, "%s\n%s", p.wishes[i].name, timeline(v))
				require.Equal(t, p.wishes[i].refunded, v.Money.Refunded.Minor, "%s\n%s", p.wishes[i].name, timeline(v))
			}
			h.balanced()
		})
	}
}
