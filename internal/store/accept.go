package store

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/aftercare/aftercare/schemas"
)

var (
	//go:embed queries/case_accepted.sql
	caseAccepted string
	//go:embed queries/case_ended.sql
	caseEnded string
	//go:embed queries/case_open.sql
	caseOpen string
	//go:embed queries/claims_of_order.sql
	claimsOfOrder string
	//go:embed queries/claims_take.sql
	claimsTake string
	//go:embed queries/payments_of_order.sql
	paymentsOfOrder string
	//go:embed queries/case_continue.sql
	caseContinue string
	//go:embed queries/order_lines_left.sql
	orderLinesLeft string
	//go:embed queries/refund_shares_of_order.sql
	refundSharesOfOrder string
	//go:embed queries/gift_card_get.sql
	giftCardGet string
	//go:embed queries/payment_method_get.sql
	paymentMethodGet string
	//go:embed queries/merchant_currency.sql
	merchantCurrency string
)

// AcceptInput is what the intake of a case knows before it looks at what other cases hold.
type AcceptInput struct {
	Order schemas.IntakeOrder
	// ShopOrder is the order as the shop's system knows it. Without an order_id it is not known there, or another
	// customer's; that is refused, except for a successor, which a person looks at.
	ShopOrder  schemas.ShopOrder
	Candidates []string // who may own the case, in order of preference
	// Articles are those that an exchange asks for, by SKU, as the catalogue has them. One that is not there is unknown.
	Articles map[string]schemas.ShopArticle
}

// AcceptResult is what the case goes on with. Its lines carry no verdict: that is for the rules.
type AcceptResult struct {
	Refusal  *schemas.Refusal  `json:"refusal,omitempty"` // the request as a whole cannot be one
	Closed   *schemas.View     `json:"closed,omitempty"`  // the case had ended before: its row, unchanged, without events
	Lines    []schemas.Line    `json:"lines"`
	Payments []schemas.Payment `json:"payments"`
	Owner    string            `json:"owner"`
	Method   string            `json:"method,omitempty"` // the method that was asked for and can be used; empty is the original one
	Fallback bool              `json:"fallback,omitempty"`
	// Handover is what the case that is reopened hands over.
	Handover *schemas.Handover `json:"handover,omitempty"`
	Resumed  *schemas.Resumed  `json:"resumed,omitempty"` // goes on from the rows of a case that was ended from outside
}

// Accept takes the units of a request in order of arrival and picks the owner, in one transaction (ruling 1). A repeated
// call answers what the first one did, whatever has changed since; one for a case that has ended changes nothing.
//
// A successor inherits what its predecessor still holds of the lines it was opened for, and takes no units of its own, unless its
// predecessor could not be a request and a person was asked for: then it takes what is free. A case that is reopened inherits what it
// had settled, too, and takes what is free of what it had given back. One whose
// predecessor was ended from outside goes on from its rows (see resume).
func (s *Store) Accept(ctx context.Context, in AcceptInput) (AcceptResult, error) {
	request, order := in.Order.Request, in.ShopOrder
	known := Knows(request, order)
	if known {
		if refusal := CheckOrder(order); refusal != nil {
			return AcceptResult{}, fmt.Errorf("order %s as the shop tells it: %w", order.OrderID, refusal)
		}
	} else {
		in.ShopOrder = schemas.ShopOrder{Currency: order.Currency} // nothing of another customer's order is looked at
	}
	var result AcceptResult
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, orderLock, request.MerchantID, request.OrderID); err != nil {
			return fmt.Errorf("lock order: %w", err)
		}
		before, err := acceptedBefore(ctx, tx, in.Order.CaseID, request.MerchantID)
		if err != nil || before != nil {
			result = deref(before)
			return err
		}
		if known {
			if err := putOrder(ctx, tx, order); err != nil {
				return err
			}
		}
		result, err = accept(ctx, tx, in, known)
		if err != nil {
			return err
		}
		if result.Refusal == nil && result.Owner == "" {
			if result.Owner, err = pickOwner(ctx, tx, request.MerchantID, in.Candidates); err != nil {
				return err
			}
		}
		return openRow(ctx, tx, in.Order, result)
	})
	if err != nil {
		return AcceptResult{}, fmt.Errorf("accept %s: %w", in.Order.CaseID, err)
	}
	return result, nil
}

// Knows reports whether the order is there and is this customer's of this merchant.
func Knows(r schemas.Request, o schemas.ShopOrder) bool {
	return o.OrderID != "" && o.OrderID == r.OrderID && o.MerchantID == r.MerchantID && o.CustomerID == r.CustomerID
}

