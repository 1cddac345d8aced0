package workflows_test

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/testsuite"

	"github.com/aftercare/aftercare/schemas"
)

// The banks of a walk, which take payments back, and what the ledger writes down of that. In a third of the walks there is one that does.

// bankBook is a chargeback as the bank has it.
type bankBook struct {
	Word   schemas.ExternalWord // how it began
	Status schemas.DisputeStatus
	Since  time.Time
	Turns  int // how often it was decided
	// Told is how it stands by the newest word of its own that has reached a case.
	Told   schemas.DisputeStatus
	ToldAt time.Time
	Other  bool // people have entered it with another amount than the bank's
}

// known reports whether the cases have heard how it stands.
func (b *bankBook) known() bool { return b.Told == b.Status && !b.Other }

// told notes a word that a case has heard.
func (b *bankBook) told(status schemas.DisputeStatus, at time.Time) {
	if !at.Before(b.ToldAt) {
		b.Told, b.ToldAt = status, at
	}
}

// keptBook is a dispute as the ledger has it.
type keptBook struct {
	Dispute schemas.Dispute
	Shares  []schemas.Share
}

// takes reports whether the customer has the money for good.
func (k *keptBook) takes() bool { return k.Dispute.Status.Takes() }

func (o *outside) listenBanks(env *testsuite.TestWorkflowEnvironment) {
	serve(env, o, schemas.DisputeBook, func(d schemas.DisputeOrder) string { return d.Dispute.DisputeID }, o.bookDispute)
	serve(env, o, schemas.DisputeSend, func(a schemas.DisputeAnswer) string { return a.Key }, o.answerBank)
}

// movesOfBanks is what banks may do next: take a payment back, decide, and turn a decision round once.
func (o *outside) movesOfBanks() []move {
	var list []move
	if o.chance(3, "bank") > 0 {
		return nil
	}
	for id, captured := range ordered(o.books.Captured) {
		if o.books.Bank["b-"+id] == nil && captured > 0 {
			list = append(list, func() { o.takeBack(id, captured) })
		}
	}
	for id, b := range ordered(o.books.Bank) {
		for _, decision := range []schemas.DisputeStatus{schemas.DisputeWon, schemas.DisputeLost, schemas.DisputeWithdrawn} {
			if b.Status != decision && (!b.Status.Over() || b.Turns < 2 && b.Status != schemas.DisputeAccepted) {
				list = append(list, func() { o.decides(id, decision) })
			}
		}
	}
	return list
}

// takeBack lets a bank take a payment back, or a third of it.
func (o *outside) takeBack(payment string, captured int64) {
	sum := usd(captured / int64(1+2*o.chance(2, "bank", payment)))
	if sum.Minor <= 0 {
		return
	}
	due := o.now().Add(10 * 24 * time.Hour)
	word := schemas.ExternalWord{DisputeID: "b-" + payment, Kind: schemas.Chargeback, OrderID: "o-1", PaymentID: payment, Amount: &sum, Reason: "not_received", DueAt: &due}
	o.books.Bank[word.DisputeID] = &bankBook{Word: word, Status: schemas.DisputeOpen, Since: o.now()}
	o.happens(schemas.ExternalOpened.Name, word)
}

func (o *outside) decides(id string, decision schemas.DisputeStatus) {
	b := o.books.Bank[id]
	b.Status, b.Since = decision, o.now()
	b.Turns++
	word := b.Word
	word.DueAt, word.Decision = nil, decision
	o.happens(schemas.ExternalDecided.Name, word)
}

// decidesInTime lets banks decide what they have had for a month.
func (o *outside) decidesInTime() {
	for id, b := range ordered(o.books.Bank) {
		if !b.Status.Over() && o.now().Sub(b.Since) > 30*24*time.Hour {
			o.decides(id, []schemas.DisputeStatus{schemas.DisputeWon, schemas.DisputeLost}[o.chance(2, "decides", id)])
		}
	}
}

