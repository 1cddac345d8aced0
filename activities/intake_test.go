package activities

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// shop knows some orders.
type shop struct {
	orders map[string]schemas.ShopOrder
	away   error
}

func (s shop) Order(_ context.Context, merchant, order string) (schemas.ShopOrder, error) {
	o, is := s.orders[order]
	switch {
	case s.away != nil:
		return schemas.ShopOrder{}, s.away
	case !is || o.MerchantID != merchant:
		return schemas.ShopOrder{}, provider.ErrUnknownOrder
	}
	return o, nil
}

// planned answers what a test wants.
type planned func(facts PlanFacts) (schemas.Plan, []schemas.Verdict, error)

func (p planned) Plan(_ string, facts PlanFacts) (schemas.Plan, []schemas.Verdict, error) {
	return p(facts)
}

func theRules(t *testing.T) Planner {
	t.Helper()
	shelf, err := policy.NewShelf(nil)
	require.NoError(t, err)
	return PolicyPlanner(shelf, false)
}

func bought() schemas.ShopOrder {
	delivered := noon.AddDate(0, 0, -3)
	return schemas.ShopOrder{
		OrderID: "O1", MerchantID: "m", CustomerID: "c1", Currency: "USD", Status: schemas.OrderDelivered,
		PlacedAt: noon.AddDate(0, 0, -9), DeliveredAt: &delivered,
		Lines: []schemas.ShopLine{
			{LineID: "1", SKU: "MUG", ProductID: "P1", Quantity: 2, UnitPrice: usd(1000)},
			{LineID: "2", SKU: "LAMP", ShippedSKU: "LAMP-2", ProductID: "P2", Quantity: 1, UnitPrice: usd(5000)},
		},
		Payments: []schemas.ShopPayment{{PaymentID: "P1", PaymentMethodID: "card_1", Captured: usd(7000)}},
	}
}

func wants(request string, lines ...schemas.RequestLine) schemas.IntakeOrder {
	return schemas.IntakeOrder{
		CaseID: "m:" + request, RunID: "run", Policy: "default", At: noon,
		Request: schemas.Request{
			RequestID: request, Kind: schemas.KindReturn, MerchantID: "m", OrderID: "O1", CustomerID: "c1", Channel: "web",
			Reason: schemas.ChangedMind, Lines: lines,
		},
	}
}

func openShop(o ...schemas.ShopOrder) shop {
	s := shop{orders: map[string]schemas.ShopOrder{}}
	for _, o := range o {
		s.orders[o.OrderID] = o
	}
	return s
}

func line(id string, quantity int) schemas.RequestLine {
	return schemas.RequestLine{LineID: id, Quantity: quantity}
}

func take(t *testing.T, a *Intake, in schemas.IntakeOrder) schemas.Intake {
	t.Helper()
	got, err := a.Take(t.Context(), in)
	require.NoError(t, err)
	return got
}

func TestIntakeTellsACaseEverythingItMustKnow(t *testing.T) {
	t.Parallel()
	a := NewIntake(openShop(bought()), theRules(t), storetest.New(t))
	got := take(t, a, wants("r1", line("9", 1), line("1", 2)))
	require.Nil(t, got.Refusal)
	require.Equal(t, schemas.CodeUnknownOrder, got.Lines[0].Code)
	require.Equal(t, []int{1, 2}, got.Lines[1].Units)
	require.Equal(t, schemas.TurnCustomer, got.Lines[1].GoodsWith)
	require.Equal(t, schemas.ProposeApprove, got.Lines[1].Verdict.Proposal, "within the window")
	require.Empty(t, got.Lines[0].Verdict, "the rules are not asked about what is no line")
	require.Equal(t, "default", got.Plan.Policy)
	require.Equal(t, "USD", got.Currency)
	require.Equal(t, *bought().DeliveredAt, got.Delivered)
	require.Equal(t, usd(7000), got.Payments[0].Refundable)
	require.Contains(t, got.Plan.People[schemas.RoleAgent], schemas.Person{ID: got.Owner, Deputy: "agent-2"})
	require.Equal(t, got, take(t, a, wants("r1", line("9", 1), line("1", 2))), "a repeated intake answers the same")
}

