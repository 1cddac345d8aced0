package conformance

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// PaymentsBench is a payment provider with one captured payment.
type PaymentsBench struct {
	Payments provider.Payments
	// Paid is a payment of which nothing was refunded; it can be refunded in five parts at least.
	Paid Paid
	// Await returns once the provider has ended the refund: its status is not accepted any more.
	Await func(t *testing.T, merchant, key string)

	LoseAnswer func(t *testing.T)                    // the next order is taken and its answer lost
	Slow       func(t *testing.T)                    // the next order takes much longer than two seconds
	Busy       func(t *testing.T)                    // the next order is put off: nothing happens, later it may
	Refuse     func(t *testing.T, code schemas.Code) // the next order is refused
	FailLater  func(t *testing.T, code schemas.Code) // the next order is accepted and fails when it settles
	Facts      func(t *testing.T) func() []Told      // starts listening; returns what was told so far
	Balance    func(t *testing.T) schemas.Money      // what is on the customer's gift card, Paid.GiftCard
}

// Paid is a captured payment.
type Paid struct {
	MerchantID, OrderID, PaymentID, Method string
	GiftCard                               string // another method of the same customer; empty where there is none
	Captured                               schemas.Money
}

// Told is one fact the provider told.
type Told struct {
	Fact   string
	Report schemas.Report
}

func (p Paid) refund(key string, minor int64) provider.RefundCall {
	return provider.RefundCall{
		Key: key, MerchantID: p.MerchantID, OrderID: p.OrderID, PaymentID: p.PaymentID, Method: p.Method,
		Amount: schemas.Money{Minor: minor, Currency: p.Captured.Currency}, At: noon,
	}
}

// Payments is the suite for a payment provider.
func Payments(t *testing.T, factory func(t *testing.T) PaymentsBench) {
	for name, test := range map[string]func(*testing.T, PaymentsBench){
		"accepted is not succeeded":                       acceptedIsNotSucceeded,
		"the same key is one refund":                      sameKeyIsOneRefund,
		"the same key at the same moment is one refund":   sameKeyAtOnceIsOneRefund,
		"a later call with the same key is the same call": timeIsNoParameter,
		"a key with other parameters is refused":          otherParametersAreRefused,
		"an unknown key is not found":                     unknownKeyIsNotFound,
		"a refund has one number of the provider's":       numberStays,
		"an unknown or foreign payment is refused":        unknownPaymentIsRefused,
		"an order that cannot be one is refused":          nonsenseIsRefused,
		"never above what was captured":                   neverAboveCaptured,
		"never above what was captured, in parallel":      neverAboveCapturedInParallel,
		"another currency is refused":                     otherCurrencyIsRefused,
		"a method of nobody is refused":                   foreignMethodIsRefused,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, factory(t)) })
	}
	withMeans := func(name string, has func(PaymentsBench) bool, test func(*testing.T, PaymentsBench)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if b := factory(t); has(b) {
				test(t, b)
			}
		})
	}
	withMeans("a lost answer is found by its key", func(b PaymentsBench) bool { return b.LoseAnswer != nil }, lostAnswerIsFound)
	withMeans("a slow order is of unknown outcome", func(b PaymentsBench) bool { return b.Slow != nil }, slowIsUnknown)
	withMeans("an order that was put off can be sent again", func(b PaymentsBench) bool { return b.Busy != nil }, putOffCanBeSentAgain)
	withMeans("a refusal is an answer and may be ordered again", func(b PaymentsBench) bool { return b.Refuse != nil }, refusalIsAnAnswer)
	withMeans("an accepted refund may fail", func(b PaymentsBench) bool { return b.FailLater != nil }, acceptedMayFail)
	withMeans("facts tell of every ending, in business time", func(b PaymentsBench) bool { return b.Facts != nil }, factsTell)
	withMeans("a gift card has the money once", func(b PaymentsBench) bool { return b.Balance != nil }, giftCardRises)
}