// answerBank hands an answer to the bank, which takes our word where we agree, and else says how it stands.
func (o *outside) answerBank(in schemas.DisputeAnswer) schemas.DisputeReceipt {
	receipt := schemas.DisputeReceipt{DisputeID: in.DisputeID, Status: schemas.DisputeAnswered}
	b := o.books.Bank[in.DisputeID]
	if b == nil {
		return receipt
	}
	if b.Status.Over() {
		receipt.Status = b.Status
		o.books.Words[in.DisputeID] = append(o.books.Words[in.DisputeID], schemas.ExternalWord{DisputeID: in.DisputeID, Decision: b.Status})
		b.told(b.Status, o.now())
		return receipt
	}
	if b.Status = schemas.DisputeAnswered; in.Accept {
		b.Status = schemas.DisputeAccepted
	}
	b.told(b.Status, o.now())
	receipt.Status = b.Status
	return receipt
}

// bookDispute is the ledger's: a newer word decides, and what it keeps is what is left of the payment and of the lines.
func (o *outside) bookDispute(in schemas.DisputeOrder) schemas.DisputeReceipt {
	b, d := o.books, in.Dispute
	k := b.Kept[d.DisputeID]
	if k == nil {
		k = &keptBook{Dispute: schemas.Dispute{DisputeID: d.DisputeID, Kind: d.Kind, Amount: usd(0), Taken: usd(0), Over: usd(0)}}
		b.Kept[d.DisputeID] = k
	}
	if b.Bank[d.DisputeID] == nil && d.Kind == schemas.Chargeback {
		b.Bank[d.DisputeID] = &bankBook{Word: schemas.ExternalWord{DisputeID: d.DisputeID, Kind: d.Kind, PaymentID: d.PaymentID, OrderID: "o-1", Amount: &d.Amount}, Status: d.Status, Since: o.now()}
	}
	was := k.Dispute
	newer := was.Status == "" || d.Heard.After(was.Heard) || d.Heard.Equal(was.Heard) && (d.Status.Over() || !was.Status.Over() && d.Status != schemas.DisputeOpen)
	if was.Status == schemas.DisputeAccepted && d.Status == schemas.DisputeLost {
		newer = false
	}
	if newer {
		k.Dispute.Status, k.Dispute.Heard = d.Status, d.Heard
		if bank := b.Bank[d.DisputeID]; bank != nil && !d.Status.Over() {
			bank.told(d.Status, d.Heard) // also what only people say
			bank.Other = bank.Other || bank.Word.Amount != nil && d.Amount != *bank.Word.Amount
		}
	}
	if d.Amount.Minor > 0 && (newer || was.Amount.Minor == 0) {
		k.Dispute.Amount = d.Amount
	}
	if d.PaymentID != "" && was.Taken.Minor == 0 {
		k.Dispute.PaymentID = d.PaymentID
	}
	if k.Dispute.PaymentID == "" && len(b.Captured) == 1 {
		for id := range b.Captured {
			k.Dispute.PaymentID = id
		}
	}
	over := k.Dispute.Status.Over()
	takes := k.Dispute.Status.Takes() || (in.Takes || was.Taken.Minor > 0) && !over
	if d.Kind != schemas.Chargeback && k.Dispute.Status == schemas.DisputeLost {
		takes = in.Takes || was.Taken.Minor > 0
	}
	receipt := schemas.DisputeReceipt{DisputeID: d.DisputeID, Status: k.Dispute.Status}
	if k.Dispute.Status == d.Status {
		receipt.GivenUp = o.givenUp(in.GiveUp)
	}
	k.Dispute.Taken.Minor, k.Dispute.Over.Minor = 0, 0
	captured, own := b.Captured[k.Dispute.PaymentID]
	if ch := b.Charges[k.Dispute.PaymentID]; ch != nil && ch.holds() {
		captured = ch.Charge.Amount.Minor
	}
	if takes {
		k.Dispute.Taken.Minor = min(k.Dispute.Amount.Minor, max(0, captured-b.promised(k.Dispute.PaymentID, "")))
		k.Dispute.Over.Minor = k.Dispute.Amount.Minor - k.Dispute.Taken.Minor
	}
	if own || k.Dispute.Taken.Minor == 0 {
		o.shareOut(k, in.Lines)
	}
	receipt.Taken, receipt.Over, receipt.Shares, receipt.Left = k.Dispute.Taken, k.Dispute.Over, slices.Clone(k.Shares), o.left(schemas.Refund{})
	return receipt
}