func TestTheRulesHearWhatTheShopKnows(t *testing.T) {
	t.Parallel()
	var heard PlanFacts
	rules := planned(func(f PlanFacts) (schemas.Plan, []schemas.Verdict, error) {
		heard = f
		return schemas.Plan{}, make([]schemas.Verdict, len(f.Lines)), nil
	})
	order := bought()
	order.Lines[0].Established = []string{"misuse"}
	a := NewIntake(openShop(order), rules, storetest.New(t))
	in := wants("r1", line("1", 1), line("2", 1), line("1", 9))
	in.Request.EvidenceIDs = []string{"photo"}
	in.CaseID, in.Predecessor = "m:r1:2", &schemas.Predecessor{CaseID: "m:r1", AtReview: true, FirstReceivedAt: noon.AddDate(0, 0, -1)}
	take(t, a, in)
	require.Equal(t, map[string]bool{"1": false, "2": true}, heard.ShippedOther)
	require.True(t, heard.AtReview)
	require.Equal(t, noon.AddDate(0, 0, -1), heard.At, "the window is not shortened by reopening")
	require.Equal(t, []string{"photo"}, heard.EvidenceIDs)
	require.Len(t, heard.Lines, 3)
	require.Equal(t, []string{"misuse"}, heard.Items[order.Lines[0].LineID].Established)
	order.Lines[0].Established = []string{"Not A Code"}
	require.Equal(t, schemas.CodeBadValue, store.CheckOrder(order).Code)
}

func TestWhatCannotBeARequestIsAnAnswerAndNoError(t *testing.T) {
	t.Parallel()
	foreign := bought()
	foreign.OrderID, foreign.CustomerID = "O2", "c2"
	yen := bought()
	yen.OrderID, yen.Currency = "O3", "XAU"
	for i := range yen.Lines {
		yen.Lines[i].UnitPrice.Currency = "XAU"
	}
	yen.Payments[0].Captured.Currency = "XAU"
	a := NewIntake(openShop(bought(), foreign, yen), theRules(t), storetest.New(t))
	for name, c := range map[string]struct {
		change func(*schemas.IntakeOrder)
		code   schemas.Code
	}{
		"an unknown order":          {func(in *schemas.IntakeOrder) { in.Request.OrderID = "none" }, schemas.CodeUnknownOrder},
		"a foreign order":           {func(in *schemas.IntakeOrder) { in.Request.OrderID = "O2" }, schemas.CodeUnknownOrder},
		"an unknown policy":         {func(in *schemas.IntakeOrder) { in.Policy = "none" }, schemas.CodeUnknownPolicy},
		"no name of a policy":       {func(in *schemas.IntakeOrder) { in.Policy = "../x" }, schemas.CodeUnknownPolicy},
		"a policy of the dev stack": {func(in *schemas.IntakeOrder) { in.Policy = "demo" }, schemas.CodeUnknownPolicy},
		"no limits for this money":  {func(in *schemas.IntakeOrder) { in.Request.OrderID = "O3" }, schemas.CodeOtherCurrency},
		"no rules for this kind":    {func(in *schemas.IntakeOrder) { in.Request.Kind = schemas.KindRepair }, schemas.CodeUnsupported},
		"more than was bought":      {func(in *schemas.IntakeOrder) { in.Request.Lines[0].Quantity = 3 }, schemas.CodeNothingLeft},
	} {
		in := wants("r1", line("1", 1))
		c.change(&in)
		got := take(t, a, in)
		require.NotNil(t, got.Refusal, name)
		require.Equal(t, c.code, got.Refusal.Code, name)
	}
}

// forPerson makes a request the successor that its customer asked a person for.
func forPerson(in schemas.IntakeOrder) schemas.IntakeOrder {
	in.Predecessor = &schemas.Predecessor{CaseID: in.CaseID, Why: schemas.WhyRequestHuman, AtReview: true}
	in.CaseID = schemas.SuccessorID(in.CaseID)
	return in
}

