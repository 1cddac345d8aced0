package workflows_test

import (
	"context"
	"errors"
	"strings"

	"go.temporal.io/sdk/activity"

	"github.com/aftercare/aftercare/schemas"
)

// What the world outside of a tale answers, and what it keeps of what it was asked.

func hear[In, Out any](tl *tale, a schemas.Activity[In, Out], answer func(In) (Out, error)) {
	tl.env.RegisterActivityWithOptions(func(_ context.Context, in In) (Out, error) {
		tl.mu.Lock()
		tl.calls = append(tl.calls, a.Name)
		trouble := tl.trouble[a.Name]
		if len(trouble) > 0 {
			tl.trouble[a.Name] = trouble[1:]
		}
		tl.mu.Unlock()
		if len(trouble) > 0 && trouble[0] != nil {
			var none Out
			return none, trouble[0]
		}
		tl.outside.Lock()
		defer tl.outside.Unlock()
		return answer(in)
	}, activity.RegisterOptions{Name: a.Name})
}

func (tl *tale) register() {
	hear(tl, schemas.CaseIntake, func(o schemas.IntakeOrder) (schemas.Intake, error) { return tl.intake(o) })
	hear(tl, schemas.ClaimsRelease, func(o schemas.ReleaseOrder) (schemas.Nothing, error) {
		tl.mu.Lock()
		defer tl.mu.Unlock()
		tl.released = append(tl.released, o.Units)
		return schemas.Nothing{}, nil
	})
	hear(tl, schemas.CaseMayMerge, func(q schemas.MergeQuestion) (schemas.Judged, error) { return tl.merging(q), nil })
	hear(tl, schemas.MethodKnown, func(q schemas.MethodQuestion) (schemas.Judged, error) { return tl.method(q), nil })
	hear(tl, schemas.WaybillFree, func(q schemas.WaybillQuestion) (schemas.Judged, error) { return tl.waybill(q), nil })
	hear(tl, schemas.ParcelLabel, func(o schemas.ParcelOrder) (schemas.Parcel, error) { return tl.parcel(o) })
	hear(tl, schemas.ParcelRegister, func(o schemas.ParcelOrder) (schemas.Registered, error) {
		if free := tl.waybill(schemas.WaybillQuestion{CaseID: o.CaseID, Waybill: o.Waybill}); o.OnlyFree && free.Refusal != nil {
			return schemas.Registered{Refusal: free.Refusal}, nil
		}
		p, err := tl.parcel(o)
		return schemas.Registered{Parcel: p}, err
	})
	hear(tl, schemas.ParcelSendBack, func(o schemas.ParcelOrder) (schemas.Parcel, error) { return tl.parcel(o) })
	hear(tl, schemas.ParcelTrace, func(o schemas.TraceOrder) (schemas.TraceAnswer, error) { return tl.trace(o) })
	hear(tl, schemas.RefundRequest, func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		tl.mu.Lock()
		tl.ordered = append(tl.ordered, o.Refund)
		tl.mu.Unlock()
		return tl.refund(o)
	})
	hear(tl, schemas.RefundLookup, func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) { return tl.lookup(q) })
	hear(tl, schemas.RefundConfirm, func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) { return tl.confirm(q) })
	hear(tl, schemas.RefundByHand, func(o schemas.ByHandOrder) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: o.RefundID, Status: schemas.RefundManual}, nil
	})
	hear(tl, schemas.DisputeBook, func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
		tl.mu.Lock()
		tl.booked = append(tl.booked, o)
		tl.mu.Unlock()
		return tl.dispute(o)
	})
	hear(tl, schemas.DisputeSend, func(o schemas.DisputeAnswer) (schemas.DisputeReceipt, error) {
		tl.mu.Lock()
		tl.handedIn = append(tl.handedIn, o)
		tl.mu.Unlock()
		return tl.answered(o)
	})
	hear(tl, schemas.EvidenceKeep, func(o schemas.EvidenceOrder) (schemas.EvidenceReceipt, error) {
		return schemas.EvidenceReceipt{Pack: strings.Repeat("e", 64), Revision: 2, At: o.At}, nil
	})
	hear(tl, schemas.GoodsDispose, func(o schemas.DisposeOrder) (schemas.Disposed, error) {
		tl.mu.Lock()
		defer tl.mu.Unlock()
		tl.disposed, tl.has = append(tl.disposed, o.Goods...), append(tl.has, o.Replaced...)
		tl.disposedAs = append(tl.disposedAs, o.Key)
		return tl.dispose(o), nil
	})
	hear(tl, schemas.StockReserve, func(o schemas.StockOrder) (schemas.StockReceipt, error) { return tl.reserve(o) })
	hear(tl, schemas.StockRelease, func(o schemas.StockReleaseOrder) (schemas.Nothing, error) {
		tl.mu.Lock()
		defer tl.mu.Unlock()
		tl.freed = append(tl.freed, o.Keys...)
		return schemas.Nothing{}, nil
	})
	hear(tl, schemas.ReplacementShip, func(o schemas.ShipOrder) (schemas.ShipReceipt, error) {
		tl.mu.Lock()
		tl.shipped = append(tl.shipped, o)
		tl.mu.Unlock()
		return tl.ship(o)
	})
	hear(tl, schemas.ArticleFind, func(q schemas.ArticleQuestion) (schemas.ArticleAnswer, error) { return tl.article(q) })
	hear(tl, schemas.ClaimsSettle, func(o schemas.SettleOrder) (schemas.Nothing, error) {
		tl.mu.Lock()
		defer tl.mu.Unlock()
		tl.has = append(tl.has, o.Replaced...)
		tl.replaced = append(tl.replaced, o.Units)
		return schemas.Nothing{}, nil
	})
	hear(tl, schemas.PaymentRequest, func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
		tl.mu.Lock()
		tl.charges = append(tl.charges, o.Charge)
		tl.mu.Unlock()
		return tl.charge(o)
	})
	hear(tl, schemas.DepositHold, func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
		tl.mu.Lock()
		tl.charges = append(tl.charges, o.Charge)
		tl.mu.Unlock()
		return tl.hold(o)
	})
	hear(tl, schemas.PaymentLookup, func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) { return tl.charged(q) })
	hear(tl, schemas.PaymentLapse, func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
		tl.mu.Lock()
		defer tl.mu.Unlock()
		tl.lapsed = append(tl.lapsed, q.ChargeID)
		return tl.lapse(q)
	})
	for word, call := range map[schemas.ChargeStatus]schemas.Activity[schemas.ChargeQuestion, schemas.ChargeReceipt]{
		schemas.ChargeReleased: schemas.DepositRelease, schemas.ChargeCaptured: schemas.DepositCapture,
	} {
		hear(tl, call, func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
			tl.mu.Lock()
			defer tl.mu.Unlock()
			tl.deposits = append(tl.deposits, string(word)+" "+q.ChargeID)
			if tl.void {
				return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeReleased, Code: schemas.CodeExpired}, nil
			}
			return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: word}, nil
		})
	}
	hear(tl, schemas.NoticeSend, func(o schemas.NoticeOrder) (schemas.NoticeReceipt, error) {
		tl.sent(o)
		return schemas.NoticeReceipt{Sent: len(o.Messages)}, nil
	})
	hear(tl, schemas.SurveyInvite, func(o schemas.SurveyOrder) (schemas.SurveyReceipt, error) {
		tl.sent(o.NoticeOrder)
		return tl.survey(o)
	})
	hear(tl, schemas.RowsWrite, func(f schemas.Flush) (schemas.Written, error) {
		w, err := tl.write(f)
		if err == nil {
			tl.wrote(f)
		}
		return w, err
	})
}

