package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// aSight is a case in order: one line is approved and paid, another is in review, and the books say the same.
func aSight() *sight {
	at := started.Add(time.Hour)
	due := at.Add(20 * time.Hour)
	b := newBooks()
	b.OpenedAt = started
	b.Lines["1"], b.Lines["2"] = &lineBook{Price: 1000, Quantity: 1}, &lineBook{Price: 500, Quantity: 1}
	b.Captured["p-1"] = 1500
	refund := schemas.Refund{
		RefundID: "shop:r-1/refund/1", PaymentID: "p-1", Method: "card-1", Amount: usd(1000), Status: schemas.RefundSucceeded,
		Shares: []schemas.Share{{LineID: "1", Units: []int{1}, Amount: usd(1000)}},
	}
	b.Asked = []schemas.Refund{refund}
	b.Refunds[refund.RefundID] = &refundBook{Refund: refund, Status: schemas.RefundSucceeded, Known: true}
	one, two := line("1", 1000), line("2", 500)
	one.Payable, one.Refunded, one.State, one.Outcome = usd(1000), usd(1000), schemas.Closed, schemas.Completed
	two.Payable, two.State, two.ClockID, two.GoodsWith = usd(500), schemas.Review, "k1", schemas.TurnCustomer
	view := schemas.View{
		CaseID: "shop:r-1", CustomerID: "c-1", State: schemas.Review, Turn: schemas.TurnMerchant, Owner: "agent-1", Now: at, DueAt: &due, Revision: 2,
		Lines: []schemas.Line{one, two}, Money: schemas.Accounts{Refunded: usd(1000), Entries: []schemas.Refund{refund}},
		Clocks: []schemas.Clock{
			{ClockID: "k1", Name: "return.review", Due: due, Expiry: "it goes to the supervisor"},
			{ClockID: "k2", Name: "law.refund", Due: at.Add(time.Hour * 72), Expiry: "the duty is breached"},
		},
	}
	before := view
	before.Revision = 1
	before.Lines = append([]schemas.Line{}, view.Lines...)
	event := func(n int64, name string) schemas.Event {
		return schemas.Event{Revision: n, At: at, Name: name, Actor: schemas.System, Door: schemas.DoorSystem, Message: "it happened"}
	}
	all := []schemas.Event{event(1, schemas.EventOpened), event(2, schemas.EventIntake)}
	return &sight{Before: &before, Now: view, New: all[1:], All: all, Books: b}
}

func (s *sight) ends(outcome schemas.Outcome) {
	at := s.Now.Now
	s.Now.ClosedAt, s.Now.Outcome, s.Now.State, s.Now.Clocks, s.Now.Turn = &at, outcome, schemas.Closed, nil, schemas.TurnNobody
	s.Now.Lines[1].State, s.Now.Lines[1].Outcome = schemas.Closed, outcome
}

// TestEveryLawIsSeenToBreak gives each law a case in which it is broken. A law that nothing breaks would be no law.
func TestEveryLawIsSeenToBreak(t *testing.T) {
	t.Parallel()
	require.Empty(t, aSight().broken(), "the case is in order before it is broken")
	for _, l := range laws {
		require.NotEmpty(t, breaches[l.text], "nothing breaks the law: %s", l.text)
	}
	for text, ways := range breaches {
		for what, breaks := range ways {
			t.Run(text[:2]+" "+what, func(t *testing.T) {
				t.Parallel()
				s := aSight()
				breaks(s)
				found := ""
				for _, l := range laws {
					if l.text == text {
						found = l.check(s)
					}
				}
				require.NotEmpty(t, found, "%s", text)
			})
		}
	}
}

