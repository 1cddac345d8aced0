package endtoend

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	workflowpb "go.temporal.io/api/workflow/v1"

	"github.com/aftercare/aftercare/schemas"
)

// waits is when Temporal took in a case's order for a refund, and when it gave it to a worker.
type waits struct{ scheduled, started time.Time }

func (h *house) refundWaits(caseID string) (w waits) {
	order := int64(0)
	for _, e := range h.history(caseID) {
		if a := e.GetActivityTaskScheduledEventAttributes(); a != nil && a.GetActivityType().GetName() == schemas.RefundRequest.Name && order == 0 {
			order, w.scheduled = e.GetEventId(), e.GetEventTime().AsTime()
		}
		if a := e.GetActivityTaskStartedEventAttributes(); a != nil && a.GetScheduledEventId() == order && order > 0 {
			w.started = e.GetEventTime().AsTime()
		}
	}
	require.False(h.t, w.scheduled.IsZero(), "%s ordered no refund", caseID)
	return w
}

// servedBefore is how many of the flood were served between the moment when a case began to wait and the moment when it was served.
func (w waits) servedBefore(flood []waits) (n int) {
	for _, f := range flood {
		if f.started.After(w.scheduled) && f.started.Before(w.started) {
			n++
		}
	}
	return n
}

// providerHangs keeps the payment provider from taking any order until it is told to go on.
func (h *house) providerHangs() (goOn func()) {
	h.t.Helper()
	tx, err := h.sql().Begin(h.t.Context())
	require.NoError(h.t, err)
	_, err = tx.Exec(h.t.Context(), `lock table sandbox.refunds in access exclusive mode`)
	require.NoError(h.t, err)
	return func() { require.NoError(h.t, tx.Rollback(h.t.Context())) }
}

// awaitOrders waits until the refunds of requests wait for the provider.
func (h *house) awaitOrders(requests []schemas.Request) {
	h.t.Helper()
	for _, r := range requests {
		id := schemas.CaseID(r.MerchantID, r.RequestID)
		h.until(id+": its refund waits for the provider", func() bool {
			d, err := h.temporal.DescribeWorkflowExecution(h.t.Context(), id, "")
			return err == nil && slices.ContainsFunc(d.GetPendingActivities(), func(a *workflowpb.PendingActivityInfo) bool {
				return a.GetActivityType().GetName() == schemas.RefundRequest.Name
			})
		})
	}
}

// together does the same for many cases side by side.
func together[T any](many []T, do func(int, T)) {
	var all sync.WaitGroup
	for i, one := range many {
		all.Go(func() { do(i, one) })
	}
	all.Wait()
}

// A merchant whose forty refunds wait for the payment provider keeps neither another merchant's three waiting, nor the one that is urgent.
func TestAFloodOfOneMerchantStarvesNeitherAnotherNorWhatIsUrgent(t *testing.T) {
	t.Parallel()
	h := openHouse(t, need{noWorker: true})
	h.workerAlso = []string{"AFTERCARE_CALLS_AT_ONCE=1"}
	h.startWorker()

	small := make([]schemas.Request, 3)
	var orders []schemas.ShopOrder
	var customers []schemas.ShopCustomer
	for i := range small {
		small[i] = h.wish(bought, isFaulty, keeps, withPhoto)
		o := anOrder(bought, i)
		o.MerchantID, small[i].MerchantID, small[i].OrderID, small[i].CustomerID = "corner", "corner", o.OrderID, o.CustomerID
		orders = append(orders, o)
		customers = append(customers, schemas.ShopCustomer{
			MerchantID: "corner", CustomerID: o.CustomerID, Locale: "en", Email: o.CustomerID + "@corner.example",
			PaymentMethods: []schemas.PaymentMethod{{PaymentMethodID: o.Payments[0].PaymentMethodID, Kind: "credit_card"}},
		})
	}
	h.starter("import", file(t, "orders.jsonl", orders), file(t, "customers.jsonl", customers)).done(t)

	urgent := h.wish(dear, isFaulty, keeps, withPhoto)
	flood := make([]schemas.Request, 40)
	for i := range flood {
		flood[i] = h.wish(bought, isFaulty, keeps, withPhoto)
	}
	everybody := append([]schemas.Request{urgent}, append(flood, small...)...)
	together(everybody, func(_ int, r schemas.Request) { h.reviewed(r) })
	approve := func(_ int, r schemas.Request) {
		h.do(schemas.CaseID(r.MerchantID, r.RequestID), schemas.ReviewApprove.Name, agent, schemas.Approve{})
	}
	urgentCase := schemas.CaseID(urgent.MerchantID, urgent.RequestID)
	require.Equal(t, schemas.P1, h.row(urgentCase).Priority)

	// The provider answers nobody until everybody waits: the flood first, then the other merchant, then what is urgent.
	answers := h.providerHangs()
	together(flood, approve)
	h.awaitOrders(flood)
	together(small, approve)
	h.awaitOrders(small)
	approve(0, urgent)
	h.awaitApproval(urgentCase)
	h.do(urgentCase, schemas.ApprovalGrant.Name, supervisor, schemas.DecideApproval{})
	h.awaitOrders([]schemas.Request{urgent})
	answers()

	together(everybody, func(_ int, r schemas.Request) {
		h.awaitState(schemas.CaseID(r.MerchantID, r.RequestID), schemas.FollowUp)
	})
	waited := make([]waits, len(flood))
	for i, r := range flood {
		waited[i] = h.refundWaits(schemas.CaseID(r.MerchantID, r.RequestID))
	}
	for i, r := range small {
		w := h.refundWaits(schemas.CaseID(r.MerchantID, r.RequestID))
		t.Logf("the small merchant's refund %d was served after %d of the flood", i+1, w.servedBefore(waited))
		require.Less(t, w.servedBefore(waited), len(flood)/2, "a flood of another merchant kept it waiting")
	}
	w := h.refundWaits(urgentCase)
	t.Logf("the urgent refund was served after %d of the flood", w.servedBefore(waited))
	require.LessOrEqual(t, w.servedBefore(waited), 3, "what is urgent is served first")

	// Without a backlog there was nothing to be served before.
	last := 0
	for _, f := range waited {
		last = max(last, f.servedBefore(waited))
	}
	require.Greater(t, last, len(flood)/2, "the flood never waited")
	h.sound()
}