// requireRefund wants what Lookup says of a key.
func (b PaymentsBench) requireRefund(t *testing.T, key string, status schemas.RefundStatus, amount schemas.Money) {
	t.Helper()
	answer, found, err := b.Payments.Lookup(t.Context(), b.Paid.MerchantID, key)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, status, answer.Status)
	require.Equal(t, amount, answer.Amount)
}

func numberStays(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", 100)
	first, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	b.Await(t, call.MerchantID, call.Key)
	again, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	answer, found, err := b.Payments.Lookup(t.Context(), call.MerchantID, call.Key)
	require.NoError(t, err)
	require.True(t, found)
	require.NotEmpty(t, answer.Number, "whoever proves a refund needs it")
	require.Equal(t, answer.Number, again.Number)
	if first.Number != "" {
		require.Equal(t, answer.Number, first.Number)
	}
}

func acceptedIsNotSucceeded(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", 100)
	answer, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, provider.RefundAnswer{Status: schemas.RefundAccepted, Amount: call.Amount, Number: answer.Number}, answer)
	b.Await(t, call.MerchantID, call.Key)
	b.requireRefund(t, call.Key, schemas.RefundSucceeded, call.Amount)
}

func sameKeyIsOneRefund(t *testing.T, b PaymentsBench) {
	// Both orders together would be above what was captured: were the second one another refund, it would be refused.
	call := b.Paid.refund("m:r/refund/1", b.Paid.Captured.Minor)
	first, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	b.Await(t, call.MerchantID, call.Key)
	for range 3 {
		again, err := b.Payments.Refund(t.Context(), call)
		require.NoError(t, err)
		require.Equal(t, provider.RefundAnswer{Status: schemas.RefundSucceeded, Amount: first.Amount, Number: again.Number}, again)
	}
}

func sameKeyAtOnceIsOneRefund(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", b.Paid.Captured.Minor)
	for _, err := range atOnce(5, func(int) error {
		answer, err := b.Payments.Refund(t.Context(), call)
		if err == nil && answer.Status == schemas.RefundFailedWord {
			t.Errorf("one of the calls was taken for another refund: %s", answer.Code)
		}
		return err
	}) {
		if err != nil { // a call that met another one may be told to come back at once
			requireClass(t, err, provider.RetryNow, "")
		}
	}
	b.Await(t, call.MerchantID, call.Key)
	b.requireRefund(t, call.Key, schemas.RefundSucceeded, call.Amount)
}

func timeIsNoParameter(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", b.Paid.Captured.Minor)
	_, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	call.At = call.At.Add(48 * time.Hour)
	answer, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	require.NotEqual(t, schemas.RefundFailedWord, answer.Status)
}

func otherParametersAreRefused(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", 100)
	_, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	other := call
	other.Amount.Minor = 101
	_, err = b.Payments.Refund(t.Context(), other)
	requireClass(t, err, provider.NeverRetry, provider.CodeKeyReused)
	b.Await(t, call.MerchantID, call.Key)
	b.requireRefund(t, call.Key, schemas.RefundSucceeded, call.Amount)
}

func unknownKeyIsNotFound(t *testing.T, b PaymentsBench) {
	_, found, err := b.Payments.Lookup(t.Context(), b.Paid.MerchantID, "m:r/refund/99")
	require.NoError(t, err)
	require.False(t, found)

	call := b.Paid.refund("m:r/refund/1", 100)
	_, err = b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	_, found, err = b.Payments.Lookup(t.Context(), "another-merchant", call.Key)
	require.NoError(t, err)
	require.False(t, found, "a key belongs to its merchant")
}