var breaches = map[string]map[string]func(*sight){
	laws[0].text: {
		"a bank keeps what had been refunded": func(s *sight) {
			s.Books.Kept["b-1"] = &keptBook{
				Dispute: schemas.Dispute{DisputeID: "b-1", Kind: schemas.Chargeback, Status: schemas.DisputeLost, PaymentID: "p-9", Taken: usd(1)},
				Shares:  []schemas.Share{{LineID: "1", Amount: usd(1)}},
			}
		},
		"a bank keeps more than a payment brought": func(s *sight) {
			s.Books.Kept["b-1"] = &keptBook{Dispute: schemas.Dispute{DisputeID: "b-1", Kind: schemas.Chargeback, PaymentID: "p-1", Taken: usd(501)}}
		},
		"a line is paid twice": func(s *sight) {
			again := *s.Books.Refunds["shop:r-1/refund/1"]
			again.Refund.RefundID = "shop:r-1/refund/2"
			s.Books.Refunds["shop:r-1/refund/2"] = &again
		},
		"another case was paid for it":    func(s *sight) { s.Books.Elsewhere["1"] = 1 },
		"a payment brought less":          func(s *sight) { s.Books.Captured["p-1"] = 999 },
		"a charge goes back that was not": func(s *sight) { s.chargeBack() },
		"a line has less than nothing":    func(s *sight) { s.Now.Lines[1].Payable = usd(-1) },
	},
	laws[1].text: {
		"the replacement is there and the price is back": func(s *sight) {
			s.Books.Parcels["RP1"] = &parcelBook{Replaces: true, Arrived: true, At: 1, Parcel: schemas.Parcel{Direction: schemas.ToCustomer, Lines: []schemas.PickLine{{LineID: "1"}}}}
		},
	},
	laws[2].text: {
		"the system refuses": func(s *sight) {
			s.Now.Lines[1].Rejection = &schemas.Rejection{By: schemas.System, Reason: "used"}
		},
		"somebody refuses without a reason": func(s *sight) { s.Now.Lines[1].Rejection = &schemas.Rejection{By: anAgent} },
		"it ends as refused by nobody":      func(s *sight) { s.ends(schemas.RejectedFinal) },
		"a wish for a person is declined": func(s *sight) {
			s.New[0].Name, s.New[0].Actor = schemas.EventRefused, theCustomer
			s.New[0].Data = map[string]string{"name": schemas.CaseRequestHuman.Name, "code": string(schemas.CodeWrongState)}
		},
	},
	laws[3].text: {
		"a duty is overdue and runs": func(s *sight) { s.Now.Clocks[1].Due = s.Now.Now.Add(-time.Hour) },
		"a clock runs after the end": func(s *sight) {
			clocks := s.Now.Clocks
			s.ends(schemas.Completed)
			s.Now.Clocks = clocks
		},
		"a missed duty is not flagged": func(s *sight) {
			s.ends(schemas.Withdrawn)
			s.All[1].Name, s.All[1].Data = schemas.EventExpired, map[string]string{"clock": "law.refund"}
		},
		"the shop keeps the goods unpaid": func(s *sight) {
			s.ends(schemas.Completed)
			s.Now.Lines[1].GoodsWith = schemas.TurnWarehouse
		},
	},
	laws[4].text: {
		"less is owed after a silence": func(s *sight) {
			s.New[0].Name = schemas.EventExpired
			s.Now.Lines[1].Deduction = usd(1)
		},
	},
	laws[5].text: {
		"nobody decided and it expired": func(s *sight) { s.ends(schemas.Expired) },
	},
	laws[6].text: {
		"nobody owns it":             func(s *sight) { s.Now.Owner = "" },
		"nothing is due":             func(s *sight) { s.Now.DueAt = nil },
		"it is nobody's turn":        func(s *sight) { s.Now.Turn = schemas.TurnNobody },
		"a line has no clock":        func(s *sight) { s.Now.Lines[1].ClockID = "k9" },
		"a line's clock stands":      func(s *sight) { s.Now.Clocks[0].Paused = true },
		"an end has no name":         func(s *sight) { s.Now.Clocks[0].Expiry = "" },
		"a line ended, nobody knows": func(s *sight) { s.Now.Lines[0].Outcome = schemas.OutcomeNone },
	},
	laws[7].text: {
		"the next case counts anew": func(s *sight) {
			s.Books.Successors = []schemas.Opening{{Predecessor: &schemas.Predecessor{CaseID: "shop:r-1", FirstReceivedAt: started.Add(time.Hour)}}}
		},
		"the next case knows no other": func(s *sight) { s.Books.Successors = []schemas.Opening{{}} },
	},
	laws[8].text: {
		"a duty stands still": func(s *sight) { s.Now.Clocks[1].Paused = true },
		"a duty has stood":    func(s *sight) { s.Now.Clocks[1].Pauses = []schemas.ClockPause{{From: started}} },
	},
	laws[9].text: {
		"one number, two amounts": func(s *sight) {
			other := s.Books.Asked[0]
			other.Amount = usd(1)
			s.Books.Asked = append(s.Books.Asked, other)
		},
		"the case ends and knows less": func(s *sight) {
			s.ends(schemas.Withdrawn)
			s.Now.Money.Refunded = usd(0)
		},
		"the case ends and counts more": func(s *sight) {
			s.ends(schemas.Withdrawn)
			s.Now.Money.Refunded = usd(1001)
		},
	},
	laws[10].text: {
		"nobody outside decided": func(s *sight) { s.ends(schemas.SettledExternally) },
		"nobody outside said so": func(s *sight) { s.disputed(schemas.Chargeback, schemas.DisputeWon) },
		"somebody said otherwise": func(s *sight) {
			s.disputed(schemas.DisputePlatform, schemas.DisputeWon)
			s.Books.Words["dp-1"] = []schemas.ExternalWord{{Decision: schemas.DisputeLost}}
		},
		"a wish is refused while a platform looks at it": func(s *sight) {
			s.disputed(schemas.DisputePlatform, schemas.DisputeOpen)
			s.Now.Lines[1].Rejection = &schemas.Rejection{By: anAgent, Reason: "used", At: s.Now.Now}
		},
		"money leaves while a bank has it": func(s *sight) {
			s.disputed(schemas.Chargeback, schemas.DisputeOpen)
			s.Before.Money.Entries = nil
		},
		"what a platform decided is not done": func(s *sight) {
			s.disputed(schemas.DisputePlatform, schemas.DisputeLost)
			s.Books.Words["dp-1"] = []schemas.ExternalWord{{Decision: schemas.DisputeLost}}
			s.Now.Lines[1].Units, s.Before.Lines[1].State = []int{1}, schemas.Review
		},
		"the case ends over a dispute": func(s *sight) {
			s.disputed(schemas.DisputePlatform, schemas.DisputeOpen)
			s.ends(schemas.Withdrawn)
		},
		"a bank has paid nothing": func(s *sight) {
			s.disputed(schemas.Chargeback, schemas.DisputeOpen)
			s.Now.Lines[1].Outcome = schemas.SettledExternally
		},
	},
	laws[11].text: {
		"a name stands in a row": func(s *sight) { s.Books.Personal = []string{"rows: " + somebody} },
	},
	laws[12].text: {
		"a clock is overdue":    func(s *sight) { s.Now.Clocks[0].Due = s.Now.Now.Add(-time.Hour) },
		"a clock ran out twice": func(s *sight) { s.ranOutTwice("return.review", "2") },
	},
	laws[13].text: {
		"it is open again": func(s *sight) {
			at := s.Now.Now
			s.Before.ClosedAt, s.Before.Outcome = &at, schemas.Completed
		},
		"money moves after it": func(s *sight) {
			s.ends(schemas.Withdrawn)
			before := s.Now
			s.Before = &before
			s.Now.Money.Refunded = usd(1)
		},
	},
	laws[14].text: {
		"a number is missing":  func(s *sight) { s.All[1].Revision = 3 },
		"an event is silent":   func(s *sight) { s.All[1].Message = "" },
		"nobody has done it":   func(s *sight) { s.All[1].Actor = schemas.Actor{} },
		"it came by no door":   func(s *sight) { s.All[1].Door = "" },
		"an event has no name": func(s *sight) { s.All[1].Name = "" },
	},
	laws[15].text: {
		"one person decides twice": func(s *sight) {
			who := aSupervisor
			s.Now.Approvals = []schemas.Approval{{ApprovalID: "a1", Proposer: who, DecidedBy: &who, Granted: true}}
		},
	},
	laws[16].text: {
		"what is under suspicion is granted by itself": func(s *sight) {
			s.Before.Holds = []schemas.Hold{{Kind: schemas.AutomationHold}}
			s.Now.Holds = s.Before.Holds
			s.Before.Lines[1].State, s.Now.Lines[1].State = schemas.Review, schemas.RefundApproved
		},
	},
	laws[17].text: {
		"no clock runs for goods that are here": func(s *sight) {
			s.goodsHere(started)
			s.Now.Clocks = s.Now.Clocks[:1]
		},
		"the clock runs for goods that came later": func(s *sight) {
			s.goodsHere(started)
			s.Now.Clocks[1].Due = refundDueFrom(started.Add(time.Hour))
		},
		"the day has passed in silence":      func(s *sight) { s.goodsHere(started.Add(-30 * 24 * time.Hour)) },
		"one line was missed more than once": func(s *sight) { s.missesTwice(started) },
		"it was missed before the goods came": func(s *sight) {
			s.goodsHere(started.Add(-30 * 24 * time.Hour))
			s.missesTwice(started.Add(-30 * 24 * time.Hour))
			s.Now.Lines[1].Since, s.New = s.Now.Now.Add(2*time.Hour), nil
		},
	},
}

