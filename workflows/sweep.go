package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// Sweep looks for cases whose workflow was ended from outside, and deals with what they leave: their people are told, their money is looked
// up by its numbers, what is not paid is given up, and what was kept for them goes back. It also tells people of disputes that no open case
// answers. A Schedule starts it every five minutes; what it could not finish is left to the next one.
func Sweep(ctx workflow.Context, order schemas.SweepOrder) (schemas.Swept, error) {
	swept := schemas.Swept{Revived: []string{}, Mended: []string{}, Beside: []string{}, Lost: []schemas.SweptCase{}}
	looking := bounded(schemas.QueueCases, "", "")
	looking.StartToCloseTimeout, looking.HeartbeatTimeout = 4*time.Minute, time.Minute
	var found schemas.Found
	if err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, looking), schemas.SweepFind.Name, order).Get(ctx, &found); err != nil {
		return swept, err
	}
	swept.Looked, swept.More = found.Looked, found.More
	swept.Revived, swept.Mended, swept.Beside = append(swept.Revived, found.Revived...), append(swept.Mended, found.Mended...), append(swept.Beside, found.Beside...)
	done := workflow.NewWaitGroup(ctx)
	cases := make([]schemas.SweptCase, len(found.Lost))
	for i, lost := range found.Lost {
		done.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer done.Done()
			cases[i] = dealWith(ctx, lost)
		})
	}
	told := make([]bool, len(found.Disputes))
	for i, d := range found.Disputes {
		done.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer done.Done()
			told[i] = tellOf(ctx, d)
		})
	}
	done.Wait(ctx)
	for i, d := range found.Disputes {
		if told[i] {
			swept.Disputes = append(swept.Disputes, d.DisputeID)
		}
	}
	swept.Lost = append(swept.Lost, cases...)
	return swept, nil
}

// bounded is for calls of the sweep: it ends, and the next one tries again.
func bounded(queue schemas.TaskQueue, merchant, summary string) workflow.ActivityOptions {
	o := patient(queue, summary)
	o.RetryPolicy.MaximumInterval, o.RetryPolicy.MaximumAttempts = 5*time.Second, MoneyAttempts
	o.Priority = temporal.Priority{PriorityKey: 2, FairnessKey: merchant} // nobody else looks after these cases
	return o
}

func sweepDoes[In, Out any](ctx workflow.Context, a schemas.Activity[In, Out], merchant, key string, in In) (out Out, err error) {
	err = workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, bounded(a.Queue, merchant, key)), a.Name, in).Get(ctx, &out)
	return out, err
}

// tellOf has the evidence of a dispute that no open case answers kept, where there was a case, and tells people of it. What fails is left to
// the next sweep.
func tellOf(ctx workflow.Context, d schemas.AloneDispute) bool {
	if d.CaseID != "" {
		order := schemas.EvidenceOrder{CaseID: d.CaseID, MerchantID: d.MerchantID, DisputeID: d.DisputeID, At: d.Notice.At}
		if _, err := sweepDoes(ctx, schemas.EvidenceKeep, d.MerchantID, d.DisputeID, order); err != nil {
			return false
		}
	}
	if len(d.Notice.Messages) == 0 {
		return false // nobody is there to be told; `starter disputes --unattended` shows it
	}
	if _, err := sweepDoes(ctx, schemas.NoticeSend, d.MerchantID, d.Notice.Step, d.Notice); err != nil {
		return false
	}
	known := schemas.DisputesTold{MerchantID: d.MerchantID, DisputeID: d.DisputeID, Heard: d.Heard, Again: d.Again}
	_, err := sweepDoes(ctx, schemas.DisputeTold, d.MerchantID, d.DisputeID, known)
	return err == nil
}

// dealWith does for one lost case what can be done without deciding anything.
func dealWith(ctx workflow.Context, lost schemas.LostCase) schemas.SweptCase {
	one := schemas.SweptCase{CaseID: lost.CaseID, Lost: lost.Lost, New: lost.New}
	words := schemas.LostWords{CaseID: lost.CaseID, At: lost.At}
	heard := func(err error) bool {
		words.Unsettled = words.Unsettled || err != nil
		return err == nil
	}
	if len(lost.Notice.Messages) > 0 {
		_, err := sweepDoes(ctx, schemas.NoticeSend, lost.MerchantID, lost.Notice.Step, lost.Notice)
		heard(err)
	}
	for _, id := range lost.Refunds {
		question := schemas.RefundQuestion{CaseID: lost.CaseID, MerchantID: lost.MerchantID, OrderID: lost.OrderID, RefundID: id, At: lost.At}
		got, err := sweepDoes(ctx, schemas.RefundLookup, lost.MerchantID, id, question)
		if heard(err) && got.Code == schemas.CodeUnknownRefund {
			words.NotTaken = append(words.NotTaken, id)
		}
	}
	for _, id := range lost.Charges {
		question := schemas.ChargeQuestion{CaseID: lost.CaseID, MerchantID: lost.MerchantID, OrderID: lost.OrderID, ChargeID: id, At: lost.At}
		_, err := sweepDoes(ctx, schemas.PaymentLapse, lost.MerchantID, id, question)
		heard(err)
	}
	for _, id := range lost.Deposits {
		question := schemas.ChargeQuestion{CaseID: lost.CaseID, MerchantID: lost.MerchantID, OrderID: lost.OrderID, ChargeID: id, At: lost.At}
		_, err := sweepDoes(ctx, schemas.DepositRelease, lost.MerchantID, id, question)
		heard(err)
	}
	if len(lost.Stock) > 0 {
		order := schemas.StockReleaseOrder{CaseID: lost.CaseID, MerchantID: lost.MerchantID, Keys: lost.Stock, At: lost.At}
		_, err := sweepDoes(ctx, schemas.StockRelease, lost.MerchantID, lost.Stock[0], order)
		heard(err)
	}
	settled, err := sweepDoes(ctx, schemas.SweepSettle, lost.MerchantID, lost.CaseID, words)
	if err == nil {
		one.Lost.Settled, one.Open = settled.Settled, settled.Open
	}
	return one
}