// sent keeps the messages and holds each to its template: every declared variable is given, and no other.
func (tl *tale) sent(o schemas.NoticeOrder) {
	tl.mu.Lock()
	defer tl.mu.Unlock()
	tl.notified = append(tl.notified, o)
	for _, n := range o.Messages {
		found := false
		for _, template := range schemas.NoticeTemplates {
			if template.ID != n.Template {
				continue
			}
			found = true
			for _, v := range template.Vars {
				if _, given := n.Vars[v]; !given {
					tl.t.Errorf("notice %s of step %s lacks the variable %s", n.Template, o.Step, v)
				}
			}
			if len(n.Vars) != len(template.Vars) {
				tl.t.Errorf("notice %s of step %s has variables %v, declared are %v", n.Template, o.Step, n.Vars, template.Vars)
			}
		}
		if !found {
			tl.t.Errorf("step %s sends %s, which is no template", o.Step, n.Template)
		}
	}
}

// wrote keeps what the scribe wrote, as the store would, and lets the next step happen once its state is reached.
func (tl *tale) wrote(f schemas.Flush) {
	tl.mu.Lock()
	defer tl.mu.Unlock()
	for _, e := range f.Events {
		tl.events[e.Revision] = e
	}
	tl.rows = append(tl.rows, f.Row)
	tl.noticeParked(f.Row)
	tl.next(f.Row.State)
}

var errAway = errors.New("the warehouse does not answer")