// goodsHere lets the goods of the second line have been delivered then.
func (s *sight) goodsHere(at time.Time) {
	s.Now.Kind = schemas.KindReturn
	l := &s.Now.Lines[1]
	l.State, l.GoodsWith, l.Waybill, l.Since = schemas.Received, schemas.TurnWarehouse, "SF1", at
	s.Now.Parcels = []schemas.Parcel{{Waybill: "SF1", DeliveredAt: &at}}
}

// missesTwice lets the duty to pay for the second line be missed, and again an hour later.
func (s *sight) missesTwice(delivered time.Time) {
	s.goodsHere(delivered)
	s.ranOutTwice(refundDuty)
	for i := range s.All[1:] {
		s.All[1+i].Data["due"] = refundDueFrom(delivered).UTC().Format(time.RFC3339)
	}
}

// ranOutTwice lets a clock run out, and again an hour later.
func (s *sight) ranOutTwice(clock string, lines ...string) {
	out := s.All[1]
	out.Name, out.Lines, out.Data = schemas.EventExpired, lines, map[string]string{"clock": clock, "due": "x"}
	again := out
	again.Revision, again.At = 3, out.At.Add(time.Hour)
	s.All, s.New = append(s.All[:1], out, again), []schemas.Event{again}
}

// disputed lets somebody outside look at the case, which ended or not since the case was written before.
func (s *sight) disputed(kind schemas.DisputeKind, now schemas.DisputeStatus) {
	d := schemas.Dispute{DisputeID: "dp-1", Kind: kind, Status: schemas.DisputeOpen}
	s.Before.Disputes = []schemas.Dispute{d}
	d.Status = now
	s.Now.Disputes = []schemas.Dispute{d}
}

