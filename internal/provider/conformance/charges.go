package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// ChargesBench is a payment provider that takes money.
type ChargesBench struct {
	Charges  provider.Charges
	Payments provider.Payments // the same provider's other side
	// Paid is a paid order of a customer who has a gift card as well.
	Paid    Paid
	Balance func(t *testing.T) schemas.Money         // what is on the gift card
	Await   func(t *testing.T, merchant, key string) // returns once the charge is not accepted any more
	Lose    func(t *testing.T, operation string)     // the next charge, lapse, hold, release or capture is done and its answer lost
	Slow    func(t *testing.T, operation string)     // the next one takes much longer than two seconds
	Refuse  func(t *testing.T, code schemas.Code)    // the next charge is declined
	Fails   func(t *testing.T, code schemas.Code)    // the next charge is accepted and declined later
	Late    func(t *testing.T)                       // the next charge stays accepted for a long time
	Void    func(t *testing.T)                       // the next deposit does not stay held
	Facts   func(t *testing.T) func() []Told         // starts listening; returns what was told so far
}

func (p Paid) charge(key string, minor int64) provider.ChargeCall {
	return provider.ChargeCall{
		Key: key, MerchantID: p.MerchantID, OrderID: p.OrderID, CustomerID: "c-1", Method: p.Method,
		Amount: schemas.Money{Minor: minor, Currency: p.Captured.Currency}, At: noon,
	}
}

type chargeOperation = func(provider.Charges, context.Context, provider.ChargeCall) (provider.ChargeAnswer, error)

var chargeOperations = map[string]chargeOperation{
	"charge":  provider.Charges.Charge,
	"lapse":   provider.Charges.Lapse,
	"hold":    provider.Charges.Hold,
	"release": provider.Charges.Release,
	"capture": provider.Charges.Capture,
}

// requireCharge does an operation and wants its answer.
func (b ChargesBench) requireCharge(t *testing.T, operation string, call provider.ChargeCall, status schemas.ChargeStatus, code schemas.Code) {
	t.Helper()
	answer, err := chargeOperations[operation](b.Charges, t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, provider.ChargeAnswer{Status: status, Code: code, Amount: call.Amount}, answer, operation)
	found, known, err := b.Charges.LookupCharge(t.Context(), call.MerchantID, call.Key)
	require.NoError(t, err)
	require.True(t, known)
	if answer.Status != schemas.ChargeAccepted { // which may have ended since
		require.Equal(t, answer, found)
	}
}

// Charges is the suite for a payment provider that takes money from customers.
func Charges(t *testing.T, factory func(t *testing.T) ChargesBench) {
	for name, test := range map[string]func(*testing.T, ChargesBench){
		"a charge is accepted and then succeeds, once a key": chargedOnce,
		"a key with other parameters is refused":             otherChargeIsRefused,
		"nonsense is refused":                                nonsenseIsNoCharge,
		"an unknown key is not found":                        unknownChargeIsNotFound,
		"a method of nobody is declined":                     foreignMethodIsDeclined,
		"a gift card pays no more than is on it":             giftCardPaysWhatItHas,
		"a gift card pays once, in parallel":                 giftCardInParallel,
		"a decline is an answer and may be tried again":      declineMayBeTriedAgain,
		"an accepted charge may be declined":                 acceptedMayBeDeclined,
		"a lapsed charge is never paid":                      lapsedIsNeverPaid,
		"a paid charge does not lapse":                       paidDoesNotLapse,
		"a lapse overtakes its charge":                       lapseOvertakes,
		"a paid charge can be refunded up to its amount":     chargeIsRefundable,
		"a deposit is held, and given back or taken":         depositIsHeld,
		"a deposit is never both given back and taken":       neverBothInParallel,
		"a release overtakes its deposit":                    releaseOvertakesHold,
		"a deposit is void when its time is over":            depositIsVoid,
		"what is not held cannot be taken":                   onlyHeldIsTaken,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, factory(t)) })
	}
	for operation, do := range chargeOperations {
		for fault, spoil := range map[string]func(ChargesBench, *testing.T, func(context.Context) error){
			"whose answer was lost": func(b ChargesBench, t *testing.T, order func(context.Context) error) {
				b.Lose(t, operation)
				requireClass(t, order(t.Context()), provider.Unknown, "")
			},
			"that is slow": func(b ChargesBench, t *testing.T, order func(context.Context) error) {
				b.Slow(t, operation)
				requireOutOfPatience(t, order)
			},
		} {
			t.Run(operation+" "+fault+" is of unknown outcome, and may be sent again", func(t *testing.T) {
				t.Parallel()
				b := factory(t)
				call := b.Paid.charge("m:r/charge/1", 100)
				if operation == "release" || operation == "capture" {
					b.requireCharge(t, "hold", call, schemas.ChargeHeld, "")
				}
				if operation == "lapse" {
					b.Late(t)
					b.requireCharge(t, "charge", call, schemas.ChargeAccepted, "")
				}
				spoil(b, t, func(ctx context.Context) error {
					_, err := do(b.Charges, ctx, call)
					return err
				})
				answer, err := do(b.Charges, t.Context(), call)
				require.NoError(t, err)
				require.Contains(t, map[string][]schemas.ChargeStatus{
					"charge": {schemas.ChargeAccepted, schemas.ChargeSucceeded}, "lapse": {schemas.ChargeLapsed}, "hold": {schemas.ChargeHeld},
					"release": {schemas.ChargeReleased}, "capture": {schemas.ChargeCaptured},
				}[operation], answer.Status)
			})
		}
	}
	t.Run("facts tell of every ending, in business time", func(t *testing.T) {
		t.Parallel()
		if b := factory(t); b.Facts != nil {
			chargesAreTold(t, b)
		}
	})
}