func unknownPaymentIsRefused(t *testing.T, b PaymentsBench) {
	unknown := b.Paid.refund("m:r/refund/1", 100)
	unknown.PaymentID = "no-such-payment"
	_, err := b.Payments.Refund(t.Context(), unknown)
	requireClass(t, err, provider.NeverRetry, provider.CodeUnknownPayment)

	foreign := b.Paid.refund("m:r/refund/2", 100)
	foreign.MerchantID = "another-merchant"
	_, err = b.Payments.Refund(t.Context(), foreign)
	requireClass(t, err, provider.NeverRetry, provider.CodeUnknownPayment)
}

func nonsenseIsRefused(t *testing.T, b PaymentsBench) {
	for _, minor := range []int64{0, -100} {
		_, err := b.Payments.Refund(t.Context(), b.Paid.refund("m:r/refund/1", minor))
		requireClass(t, err, provider.NeverRetry, schemas.CodeBadAmount)
	}
	_, err := b.Payments.Refund(t.Context(), b.Paid.refund("", 100))
	requireClass(t, err, provider.NeverRetry, schemas.CodeMissingField)
}

func neverAboveCaptured(t *testing.T, b PaymentsBench) {
	most := b.Paid.Captured.Minor
	answer, err := b.Payments.Refund(t.Context(), b.Paid.refund("m:r/refund/1", most+1))
	require.NoError(t, err)
	require.Equal(t, schemas.RefundFailedWord, answer.Status)
	require.NotEmpty(t, answer.Code)

	answer, err = b.Payments.Refund(t.Context(), b.Paid.refund("m:r/refund/2", most-10))
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, answer.Status)
	answer, err = b.Payments.Refund(t.Context(), b.Paid.refund("m:r/refund/3", 11))
	require.NoError(t, err)
	require.Equal(t, schemas.RefundFailedWord, answer.Status)
	answer, err = b.Payments.Refund(t.Context(), b.Paid.refund("m:r/refund/4", 10))
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, answer.Status)
}

func neverAboveCapturedInParallel(t *testing.T, b PaymentsBench) {
	keys := []string{"m:r/refund/1", "m:r/refund/2", "m:r/refund/3", "m:r/refund/4"}
	third := b.Paid.Captured.Minor/3 + 1 // three of them are too many
	for _, err := range atOnce(len(keys), func(i int) error {
		_, err := b.Payments.Refund(t.Context(), b.Paid.refund(keys[i], third))
		return err
	}) {
		require.NoError(t, err)
	}
	taken := 0
	for _, key := range keys {
		b.Await(t, b.Paid.MerchantID, key)
		answer, found, err := b.Payments.Lookup(t.Context(), b.Paid.MerchantID, key)
		require.NoError(t, err)
		if found && answer.Status == schemas.RefundSucceeded {
			taken++
		}
	}
	require.Equal(t, 2, taken)
}

func otherCurrencyIsRefused(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", 100)
	call.Amount.Currency = "XTS"
	answer, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, schemas.RefundFailedWord, answer.Status)
}

func foreignMethodIsRefused(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", 100)
	call.Method = "nobodys-card"
	answer, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, schemas.RefundFailedWord, answer.Status)
	require.Equal(t, schemas.CodeAccountClosed, answer.Code)
}

func lostAnswerIsFound(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", b.Paid.Captured.Minor)
	b.LoseAnswer(t)
	_, err := b.Payments.Refund(t.Context(), call)
	requireClass(t, err, provider.Unknown, "")
	b.Await(t, call.MerchantID, call.Key)
	b.requireRefund(t, call.Key, schemas.RefundSucceeded, call.Amount)
	answer, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, schemas.RefundSucceeded, answer.Status)
}

func slowIsUnknown(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", b.Paid.Captured.Minor)
	b.Slow(t)
	requireOutOfPatience(t, func(ctx context.Context) error {
		_, err := b.Payments.Refund(ctx, call)
		return err
	})
	// Whether it was taken or not, the same order with the same key ends in one refund.
	_, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	b.Await(t, call.MerchantID, call.Key)
	b.requireRefund(t, call.Key, schemas.RefundSucceeded, call.Amount)
}