// bankSays lets a bank have decided, and the case know of it what it does.
func (s *sight) bankSays(decision schemas.DisputeStatus, d schemas.Dispute) *books {
	none := usd(0)
	d.DisputeID, d.Kind, d.PaymentID, d.Amount, d.Taken, d.Over = "b-1", schemas.Chargeback, "p-1", none, none, none
	s.Now.Disputes = []schemas.Dispute{d}
	s.Books.Bank["b-1"] = &bankBook{Word: schemas.ExternalWord{Amount: &none}, Status: decision, Told: decision}
	s.Books.Kept["b-1"] = &keptBook{Dispute: d}
	return s.Books
}

// chargeBack lets a charge go back that the customer has not paid.
func (s *sight) chargeBack() {
	s.Books.Charges["shop:r-1/charge/1"] = &chargeBook{Charge: schemas.Charge{Amount: usd(100)}, Status: schemas.ChargeFailed}
	f := schemas.Refund{RefundID: "shop:r-1/refund/2", PaymentID: "shop:r-1/charge/1", Amount: usd(100)}
	s.Books.Refunds[f.RefundID] = &refundBook{Refund: f, Status: schemas.RefundSucceeded}
}

// TestEveryAnswerThatIsWrongIsSeen holds what a walk makes of answers to the same: each check is seen to fail.
func TestEveryAnswerThatIsWrongIsSeen(t *testing.T) {
	t.Parallel()
	order := schemas.Order{CommandID: "c", Actor: anAgent, Body: []byte(`{}`)}
	receipt := schemas.Receipt{CaseID: "shop:r-1", Revision: 3}
	before := answerBook{Name: "case.note", Order: order, Receipt: receipt}
	require.Empty(t, sameAnswer(before, true, "case.note", order, receipt))
	require.NotEmpty(t, sameAnswer(before, true, "case.note", order, schemas.Receipt{CaseID: "shop:r-1", Revision: 4}))
	require.NotEmpty(t, sameAnswer(before, true, "case.reply", order, receipt))

	v := aSight().Now
	require.Empty(t, mayHave("case.note", order, v))
	require.NotEmpty(t, mayHave("case.note", schemas.Order{Actor: who(schemas.RoleCustomer, "c-2")}, v))
	s := aSight()
	s.ends(schemas.Withdrawn)
	require.NotEmpty(t, mayHave("case.note", order, s.Now))

	no := schemas.Refusal{Code: schemas.CodeWrongState, Message: "not now"}
	require.Empty(t, refusedWell("case.note", order, no, v, v))
	require.NotEmpty(t, refusedWell("case.note", order, schemas.Refusal{}, v, v), "without a reason")
	other := aSight().Now
	other.Owner = "agent-2"
	require.NotEmpty(t, refusedWell("case.note", order, no, v, other), "something has changed")
	later := aSight().Now
	later.Revision, later.Events = 3, []schemas.Event{{Revision: 3, CommandID: "c"}}
	require.NotEmpty(t, refusedWell("case.note", order, no, v, later), "there is an event of it")
	require.NotEmpty(t, refusedWell(schemas.CaseRequestHuman.Name, schemas.Order{Actor: theCustomer}, no, v, v), "a person was declined")
}