func (b ChargesBench) await(t *testing.T, call provider.ChargeCall, status schemas.ChargeStatus, code schemas.Code) {
	t.Helper()
	b.Await(t, call.MerchantID, call.Key)
	answer, found, err := b.Charges.LookupCharge(t.Context(), call.MerchantID, call.Key)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, provider.ChargeAnswer{Status: status, Code: code, Amount: call.Amount}, answer)
}

func chargedOnce(t *testing.T, b ChargesBench) {
	before := b.Balance(t)
	call := b.Paid.charge("m:r/charge/1", 100)
	call.Method = b.Paid.GiftCard
	b.requireCharge(t, "charge", call, schemas.ChargeAccepted, "")
	b.await(t, call, schemas.ChargeSucceeded, "")
	later := call
	later.At = noon.Add(48 * time.Hour)
	for range 3 {
		b.requireCharge(t, "charge", later, schemas.ChargeSucceeded, "")
	}
	require.Equal(t, before.Sub(call.Amount), b.Balance(t))
}

func otherChargeIsRefused(t *testing.T, b ChargesBench) {
	call := b.Paid.charge("m:r/charge/1", 100)
	b.requireCharge(t, "charge", call, schemas.ChargeAccepted, "")
	other := call
	other.Amount.Minor++
	method := call
	method.Method = b.Paid.GiftCard
	for operation, c := range map[string]provider.ChargeCall{"charge": other, "lapse": method, "hold": call, "release": call} {
		_, err := chargeOperations[operation](b.Charges, t.Context(), c)
		requireClass(t, err, provider.NeverRetry, provider.CodeKeyReused)
	}
	b.await(t, call, schemas.ChargeSucceeded, "")
}

func nonsenseIsNoCharge(t *testing.T, b ChargesBench) {
	for _, minor := range []int64{0, -100} {
		_, err := b.Charges.Charge(t.Context(), b.Paid.charge("m:r/charge/1", minor))
		requireClass(t, err, provider.NeverRetry, schemas.CodeBadAmount)
	}
	_, err := b.Charges.Hold(t.Context(), b.Paid.charge("", 100))
	requireClass(t, err, provider.NeverRetry, schemas.CodeMissingField)
}

func unknownChargeIsNotFound(t *testing.T, b ChargesBench) {
	b.requireCharge(t, "charge", b.Paid.charge("m:r/charge/1", 100), schemas.ChargeAccepted, "")
	for _, k := range [][2]string{{b.Paid.MerchantID, "m:r/charge/9"}, {"another-merchant", "m:r/charge/1"}} {
		_, found, err := b.Charges.LookupCharge(t.Context(), k[0], k[1])
		require.NoError(t, err)
		require.False(t, found)
	}
}