func putOffCanBeSentAgain(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", 100)
	b.Busy(t)
	_, err := b.Payments.Refund(t.Context(), call)
	requireClass(t, err, provider.RetryLater, "")
	_, found, err := b.Payments.Lookup(t.Context(), call.MerchantID, call.Key)
	require.NoError(t, err)
	require.False(t, found, "what was put off has not happened")
	answer, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, answer.Status)
}

func refusalIsAnAnswer(t *testing.T, b PaymentsBench) {
	for i, code := range []schemas.Code{schemas.CodeBalance, schemas.CodeAccountClosed, schemas.CodeExpired, schemas.CodeDeclined} {
		call := b.Paid.refund("m:r/refund/"+string(rune('1'+i)), 10)
		b.Refuse(t, code)
		answer, err := b.Payments.Refund(t.Context(), call)
		require.NoError(t, err)
		require.Equal(t, schemas.RefundFailedWord, answer.Status)
		require.Equal(t, code, answer.Code)

		again, err := b.Payments.Refund(t.Context(), call)
		require.NoError(t, err)
		require.Equal(t, schemas.RefundAccepted, again.Status, "the merchant has filled its balance; the same number is taken now")
	}
}

func acceptedMayFail(t *testing.T, b PaymentsBench) {
	call := b.Paid.refund("m:r/refund/1", b.Paid.Captured.Minor)
	b.FailLater(t, schemas.CodeAccountClosed)
	answer, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, answer.Status)
	b.Await(t, call.MerchantID, call.Key)
	answer, found, err := b.Payments.Lookup(t.Context(), call.MerchantID, call.Key)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, provider.RefundAnswer{Status: schemas.RefundFailedWord, Code: schemas.CodeAccountClosed, Amount: call.Amount, Number: answer.Number}, answer)

	answer, err = b.Payments.Refund(t.Context(), b.Paid.refund("m:r/refund/2", b.Paid.Captured.Minor))
	require.NoError(t, err)
	require.Equal(t, schemas.RefundAccepted, answer.Status, "what a failed refund held is free again")
}

func factsTell(t *testing.T, b PaymentsBench) {
	told := b.Facts(t)
	call := b.Paid.refund("m:r/refund/1", 100)
	_, err := b.Payments.Refund(t.Context(), call)
	require.NoError(t, err)
	b.Await(t, call.MerchantID, call.Key)
	require.Eventually(t, func() bool { return len(told()) > 0 }, 10*time.Second, 5*time.Millisecond)

	ids := map[string]bool{}
	for _, f := range told() {
		require.Equal(t, schemas.RefundSuccess.Name, f.Fact)
		word, refusal := schemas.Decode[schemas.RefundWord](f.Report.Body)
		require.Nil(t, refusal)
		require.Equal(t, schemas.RefundWord{RefundID: call.Key, Amount: &call.Amount}, word)
		require.NotEmpty(t, f.Report.Source)
		require.NotEmpty(t, f.Report.EventID)
		require.WithinRange(t, f.Report.OccurredAt, call.At, call.At.Add(time.Minute), "business time, not the machine's")
		require.False(t, f.Report.ReceivedAt.Before(f.Report.OccurredAt))
		ids[f.Report.EventID] = true
	}
	require.Len(t, ids, 1, "a fact that is repeated keeps its id")
}

func giftCardRises(t *testing.T, b PaymentsBench) {
	before := b.Balance(t)
	call := b.Paid.refund("m:r/refund/1", 100)
	call.Method = b.Paid.GiftCard
	for range 2 {
		_, err := b.Payments.Refund(t.Context(), call)
		require.NoError(t, err)
	}
	b.Await(t, call.MerchantID, call.Key)
	require.Equal(t, before.Add(call.Amount), b.Balance(t))
}

// atOnce makes n calls side by side and returns their errors.
func atOnce(n int, call func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = call(i) })
	}
	all.Wait()
	return errs
}