// Ended returns the row of a case that has ended, without its events, or nil: the answer for whoever starts it again.
func (s *Store) Ended(ctx context.Context, caseID string) (*schemas.View, error) {
	var row schemas.View
	err := s.pool.QueryRow(ctx, caseEnded, caseID, merchantOf(caseID)).Scan(&row)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the case %s: %w", caseID, err)
	}
	return &row, nil
}

// MerchantCurrency is the currency of most of a merchant's orders, for the successor of a case whose order is not known.
func (s *Store) MerchantCurrency(ctx context.Context, merchant string) (string, error) {
	var currency string
	err := s.pool.QueryRow(ctx, merchantCurrency, merchant).Scan(&currency)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("currency of merchant %s: %w", merchant, ErrNotFound)
	}
	return currency, err
}

// acceptedBefore returns the answer that a case got before, or nil.
func acceptedBefore(ctx context.Context, tx pgx.Tx, caseID, merchant string) (*AcceptResult, error) {
	var closed bool
	var row schemas.View
	var accepted *AcceptResult
	err := tx.QueryRow(ctx, caseAccepted, caseID, merchant).Scan(&closed, &row, &accepted)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look for the case: %w", err)
	case closed:
		return &AcceptResult{Closed: &row}, nil
	}
	return accepted, nil
}

func accept(ctx context.Context, tx pgx.Tx, in AcceptInput, known bool) (AcceptResult, error) {
	request, successor := in.Order.Request, in.Order.Predecessor != nil
	adopted := successor && in.Order.Predecessor.Why == schemas.WhyAdopt
	if adopted {
		if result, ok, err := resume(ctx, tx, in); ok || err != nil {
			return result, err
		}
	}
	if !successor && !known {
		return AcceptResult{Refusal: UnknownOrder()}, nil
	}
	var over *schemas.Handover
	if reopens(in.Order) {
		var refusal *schemas.Refusal
		var err error
		if over, refusal, err = reopen(ctx, tx, &in.Order); refusal != nil || err != nil {
			return AcceptResult{Refusal: refusal}, err
		}
	}
	if !successor && (in.ShopOrder.Status != schemas.OrderDelivered || in.ShopOrder.DeliveredAt == nil) {
		return AcceptResult{Refusal: refuse(schemas.CodeNotDelivered, "order_id", "this order has not been delivered. Ask again once it has arrived, or ask for a person.")}, nil
	}
	lines := LinesOf(in.Order, in.ShopOrder, in.Articles)
	var err error
	if successor {
		lines = partsOf(lines, in.Order.Predecessor.Handover)
		err = inheritUnits(ctx, tx, in.Order, lines)
	}
	if err == nil && (!successor || (adopted || takesFree(in.Order)) && known) {
		lines, err = takeUnits(ctx, tx, in, lines)
	}
	if err != nil {
		return AcceptResult{}, err
	}
	result := AcceptResult{Lines: lines, Handover: over}
	if !successor {
		result.Refusal = refusalOf(lines)
	}
	if !known {
		return result, nil
	}
	replaced, err := replacedOf(ctx, tx, request.MerchantID, request.OrderID, request.RequestID)
	if err != nil {
		return AcceptResult{}, err
	}
	lines = asTheyAre(lines, replaced, request.Reason, successor)
	result.Lines = lines
	if err := capLines(ctx, tx, in.Order, in.ShopOrder, lines, replaced); err != nil {
		return AcceptResult{}, err
	}
	if result.Payments, err = payments(ctx, tx, in.ShopOrder); err != nil {
		return AcceptResult{}, err
	}
	result.Method, result.Fallback, err = settleWith(ctx, tx, request, in.ShopOrder)
	return result, err
}

// takesFree reports whether a successor takes units that its predecessor did not hold.
func takesFree(in schemas.IntakeOrder) bool {
	return in.Predecessor.Why == schemas.WhyRequestHuman || reopens(in)
}