func foreignMethodIsDeclined(t *testing.T, b ChargesBench) {
	for i, operation := range []string{"charge", "hold"} {
		call := b.Paid.charge("m:r/charge/"+string(rune('1'+i)), 100)
		call.Method = "nobodys-card"
		b.requireCharge(t, operation, call, schemas.ChargeFailed, schemas.CodeAccountClosed)
		call.Key, call.Method, call.CustomerID = call.Key+"0", b.Paid.GiftCard, "c-2"
		b.requireCharge(t, operation, call, schemas.ChargeFailed, schemas.CodeAccountClosed)
	}
}

func giftCardPaysWhatItHas(t *testing.T, b ChargesBench) {
	all := b.Balance(t).Minor
	call := b.Paid.charge("m:r/charge/1", all+1)
	call.Method = b.Paid.GiftCard
	b.requireCharge(t, "charge", call, schemas.ChargeFailed, schemas.CodeBalance)
	deposit := b.Paid.charge("m:r/charge/2", all-10)
	deposit.Method = b.Paid.GiftCard
	b.requireCharge(t, "hold", deposit, schemas.ChargeHeld, "")
	rest := b.Paid.charge("m:r/charge/3", 11)
	rest.Method = b.Paid.GiftCard
	b.requireCharge(t, "charge", rest, schemas.ChargeFailed, schemas.CodeBalance)
	require.EqualValues(t, 10, b.Balance(t).Minor)
	b.requireCharge(t, "release", deposit, schemas.ChargeReleased, "")
	require.Equal(t, all, b.Balance(t).Minor)
	b.requireCharge(t, "charge", rest, schemas.ChargeAccepted, "")
	yen := b.Paid.charge("m:r/charge/4", 1)
	yen.Method, yen.Amount.Currency = b.Paid.GiftCard, "JPY"
	answer, err := b.Charges.Charge(t.Context(), yen)
	require.NoError(t, err)
	require.Equal(t, schemas.ChargeFailed, answer.Status)
}

func giftCardInParallel(t *testing.T, b ChargesBench) {
	half := b.Balance(t).Minor/2 + 1
	keys := []string{"m:a/charge/1", "m:b/charge/1", "m:c/charge/1", "m:a/charge/1"}
	for _, err := range atOnce(len(keys), func(i int) error {
		call := b.Paid.charge(keys[i], half)
		call.Method = b.Paid.GiftCard
		_, err := b.Charges.Charge(t.Context(), call)
		return err
	}) {
		require.NoError(t, err)
	}
	taken := 0
	for _, key := range keys[:3] {
		b.Await(t, b.Paid.MerchantID, key)
		answer, _, err := b.Charges.LookupCharge(t.Context(), b.Paid.MerchantID, key)
		require.NoError(t, err)
		if answer.Status == schemas.ChargeSucceeded {
			taken++
		}
	}
	require.Equal(t, 1, taken)
}

func declineMayBeTriedAgain(t *testing.T, b ChargesBench) {
	call := b.Paid.charge("m:r/charge/1", 100)
	b.Refuse(t, schemas.CodeDeclined)
	b.requireCharge(t, "charge", call, schemas.ChargeFailed, schemas.CodeDeclined)
	b.requireCharge(t, "charge", call, schemas.ChargeAccepted, "")
	b.await(t, call, schemas.ChargeSucceeded, "")
}

func acceptedMayBeDeclined(t *testing.T, b ChargesBench) {
	call := b.Paid.charge("m:r/charge/1", 100)
	b.Fails(t, schemas.CodeDeclined)
	b.requireCharge(t, "charge", call, schemas.ChargeAccepted, "")
	b.await(t, call, schemas.ChargeFailed, schemas.CodeDeclined)
}

