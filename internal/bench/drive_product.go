package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

// productCase is one case of the product being driven.
type productCase struct {
	*stage
	manner
	played
	kind  schemas.Kind
	heard <-chan told
}

// product drives a happy case to its end, or parks it: every party does at once what is asked of it.
func (s *stage) product(ctx context.Context, kind schemas.Kind, o schemas.ShopOrder, m manner) (played, error) {
	r := request(kind, o)
	p := &productCase{stage: s, manner: m, kind: kind}
	p.id = schemas.CaseID(r.MerchantID, r.RequestID)
	heard, forget := s.news.of(p.id)
	defer forget()
	p.heard = heard
	opened, err := s.cases.Open(ctx, r, policyName)
	if err != nil {
		return p.played, fmt.Errorf("open %s: %w", p.id, err)
	}
	p.run = opened.RunID
	if err := p.live(ctx); err != nil {
		return p.played, fmt.Errorf("case %s, which is %s: %w", p.id, p.view.State, err)
	}
	return p.played, nil
}

// live is the happy way of a return, and that of an exchange in which the customer pays: four decisions each, and three facts or
// five with those of the providers, as the control has them.
func (p *productCase) live(ctx context.Context) error {
	err := p.await(ctx, inState(schemas.Review))
	if err != nil || p.park {
		return err
	}
	if err := p.approved(ctx); err != nil {
		return err
	}
	waybill := waybillOf(p.id)
	if p.kind == schemas.KindReturn {
		err = p.give(ctx, schemas.ReturnSubmitWaybill.Name, p.customer(), schemas.SubmitWaybill{Carrier: carrier, Waybill: waybill})
	} else if err = p.await(ctx, func(v schemas.View) bool { return len(v.Parcels) > 0 }); err == nil {
		waybill = p.view.Parcels[0].Waybill
	}
	if err != nil {
		return err
	}
	for _, word := range []schemas.Fact[schemas.ParcelWord]{schemas.ParcelScanned, schemas.ParcelDeliver} {
		if err := p.report(ctx, word, waybill); err != nil {
			return err
		}
	}
	if err := p.await(ctx, inState(schemas.Received)); err != nil {
		return err
	}
	if err := p.give(ctx, schemas.InspectionPass.Name, schemas.Actor{Role: schemas.RoleInspector, ID: "inspector-1"}, schemas.Pass{}); err != nil {
		return err
	}
	if p.kind == schemas.KindExchange {
		if err := p.replaced(ctx); err != nil {
			return err
		}
	}
	if err := p.await(ctx, func(v schemas.View) bool { return v.Survey != nil && v.Survey.SentAt != nil }); err != nil {
		return err
	}
	if err := p.give(ctx, schemas.SurveyAnswer.Name, p.customer(), schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedYes}); err != nil {
		return err
	}
	if err := p.finish(ctx, p.id, p.run); err != nil {
		return err
	}
	if p.view, err = p.store.CaseRow(ctx, p.id); err == nil && p.view.Outcome != schemas.Completed {
		err = fmt.Errorf("it ended as %s", p.view.Outcome)
	}
	return err
}

// replaced is the second half of an exchange: the sandboxes report that the customer has paid and that the replacement has left.
func (p *productCase) replaced(ctx context.Context) error {
	if err := p.await(ctx, inState(schemas.ReplacementInTransit)); err != nil {
		return err
	}
	waybill := p.view.Lines[0].Replacement.Waybill
	if err := p.report(ctx, schemas.ParcelDeliver, waybill); err != nil {
		return err
	}
	if err := p.await(ctx, func(v schemas.View) bool {
		return len(v.Parcels) > 1 && v.Parcels[1].DeliveredAt != nil
	}); err != nil {
		return err
	}
	return p.give(ctx, schemas.ReplacementConfirm.Name, p.customer(), schemas.OnLines{})
}