// TestAFoundReplacementIsToldOfByItself wants the task of that parcel, and not just any.
func TestAFoundReplacementIsToldOfByItself(t *testing.T) {
	t.Parallel()
	s := aSight()
	arrival := schemas.Event{Revision: 3, At: s.Now.Now, Name: schemas.EventLateFact, EventID: "f-1"}
	s.All = append(s.All, arrival)
	w := &walk{outside: &outside{books: s.Books}, stories: []*sight{s}}
	found := foundReplacement{waybill: "RP1", line: "1", words: []string{"f-1"}}
	task := schemas.NoticeOrder{CaseID: "shop:r-1", Step: "003-" + arrival.Name, At: arrival.At.Add(time.Minute), Messages: []schemas.Notice{{Template: "staff.task", Vars: map[string]string{"task": "late_fact"}}}}
	s.Books.noteTasks(task)
	require.False(t, w.toldOf(found), "it was another fact's")
	task.At = arrival.At
	s.Books.noteTasks(task)
	require.True(t, w.toldOf(found))
	s.All[len(s.All)-1].Lines = []string{"2"}
	require.False(t, w.toldOf(found), "it was another line's")
}

// TestEveryEndThatIsWrongIsSeen does so for the end of a walk.
func TestEveryEndThatIsWrongIsSeen(t *testing.T) {
	t.Parallel()
	ended := func(change func(*sight)) []string {
		s := aSight()
		s.ends(schemas.Withdrawn)
		s.Books.Told = []schemas.Notice{{Template: "case.closed"}}
		change(s)
		return checkEnd(&walk{outside: &outside{books: s.Books}, stories: []*sight{s}})
	}
	require.Empty(t, ended(func(*sight) {}))
	for what, breaks := range map[string]func(*sight){
		"the provider has money still": func(s *sight) { s.Books.Refunds["shop:r-1/refund/1"].Status = schemas.RefundAccepted },
		"a deposit is held":            func(s *sight) { s.Books.Charges["c"] = &chargeBook{Status: schemas.ChargeHeld} },
		"the customer paid for nothing": func(s *sight) {
			s.Books.Charges["c"] = &chargeBook{Status: schemas.ChargeSucceeded, Charge: schemas.Charge{ChargeID: "c", Amount: usd(1)}}
		},
		"somebody has paid for nothing of theirs": func(s *sight) {
			s.Books.Charges["shop:r-1/charge/1"] = &chargeBook{Status: schemas.ChargeSucceeded, Charge: schemas.Charge{Amount: usd(1), Lines: []string{"2"}}}
			s.Books.Shipments["s"] = &shipmentBook{Sent: true, Word: &schemas.ShipmentWord{}, Order: schemas.ShipOrder{Goods: []schemas.ShipLine{{LineID: "2"}}}}
		},
		"a bank has decided otherwise": func(s *sight) {
			s.bankSays(schemas.DisputeWon, schemas.Dispute{Status: schemas.DisputeLost, Booked: true}).Kept["b-1"].Dispute.Status = schemas.DisputeLost
		},
		"the ledger keeps another sum": func(s *sight) {
			s.bankSays(schemas.DisputeLost, schemas.Dispute{Status: schemas.DisputeLost, Booked: true}).Kept["b-1"].Dispute.Taken = usd(1)
		},
		"the ledger never heard of a dispute": func(s *sight) {
			s.bankSays(schemas.DisputeLost, schemas.Dispute{Status: schemas.DisputeLost})
		},
		"the provider has another amount": func(s *sight) { s.Books.Refunds["shop:r-1/refund/1"].Refund.Amount = usd(999) },
		"goods are booked that no case decided on": func(s *sight) {
			s.Books.Disposed["shop:r-1/settle/9"] = schemas.DisposeOrder{Goods: []schemas.Disposal{{LineID: "2", Quantity: 1}}}
		},
		"something was sent that no case knows": func(s *sight) {
			s.Books.Shipments["shop:r-1/ship/9"] = &shipmentBook{Sent: true, Word: &schemas.ShipmentWord{Waybill: "RP9"}, Order: schemas.ShipOrder{ShipmentID: "shop:r-1/ship/9", Goods: []schemas.ShipLine{{LineID: "2", Quantity: 1}}}}
		},
		"goods are kept":         func(s *sight) { s.Books.Holds["k"] = &holdBook{Status: "held"} },
		"nobody told the end":    func(s *sight) { s.Books.Told = nil },
		"nothing was sent":       func(s *sight) { s.Now.Lines[0].Replacement = &schemas.Replacement{} },
		"the shop has the goods": func(s *sight) { s.Now.Lines[1].GoodsWith = schemas.TurnWarehouse },
		"it was never paid": func(s *sight) {
			s.Now.Lines[1].Outcome, s.Now.Lines[1].GoodsWith = schemas.Completed, schemas.TurnWarehouse
		},
		"the goods are gone": func(s *sight) {
			at := started
			s.Now.Lines[1].Outcome = schemas.Expired
			s.Books.Parcels["SF1"] = &parcelBook{Parcel: schemas.Parcel{Direction: schemas.ToMerchant, Status: schemas.ParcelLost, MovedAt: &at, Lines: []schemas.PickLine{{LineID: "2"}}}}
			s.Now.Lines[1].Since = started.Add(time.Hour)
		},
	} {
		require.NotEmpty(t, ended(breaks), what)
	}
}