func TestASuccessorOfAnUnknownOrderGoesToAPersonInTheMerchantsCurrency(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	a := NewIntake(openShop(bought()), theRules(t), s)
	require.NoError(t, s.PutOrder(t.Context(), bought()))
	in := wants("r1", line("1", 1))
	in.Request.OrderID = "none"
	got := take(t, a, forPerson(in))
	require.Nil(t, got.Refusal)
	require.Equal(t, "USD", got.Currency)
	require.Equal(t, schemas.Submitted, got.Lines[0].State)
	require.NotEmpty(t, got.Owner)
}

func TestWhoeverAsksForAPersonReachesOneWhateverTheRequestNames(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*schemas.IntakeOrder, *schemas.ShopOrder){
		"a merchant nobody knows": func(in *schemas.IntakeOrder, _ *schemas.ShopOrder) {
			in.Request.MerchantID = "nobody"
			in.CaseID = "nobody:r1"
		},
		"a policy nobody knows":          func(in *schemas.IntakeOrder, _ *schemas.ShopOrder) { in.Policy = "gold" },
		"a policy with no name":          func(in *schemas.IntakeOrder, _ *schemas.ShopOrder) { in.Policy = "a b" },
		"a currency without limits":      func(_ *schemas.IntakeOrder, o *schemas.ShopOrder) { inCurrency(o, "CHF") },
		"neither policy nor currency":    func(in *schemas.IntakeOrder, o *schemas.ShopOrder) { in.Policy = "gold"; inCurrency(o, "CHF") },
		"more than anybody ever bought":  func(in *schemas.IntakeOrder, _ *schemas.ShopOrder) { in.Request.Lines[0].Quantity = 1_000_000_000 },
		"a line the order does not have": func(in *schemas.IntakeOrder, _ *schemas.ShopOrder) { in.Request.Lines[0].LineID = "99" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			order, in := bought(), wants("r1", line("1", 1))
			change(&in, &order)
			a := NewIntake(openShop(order), theRules(t), storetest.New(t))
			got := take(t, a, in)
			require.NotNil(t, got.Refusal)
			got = take(t, a, forPerson(in))
			require.Nil(t, got.Refusal)
			require.Len(t, got.Lines, 1)
			require.Equal(t, schemas.OutcomeNone, got.Lines[0].Outcome)
			require.NotEmpty(t, got.Currency)
			require.NotEmpty(t, got.Owner)
			require.NotEmpty(t, got.Plan.People[schemas.RoleSupervisor])
		})
	}
}

func inCurrency(o *schemas.ShopOrder, currency string) {
	o.Currency = currency
	for i := range o.Lines {
		o.Lines[i].UnitPrice.Currency = currency
	}
	for i := range o.Payments {
		o.Payments[i].Captured.Currency = currency
	}
	for i := range o.Refunds {
		o.Refunds[i].Amount.Currency = currency
	}
}

func TestWhatKeptARequestFromBeingOneIsTheVerdictBeforeAPerson(t *testing.T) {
	t.Parallel()
	a := NewIntake(openShop(bought()), theRules(t), storetest.New(t))
	in := wants("r1", line("1", 1_000_000_000))
	require.Equal(t, schemas.CodeNothingLeft, take(t, a, in).Refusal.Code)
	got := take(t, a, forPerson(in)).Lines[0]
	require.Equal(t, schemas.ProposeReview, got.Verdict.Proposal)
	require.False(t, got.Verdict.Owed, "silence must not grant it")
	require.Equal(t, "nothing_left", got.Verdict.Reason)
	require.Equal(t, bought().Lines[0].Quantity, got.Quantity)
	require.Len(t, got.Units, got.Quantity)
	require.Equal(t, got.Price(), got.Payable)
}