// takeUnits gives every line that can go on its units. A line of which another case holds a part becomes two.
func takeUnits(ctx context.Context, tx pgx.Tx, in AcceptInput, lines []schemas.Line) ([]schemas.Line, error) {
	request := in.Order.Request
	taken, err := claimsOf(ctx, tx, request.MerchantID, request.OrderID)
	if err != nil {
		return nil, err
	}
	replaced, err := replacedOf(ctx, tx, request.MerchantID, request.OrderID, request.RequestID)
	if err != nil {
		return nil, err
	}
	var took []schemas.LineUnits
	var decided []schemas.Line
	for i := range lines {
		if lines[i].Outcome != schemas.OutcomeNone || lines[i].Code == schemas.CodeUnknownOrder || len(lines[i].Units) > 0 {
			decided = append(decided, lines[i])
			continue
		}
		at := slices.IndexFunc(in.ShopOrder.Lines, func(l schemas.ShopLine) bool { return l.LineID == lines[i].LineID })
		bought, claims := in.ShopOrder.Lines[at].Quantity, taken[lines[i].LineID]
		var held *schemas.Line
		if in.Order.Predecessor != nil {
			keepFree(&lines[i], bought, claims, replaced[lines[i].LineID])
		} else {
			held = decideUnits(&lines[i], bought, claims, replaced[lines[i].LineID], in.Order.At)
		}
		decided = append(decided, lines[i])
		if held != nil {
			decided = append(decided, *held)
		}
		if claims == nil {
			claims = map[int]claim{}
			taken[lines[i].LineID] = claims
		}
		for _, unit := range lines[i].Units {
			claims[unit] = claim{caseID: in.Order.CaseID} // another part of the line may follow
		}
		if len(lines[i].Units) > 0 {
			took = append(took, schemas.LineUnits{LineID: lines[i].LineID, Units: lines[i].Units})
		}
	}
	if len(took) == 0 {
		return decided, nil
	}
	units, err := jsonb(took)
	if err != nil {
		return nil, err
	}
	got, err := tx.Exec(ctx, claimsTake, request.MerchantID, request.OrderID, in.Order.CaseID, in.Order.At, units)
	if err != nil {
		return nil, fmt.Errorf("take units: %w", err)
	}
	wanted := 0
	for _, t := range took {
		wanted += len(t.Units)
	}
	if int(got.RowsAffected()) != wanted {
		return nil, fmt.Errorf("take units: %d of %d were free", got.RowsAffected(), wanted)
	}
	return decided, nil
}