// givenUp cancels refunds that nobody has paid, and nobody is paying.
func (o *outside) givenUp(ids []string) []string {
	var gone []string
	for _, id := range ids {
		r := o.books.Refunds[id]
		if r != nil && (r.paid() || r.Known && r.Status == schemas.RefundAccepted) {
			continue
		}
		if r != nil {
			r.Status = schemas.RefundCancelled
		}
		gone = append(gone, id)
	}
	return gone
}

// shareOut gives the lines their part of what is kept: as much as the case owes for each, as long as there is some.
func (o *outside) shareOut(k *keptBook, wanted []schemas.Share) {
	taken, sum := k.Dispute.Taken.Minor, int64(0)
	for _, s := range k.Shares {
		sum += s.Amount.Minor
	}
	has := map[string]int64{}
	var kept []schemas.Share
	for _, s := range k.Shares {
		cut := max(0, min(s.Amount.Minor, sum-taken))
		sum -= cut
		s.Amount.Minor -= cut
		has[s.LineID] = s.Amount.Minor
		kept = append(kept, s)
	}
	k.Shares = kept
	for _, want := range wanted {
		room := o.books.Lines[want.LineID].Price - o.books.promisedFor(want.LineID, "")
		more := min(want.Amount.Minor-has[want.LineID], room, taken-sum)
		if more <= 0 {
			continue
		}
		sum += more
		has[want.LineID] += more
		if i := slices.IndexFunc(k.Shares, func(s schemas.Share) bool { return s.LineID == want.LineID }); i >= 0 {
			k.Shares[i].Amount.Minor += more
		} else {
			k.Shares = append(k.Shares, schemas.Share{LineID: want.LineID, Amount: usd(more)})
		}
	}
	k.Shares = slices.DeleteFunc(k.Shares, func(s schemas.Share) bool { return s.Amount.Minor == 0 })
}

// bankHas is what the ledger keeps of a payment for disputes.
func (b *books) bankHas(payment string) int64 {
	var sum int64
	for _, k := range b.Kept {
		if k.Dispute.PaymentID == payment {
			sum += k.Dispute.Taken.Minor
		}
	}
	return sum
}

// bankHasOf is what it keeps of a line; for good, where only that is asked for.
func (b *books) bankHasOf(line string, forGood bool) int64 {
	var sum int64
	for _, k := range b.Kept {
		for _, s := range k.Shares {
			if s.LineID == line && (k.takes() || !forGood) {
				sum += s.Amount.Minor
			}
		}
	}
	return sum
}

// recovered wants people to know of everything that a customer was paid twice: by us, and by a bank that kept what it took.
func recovered(b *books, cases []*sight) string {
	for _, s := range cases {
		for _, d := range s.Now.Disputes {
			if d.Pays && d.Booked && d.Kind == schemas.Chargeback && d.Over.Minor > 0 && b.paidOut(d.PaymentID) > 0 && tasks(b, "paid_twice") == 0 {
				return fmt.Sprintf("In the end nobody is paid twice unseen. %s took %s, of which %s had been refunded, and nobody was told.", d.DisputeID, d.Amount, d.Over)
			}
		}
	}
	return ""
}

// misheard lists the disputes of which a case knows something else than the ledger has written down.
func misheard(b *books, cases []schemas.View) []string {
	var list []string
	last := map[string]schemas.Dispute{}
	for _, v := range cases {
		for _, d := range v.Disputes {
			last[d.DisputeID] = d
		}
	}
	for id, d := range ordered(last) {
		k := b.Kept[id]
		if k == nil || !d.Booked {
			list = append(list, fmt.Sprintf("%s is %s, and the ledger has never heard of it", id, d.Status))
			continue
		}
		if d.Status != k.Dispute.Status || d.Taken != k.Dispute.Taken || d.Over != k.Dispute.Over {
			list = append(list, fmt.Sprintf("%s is %s with %s kept and %s paid before; the ledger has it as %s, %s, %s",
				id, d.Status, d.Taken, d.Over, k.Dispute.Status, k.Dispute.Taken, k.Dispute.Over))
		}
	}
	return list
}