func lapsedIsNeverPaid(t *testing.T, b ChargesBench) {
	call := b.Paid.charge("m:r/charge/1", 100)
	b.Late(t)
	b.requireCharge(t, "charge", call, schemas.ChargeAccepted, "")
	for range 2 {
		b.requireCharge(t, "lapse", call, schemas.ChargeLapsed, "")
	}
	b.requireCharge(t, "charge", call, schemas.ChargeLapsed, "")

	declined := b.Paid.charge("m:r/charge/2", 100)
	b.Refuse(t, schemas.CodeDeclined)
	b.requireCharge(t, "charge", declined, schemas.ChargeFailed, schemas.CodeDeclined)
	b.requireCharge(t, "lapse", declined, schemas.ChargeLapsed, "")
	b.requireCharge(t, "charge", declined, schemas.ChargeLapsed, "")
}

func paidDoesNotLapse(t *testing.T, b ChargesBench) {
	call := b.Paid.charge("m:r/charge/1", 100)
	b.requireCharge(t, "charge", call, schemas.ChargeAccepted, "")
	b.await(t, call, schemas.ChargeSucceeded, "")
	b.requireCharge(t, "lapse", call, schemas.ChargeSucceeded, "")
}

func lapseOvertakes(t *testing.T, b ChargesBench) {
	call := b.Paid.charge("m:r/charge/1", 100)
	b.requireCharge(t, "lapse", call, schemas.ChargeLapsed, "")
	b.requireCharge(t, "charge", call, schemas.ChargeLapsed, "")
}

func chargeIsRefundable(t *testing.T, b ChargesBench) {
	charge, deposit := b.Paid.charge("m:r/charge/1", 100), b.Paid.charge("m:r/charge/2", 300)
	refund := b.Paid.refund("m:r/refund/1", 100)
	refund.PaymentID = charge.Key
	_, err := b.Payments.Refund(t.Context(), refund)
	requireClass(t, err, provider.NeverRetry, provider.CodeUnknownPayment)
	b.requireCharge(t, "charge", charge, schemas.ChargeAccepted, "")
	b.await(t, charge, schemas.ChargeSucceeded, "")
	b.requireCharge(t, "hold", deposit, schemas.ChargeHeld, "")
	b.requireCharge(t, "capture", deposit, schemas.ChargeCaptured, "")
	for i, c := range []provider.ChargeCall{charge, deposit} {
		refund := b.Paid.refund("m:r/refund/1"+string(rune('1'+i)), c.Amount.Minor)
		refund.PaymentID = c.Key
		answer, err := b.Payments.Refund(t.Context(), refund)
		require.NoError(t, err)
		require.Equal(t, schemas.RefundAccepted, answer.Status)
		refund.Key, refund.Amount.Minor = refund.Key+"0", 1
		answer, err = b.Payments.Refund(t.Context(), refund)
		require.NoError(t, err)
		require.Equal(t, schemas.RefundFailedWord, answer.Status, "no more than was charged")
	}
}

func depositIsHeld(t *testing.T, b ChargesBench) {
	back, taken := b.Paid.charge("m:r/charge/1", 100), b.Paid.charge("m:r/charge/2", 200)
	for _, call := range []provider.ChargeCall{back, taken} {
		for range 2 {
			b.requireCharge(t, "hold", call, schemas.ChargeHeld, "")
		}
	}
	for range 2 {
		b.requireCharge(t, "release", back, schemas.ChargeReleased, "")
		b.requireCharge(t, "capture", taken, schemas.ChargeCaptured, "")
	}
	b.requireCharge(t, "capture", back, schemas.ChargeReleased, "")
	b.requireCharge(t, "release", taken, schemas.ChargeCaptured, "")
	b.requireCharge(t, "hold", back, schemas.ChargeReleased, "")
	b.requireCharge(t, "hold", taken, schemas.ChargeCaptured, "")
}

func neverBothInParallel(t *testing.T, b ChargesBench) {
	call := b.Paid.charge("m:r/charge/1", 100)
	b.requireCharge(t, "hold", call, schemas.ChargeHeld, "")
	answers := make([]schemas.ChargeStatus, 6)
	for _, err := range atOnce(len(answers), func(i int) error {
		operation := []string{"release", "capture"}[i%2]
		answer, err := chargeOperations[operation](b.Charges, t.Context(), call)
		answers[i] = answer.Status
		return err
	}) {
		require.NoError(t, err)
	}
	for _, a := range answers {
		require.Equal(t, answers[0], a)
	}
}