// claimsOf reads who has which unit of an order, by line.
func claimsOf(ctx context.Context, tx querier, merchant, order string) (map[string]map[int]claim, error) {
	rows, err := tx.Query(ctx, claimsOfOrder, merchant, order)
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	taken := map[string]map[int]claim{}
	var line string
	var unit int
	var c claim
	_, err = pgx.ForEachRow(rows, []any{&line, &unit, &c.caseID, &c.settled, &c.replaced, &c.again}, func() error {
		if taken[line] == nil {
			taken[line] = map[int]claim{}
		}
		taken[line][unit] = c
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	return taken, nil
}

// capLines says of each line what can still be paid for it: what its units are worth, never more than what is left of the line, and what was
// paid on top for an article that it is by now, by its customer or by other lines. What has no units can be paid nothing.
func capLines(ctx context.Context, tx pgx.Tx, in schemas.IntakeOrder, o schemas.ShopOrder, lines []schemas.Line, replaced map[string]map[int]replacedUnit) error {
	caseID := in.CaseID
	taken, err := claimsOf(ctx, tx, o.MerchantID, o.OrderID)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, orderLinesLeft, o.MerchantID, o.OrderID)
	if err != nil {
		return fmt.Errorf("read what is left of the lines: %w", err)
	}
	worth := map[string]worthOf{}
	var id string
	var w worthOf
	_, err = pgx.ForEachRow(rows, []any{&id, &w.bought, &w.price, &w.cost, &w.netted, &w.prior, &w.paidOut}, func() error {
		w.units, w.now, w.paidTo = taken[id], replaced[id], map[string]int64{}
		worth[id] = w
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what is left of the lines: %w", err)
	}
	if rows, err = tx.Query(ctx, refundSharesOfOrder, o.MerchantID, o.OrderID); err != nil {
		return fmt.Errorf("read what went out for the lines: %w", err)
	}
	var payee string
	var paid int64
	_, err = pgx.ForEachRow(rows, []any{&id, &payee, &paid}, func() error {
		worth[id].paidTo[payee] = paid
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what went out for the lines: %w", err)
	}
	known, err := knownNettings(ctx, tx, in)
	if err != nil {
		return err
	}
	// What a part of a reopened line was paid is part of what it may cost; the parts of a line share what is left of it. What the case before has
	// paid back as a difference was for these units: what is left of the line is the other units'.
	used := map[string]int64{}
	for i := range lines {
		l := &lines[i]
		w := worth[l.LineID]
		spent, paid := known.of(l), l.Refunded.Minor
		if l.PaidBefore != nil {
			paid += l.PaidBefore.Minor
		}
		left := max(0, min(w.of(l.Units)-paid, w.room(caseID)+spent-used[l.LineID]))
		used[l.LineID] += max(0, left-spent)
		l.Payable = schemas.Money{Minor: l.Refunded.Minor + left, Currency: o.Currency}.Min(l.Price())
		onTop, charged := paidOnTop(replaced[l.LineID], l.Units)
		onTop = min(onTop, l.Price().Minor-l.Payable.Minor)
		if top := min(onTop, charged); top > 0 {
			l.OnTop = &schemas.Money{Minor: top, Currency: o.Currency}
			l.Payable.Minor, onTop = l.Payable.Minor+top, onTop-top
		}
		if others := min(onTop, w.netted, w.room(caseID)-used[l.LineID]); others > 0 {
			used[l.LineID] += others
			l.Payable.Minor += others
		}
	}
	return nil
}

func payments(ctx context.Context, tx pgx.Tx, o schemas.ShopOrder) ([]schemas.Payment, error) {
	rows, err := tx.Query(ctx, paymentsOfOrder, o.MerchantID, o.OrderID)
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (schemas.Payment, error) {
		p := schemas.Payment{Captured: schemas.Money{Currency: o.Currency}, Refundable: schemas.Money{Currency: o.Currency}}
		err := row.Scan(&p.PaymentID, &p.Method, &p.Captured.Minor, &p.Refundable.Minor, &p.Charged, &p.Lines)
		if len(p.Lines) == 0 {
			p.Lines = nil
		}
		return p, err
	})
}

// settleWith says whether the customer's wish for where the money goes can be kept (ruling 6). For a return: the original
// method, or a gift card the customer already has; to name the one method that everything was paid with is to ask for the
// original. For an exchange: any method of the customer's, because the difference may go either way.
func settleWith(ctx context.Context, tx pgx.Tx, r schemas.Request, o schemas.ShopOrder) (method string, fallback bool, err error) {
	if r.SettleWith == "" || r.SettleWith == schemas.SettleOriginal {
		return "", false, nil
	}
	named := func(p schemas.ShopPayment) bool { return p.PaymentMethodID == r.SettleWith }
	known := giftCardGet
	switch {
	case r.Kind == schemas.KindExchange && slices.ContainsFunc(o.Payments, named):
		return r.SettleWith, false, nil // what paid this order is the customer's, whether it was imported or not
	case r.Kind == schemas.KindExchange:
		known = paymentMethodGet
	case len(o.Payments) > 0 && !slices.ContainsFunc(o.Payments, func(p schemas.ShopPayment) bool { return !named(p) }):
		return "", false, nil
	}
	var has bool
	if err := tx.QueryRow(ctx, known, r.MerchantID, r.CustomerID, r.SettleWith).Scan(&has); err != nil {
		return "", false, fmt.Errorf("look for the method: %w", err)
	}
	if !has {
		return "", true, nil
	}
	return r.SettleWith, false, nil
}

// openRow makes the case visible, and its owner busy, before the case itself writes its first row.
func openRow(ctx context.Context, tx pgx.Tx, in schemas.IntakeOrder, result AcceptResult) error {
	r := in.Request
	view := schemas.View{
		CaseID: in.CaseID, RequestID: r.RequestID, Kind: r.Kind, MerchantID: r.MerchantID, OrderID: r.OrderID,
		CustomerID: r.CustomerID, Channel: r.Channel, Reason: r.Reason, RefundOnly: r.RefundOnly, Stage: schemas.StageIntake,
		State: schemas.Submitted, Turn: schemas.TurnSystem, Owner: result.Owner, Now: in.At, OpenedAt: in.At,
		Lines: result.Lines, EvidenceIDs: r.EvidenceIDs, Policy: in.Policy,
	}
	if in.Predecessor != nil {
		view.PredecessorID, view.Continues = in.Predecessor.CaseID, in.Predecessor.Why
	}
	if in.Predecessor != nil && (result.Refusal == nil || !reopens(in)) {
		if _, err := tx.Exec(ctx, caseContinue, in.Predecessor.CaseID, r.MerchantID, in.CaseID); err != nil {
			return fmt.Errorf("link the predecessor: %w", err)
		}
	}
	row, err := jsonb(view)
	if err != nil {
		return err
	}
	accepted, err := jsonb(result)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, caseOpen, row, accepted); err != nil {
		return fmt.Errorf("open the row: %w", err)
	}
	return nil
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
