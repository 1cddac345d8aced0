package schemas_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// Whatever arrives is read, or refused with a code and a sentence. What was read is read the same way again.
func FuzzRequestsAreReadOrRefused(f *testing.F) {
	f.Add([]byte(`{"request_id":"r1","kind":"return","merchant_id":"shop","order_id":"o1","customer_id":"c1","reason":"changed_mind","lines":[{"line_id":"1","quantity":1}]}`))
	f.Add([]byte(`{"kind":"exchange","lines":[{"line_id":"1","quantity":1,"replacement_sku":"x"}]}`))
	f.Add([]byte(`{"lines":[{"quantity":-1}]}`))
	f.Fuzz(readOrRefused[schemas.Request])
}

func FuzzCommandsAreReadOrRefused(f *testing.F) {
	f.Add(0, []byte(`{"command_id":"c-1","actor":{"role":"agent","id":"agent-1"},"revision":3,"body":{"lines":[{"line_id":"1"}]}}`))
	f.Add(5, []byte(`{"lines":[{"line_id":"1","quantity":2}],"amount":{"minor":100,"currency":"CNY"},"what":"partial_refund"}`))
	f.Add(9, []byte(`{"choice":"other_model","replacement_sku":"x"}`))
	f.Add(3, []byte(`{"carrier":"SF","waybill":"SF1"}`))
	fuzzShapes(f, map[string]func(*testing.T, []byte){
		"order":           readOrRefused[schemas.Order],
		"provide_info":    readOrRefused[schemas.ProvideInfo],
		"request_human":   readOrRefused[schemas.RequestHuman],
		"message":         readOrRefused[schemas.Message],
		"transfer":        readOrRefused[schemas.Transfer],
		"escalate":        readOrRefused[schemas.Escalate],
		"merge":           readOrRefused[schemas.Merge],
		"revoke":          readOrRefused[schemas.Revoke],
		"unreachable":     readOrRefused[schemas.MarkUnreachable],
		"approve":         readOrRefused[schemas.Approve],
		"reject":          readOrRefused[schemas.Reject],
		"request_info":    readOrRefused[schemas.RequestInfo],
		"make_offer":      readOrRefused[schemas.MakeOffer],
		"answer_offer":    readOrRefused[schemas.AnswerOffer],
		"counter_offer":   readOrRefused[schemas.CounterOffer],
		"file_appeal":     readOrRefused[schemas.FileAppeal],
		"decide_appeal":   readOrRefused[schemas.DecideAppeal],
		"submit_waybill":  readOrRefused[schemas.SubmitWaybill],
		"pass":            readOrRefused[schemas.Pass],
		"fail":            readOrRefused[schemas.Fail],
		"reject_replaced": readOrRefused[schemas.RejectReplacement],
		"decide_approval": readOrRefused[schemas.DecideApproval],
		"retry_refund":    readOrRefused[schemas.RetryRefund],
		"manual_paid":     readOrRefused[schemas.ManualPaid],
		"answer_survey":   readOrRefused[schemas.AnswerSurvey],
		"close_recovery":  readOrRefused[schemas.CloseRecovery],
		"lines":           readOrRefused[schemas.OnLines],
		"withdraw":        readOrRefused[schemas.Withdraw],
		"take_over":       readOrRefused[schemas.Why],
		"open_dispute":    readOrRefused[schemas.ExternalWord],
		"answer_dispute":  readOrRefused[schemas.AnswerDispute],
		"concede_dispute": readOrRefused[schemas.ConcedeDispute],
		"change_hold":     readOrRefused[schemas.ChangeHold],
	})
}

func FuzzFactsAreReadOrRefused(f *testing.F) {
	f.Add(0, []byte(`{"source":"courier","event_id":"e-1","occurred_at":"2026-11-20T10:00:00Z","body":{"waybill":"SF1"}}`))
	f.Add(1, []byte(`{"refund_id":"shop:r-1/refund/1","amount":{"minor":100,"currency":"CNY"}}`))
	f.Add(2, []byte(`{"charge_id":"shop:r-1/charge/1","code":"insufficient_balance"}`))
	f.Add(1, []byte(`{"dispute_id":"dp-1","kind":"chargeback","payment_id":"p-1","amount":{"minor":100,"currency":"USD"},"due_at":"2026-12-01T00:00:00Z"}`))
	f.Add(1, []byte(`{"dispute_id":"dp-1","kind":"regulator","order_id":"o-1","decision":"lost","paid":true}`))
	fuzzShapes(f, map[string]func(*testing.T, []byte){
		"charge":   readOrRefused[schemas.ChargeWord],
		"external": readOrRefused[schemas.ExternalWord],
		"parcel":   readOrRefused[schemas.ParcelWord],
		"refund":   readOrRefused[schemas.RefundWord],
		"report":   readOrRefused[schemas.Report],
		"shipment": readOrRefused[schemas.ShipmentWord],
		"stock":    readOrRefused[schemas.StockWord],
	})
}

// fuzzShapes reads every input as one of several shapes, which the number chooses.
func fuzzShapes(f *testing.F, shapes map[string]func(*testing.T, []byte)) {
	names := slices.Sorted(maps.Keys(shapes))
	f.Fuzz(func(t *testing.T, n int, raw []byte) {
		shapes[names[uint(n)%uint(len(names))]](t, raw)
	})
}

func readOrRefused[T any](t *testing.T, raw []byte) {
	read := func(raw []byte) (any, *schemas.Refusal) {
		v, refusal := schemas.Decode[T](raw)
		if checker, ok := any(v).(schemas.Checker); ok && refusal == nil {
			refusal = checker.Check()
		}
		return v, refusal
	}
	v, refusal := read(raw)
	if refusal != nil {
		require.NotEmpty(t, refusal.Code)
		require.NotEmpty(t, refusal.Message)
		return
	}
	again, err := json.Marshal(v)
	require.NoError(t, err)
	second, refusal := read(again)
	require.Nil(t, refusal)
	require.Equal(t, string(again), string(must(json.Marshal(second))))
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