func inState(wanted schemas.State) func(schemas.View) bool {
	return func(v schemas.View) bool { return v.State == wanted }
}

func (p *productCase) customer() schemas.Actor {
	return schemas.Actor{Role: schemas.RoleCustomer, ID: p.view.CustomerID}
}

// await waits until the row of the case is as wanted, looking whenever PostgreSQL tells that it has changed.
func (p *productCase) await(ctx context.Context, so func(schemas.View) bool) error {
	for {
		v, err := p.look(ctx)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
		case err != nil:
			return err
		default:
			p.view = v
			if so(v) {
				return p.settled(ctx)
			}
			if v.ClosedAt != nil {
				return fmt.Errorf("it ended early, as %s: %w", v.Outcome, v.Refusal)
			}
		}
		if err := p.change(ctx); err != nil {
			return err
		}
	}
}

// look reads the row of the case and not its archive: what the benchmark reads is PostgreSQL's work too, and the control's parties read
// nothing.
func (p *productCase) look(ctx context.Context) (v schemas.View, err error) {
	err = p.db.QueryRow(ctx, "select row from aftercare.cases where case_id = $1", p.id).Scan(&v)
	return v, err
}

// change waits for the next change of the row.
func (p *productCase) change(ctx context.Context) error {
	select {
	case <-p.heard:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// settled lets a calm case come to rest.
func (p *productCase) settled(ctx context.Context) error {
	if !p.calm {
		return nil
	}
	return p.rest(ctx, p.id)
}

// hesitate is the moment before somebody acts; a calm case has come to rest instead.
func (p *productCase) hesitate(ctx context.Context) error {
	if p.calm {
		return nil
	}
	return pause(ctx, moment)
}

// approved gives the first decision and measures how long it takes until everybody can see it.
func (p *productCase) approved(ctx context.Context) error {
	if err := p.hesitate(ctx); err != nil {
		return err
	}
	for len(p.heard) > 0 {
		<-p.heard
	}
	began := time.Now()
	receipt, err := p.send(ctx, schemas.ReviewApprove.Name, schemas.Actor{Role: schemas.RoleAgent, ID: p.view.Owner}, schemas.Approve{})
	p.answered = time.Since(began)
	if err != nil {
		return err
	}
	for {
		select {
		case t := <-p.heard:
			if revision, err := strconv.ParseInt(t.what, 10, 64); err == nil && revision >= receipt.Revision {
				p.approve = t.at.Sub(began)
				return p.settled(ctx)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (p *productCase) give(ctx context.Context, command string, by schemas.Actor, body any) error {
	if err := p.hesitate(ctx); err != nil {
		return err
	}
	if _, err := p.send(ctx, command, by, body); err != nil {
		return err
	}
	return p.settled(ctx)
}

func (p *productCase) send(ctx context.Context, command string, by schemas.Actor, body any) (schemas.Receipt, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return schemas.Receipt{}, err
	}
	receipt, err := p.cases.Send(ctx, p.id, command, schemas.Order{CommandID: command + "-" + p.view.OrderID, Actor: by, Body: raw})
	if err != nil {
		return receipt, fmt.Errorf("%s: %w", command, err)
	}
	return receipt, nil
}

// report lets the carrier say something.
func (p *productCase) report(ctx context.Context, fact schemas.Fact[schemas.ParcelWord], waybill string) error {
	if err := p.hesitate(ctx); err != nil {
		return err
	}
	noted, err := cases.Notify(ctx, p.cases, fact, schemas.Report{
		Source: "courier", EventID: fact.Name + "/" + waybill, OccurredAt: time.Now().UTC(),
	}, schemas.ParcelWord{Carrier: carrier, Waybill: waybill})
	if err == nil && len(noted.Cases) != 1 {
		err = errors.New("nobody knows its parcel")
	}
	if err != nil {
		return fmt.Errorf("%s: %w", fact.Name, err)
	}
	return p.settled(ctx)
}