func releaseOvertakesHold(t *testing.T, b ChargesBench) {
	call := b.Paid.charge("m:r/charge/1", 100)
	b.requireCharge(t, "release", call, schemas.ChargeReleased, "")
	b.requireCharge(t, "hold", call, schemas.ChargeReleased, "")
}

func depositIsVoid(t *testing.T, b ChargesBench) {
	call := b.Paid.charge("m:r/charge/1", 100)
	call.Until = noon.Add(24 * time.Hour)
	b.requireCharge(t, "hold", call, schemas.ChargeHeld, "")
	call.At = noon.Add(25 * time.Hour)
	b.requireCharge(t, "capture", call, schemas.ChargeReleased, schemas.CodeExpired)
}

func onlyHeldIsTaken(t *testing.T, b ChargesBench) {
	_, err := b.Charges.Capture(t.Context(), b.Paid.charge("m:r/charge/1", 100))
	requireClass(t, err, provider.NeverRetry, schemas.CodeUnknownCharge)
	declined := b.Paid.charge("m:r/charge/2", 100)
	declined.Method = "nobodys-card"
	b.requireCharge(t, "hold", declined, schemas.ChargeFailed, schemas.CodeAccountClosed)
	b.requireCharge(t, "capture", declined, schemas.ChargeFailed, schemas.CodeAccountClosed)
}

func chargesAreTold(t *testing.T, b ChargesBench) {
	told := b.Facts(t)
	paid, declined, deposit := b.Paid.charge("m:r/charge/1", 100), b.Paid.charge("m:r/charge/2", 100), b.Paid.charge("m:r/charge/3", 100)
	b.requireCharge(t, "charge", paid, schemas.ChargeAccepted, "")
	b.await(t, paid, schemas.ChargeSucceeded, "")
	b.Fails(t, schemas.CodeDeclined)
	b.requireCharge(t, "charge", declined, schemas.ChargeAccepted, "")
	b.await(t, declined, schemas.ChargeFailed, schemas.CodeDeclined)
	lapsed := b.Paid.charge("m:r/charge/4", 100)
	b.Fails(t, schemas.CodeExpired)
	b.requireCharge(t, "charge", lapsed, schemas.ChargeAccepted, "")
	b.await(t, lapsed, schemas.ChargeLapsed, schemas.CodeExpired)
	b.Void(t)
	answer, err := b.Charges.Hold(t.Context(), deposit)
	require.NoError(t, err)
	require.Equal(t, schemas.ChargeHeld, answer.Status)
	require.Eventually(t, func() bool { return len(told()) == 4 }, 10*time.Second, 5*time.Millisecond)
	facts := map[string]schemas.Report{} // two may overtake each other on their way
	for _, f := range told() {
		facts[f.Fact] = f.Report
	}
	for _, want := range []struct {
		fact string
		word schemas.ChargeWord
	}{
		{schemas.PaymentSuccess.Name, schemas.ChargeWord{ChargeID: paid.Key, Amount: &paid.Amount}},
		{schemas.PaymentFailure.Name, schemas.ChargeWord{ChargeID: declined.Key, Code: schemas.CodeDeclined, Amount: &declined.Amount}},
		{schemas.PaymentLapsed.Name, schemas.ChargeWord{ChargeID: lapsed.Key, Code: schemas.CodeExpired, Amount: &lapsed.Amount}},
		{schemas.DepositVoided.Name, schemas.ChargeWord{ChargeID: deposit.Key, Code: schemas.CodeExpired, Amount: &deposit.Amount}},
	} {
		report, is := facts[want.fact]
		require.True(t, is, want.fact)
		word, refusal := schemas.Decode[schemas.ChargeWord](report.Body)
		require.Nil(t, refusal)
		require.Equal(t, want.word, word)
		require.WithinRange(t, report.OccurredAt, noon, noon.Add(time.Minute), "business time, not the machine's")
	}
	b.requireCharge(t, "capture", deposit, schemas.ChargeReleased, schemas.CodeExpired)
}