func TestACaseThatHadEndedIsAnsweredWithItsRow(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	a := NewIntake(shop{away: errors.New("the shop is not even asked")}, theRules(t), s)
	rows := NewRows(s, nil)
	row := schemas.View{CaseID: "m:r1", MerchantID: "m", Outcome: schemas.Completed, Revision: 1, OpenedAt: noon, ClosedAt: &noon}
	flush := schemas.Flush{CaseID: "m:r1", RunID: "run", RunStartedAt: noon, HistoryLength: 5, Events: []schemas.Event{{Revision: 1, At: noon}}, Row: row}
	written, err := rows.Write(t.Context(), flush)
	require.NoError(t, err)
	require.False(t, written.Stale)
	got := take(t, a, wants("r1", line("1", 1)))
	require.Equal(t, schemas.Completed, got.Closed.Outcome)
}

func TestTroubleOfTheShopAndOfThePolicyIsTriedAgain(t *testing.T) {
	t.Parallel()
	broken := bought()
	broken.Refunds = []schemas.ShopRefund{{RefundID: "r", PaymentID: "P1", Amount: usd(7001)}}
	s := storetest.New(t)
	fault := planned(func(PlanFacts) (schemas.Plan, []schemas.Verdict, error) {
		return schemas.Plan{}, nil, errors.New("line 7: no such word")
	})
	mute := planned(func(PlanFacts) (schemas.Plan, []schemas.Verdict, error) { return schemas.Plan{}, nil, nil })
	for name, a := range map[string]*Intake{
		"the shop is away":          NewIntake(shop{away: errors.New("connection refused")}, theRules(t), s),
		"its order makes no sense":  NewIntake(openShop(broken), theRules(t), s),
		"the policy has a fault":    NewIntake(openShop(bought()), fault, s),
		"the policy leaves one out": NewIntake(openShop(bought()), mute, s),
	} {
		_, err := a.Take(t.Context(), wants("r1", line("1", 1)))
		var failed *temporal.ApplicationError
		require.ErrorAs(t, err, &failed, name)
		require.False(t, failed.NonRetryable(), name)
	}
}

func TestReleasedUnitsAreFreeForTheNext(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	a, c := NewIntake(openShop(bought()), theRules(t), s), NewClaims(s)
	take(t, a, wants("r1", line("1", 2)))
	require.Equal(t, schemas.Merged, take(t, a, wants("r2", line("1", 1))).Lines[0].Outcome)
	for range 2 {
		_, err := c.Release(t.Context(), schemas.ReleaseOrder{CaseID: "m:r1", Units: []schemas.LineUnits{{LineID: "1", Units: []int{1, 2}}}, At: noon})
		require.NoError(t, err)
	}
	require.Equal(t, []int{1}, take(t, a, wants("r3", line("1", 1))).Lines[0].Units)
	_, err := c.Release(t.Context(), schemas.ReleaseOrder{CaseID: "none"})
	refusedForGood(t, err)
}

func TestRowsThatLeaveAHoleAreRefusedForGoodAndADatabaseThatIsAwayIsNot(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	rows := NewRows(s, nil)
	_, err := rows.Write(t.Context(), schemas.Flush{CaseID: "m:r1", RunStartedAt: noon, Base: 3, Row: schemas.View{CaseID: "m:r1", Revision: 9}})
	refusedForGood(t, err)

	away, err := store.Open(t.Context(), storetest.URL(t))
	require.NoError(t, err)
	away.Close()
	_, err = NewRows(away, nil).Write(t.Context(), schemas.Flush{CaseID: "m:r1", RunStartedAt: time.Now(), Row: schemas.View{CaseID: "m:r1"}})
	var failed *temporal.ApplicationError
	require.ErrorAs(t, err, &failed)
	require.False(t, failed.NonRetryable())
	_, err = NewIntake(openShop(bought()), theRules(t), away).Take(t.Context(), wants("r1", line("1", 1)))
	require.ErrorAs(t, err, &failed)
	require.False(t, failed.NonRetryable())
}

func refusedForGood(t *testing.T, err error) {
	t.Helper()
	var failed *temporal.ApplicationError
	require.ErrorAs(t, err, &failed)
	require.True(t, failed.NonRetryable())
	require.Equal(t, schemas.ErrorTypeRefused, failed.Type())
}
