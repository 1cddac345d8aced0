package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// Changes to running workflow code go through this file: one named predicate a change, with its date and its reason. There are three
// ways to tell a case that began under older code:
//
//   - over workflow.GetVersion, for what happens inside a coroutine of the workflow;
//   - by the build of the worker that has done the task at hand (schemas.BuildID), for what happens before intake. Temporal keeps it with
//     every task, so that a replay reads what was so then, and it costs nothing;
//   - by the case's edition, which intake gave it (schemas.Edition). It is part of what is recorded, costs no event, and may be asked
//     inside a validator, where GetVersion must not be called. A case keeps its edition until it ends.

// undeliveredIsATask tells the owner of a case when a message to the customer reached nobody. 2026-11-25: until then it was an event and
// nothing more, so that a customer whom no channel reaches was told nothing by anybody. A case that kept such an event before
// goes on as it began, until it continues in a new run.
func undeliveredIsATask(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, "undelivered-notice-is-a-task", workflow.DefaultVersion, 1) >= 1
}

// confirmsMerges lets lines end as MERGED only once the other case was found and told. 2026-11-25: until then they ended at once, so that
// a wish merged into a case that was not there was lost.
func (c *Case) confirmsMerges() bool { return c.Edition >= 1 }

// refusesEmptyGrants keeps a person from granting lines of which nothing can be paid, and lets the operator end them as UNRESOLVABLE.
// 2026-11-25: until then they were granted and ended as COMPLETED with nothing.
func (c *Case) refusesEmptyGrants() bool { return c.Edition >= 1 }

// sharesEvenly lets the parts of a line that is split share what can be paid for it. 2026-11-25: until then the first part took the
// full price, so that the last one bore all of what had been taken off the line before.
func (c *Case) sharesEvenly() bool { return c.Edition >= 1 }

// readsChoicesStrictly refuses a command that names no lines, or none of a line, in so many words. 2026-11-25: until then both meant all.
func (c *Case) readsChoicesStrictly() bool { return c.Edition >= 1 }

// knowsItsPeople refuses a transfer to somebody who is not in the plan. 2026-11-25: until then a case could be given to anybody, and
// nobody heard of it.
func (c *Case) knowsItsPeople() bool { return c.Edition >= 1 }

// asksTheBooks looks a number or a payment method up in our own database before the case goes on with it. 2026-11-25: until then two
// customers could send one parcel, and a refund could be ordered to a method that nobody has.
func (c *Case) asksTheBooks() bool { return c.Edition >= 1 }

// showsWhoIsAsked lets the search attributes say that an open approval is the merchant's turn. 2026-11-25: until then the case said that
// it waits for the system. (The rows and the view say it of every case; only the attributes are commands of the workflow.)
func (c *Case) showsWhoIsAsked() bool { return c.Edition >= 1 }

// refusesUsedIDs refuses a command under an id that was used for something else. 2026-11-25: until then it was answered as that had been,
// and nobody noticed that it was not done.
func (c *Case) refusesUsedIDs() bool { return c.Edition >= 1 }

// leavesNoLineWithoutClock gives a line that has lost its clock the one of its state again. 2026-11-26: until then a line that an escalation for
// the sake of other lines had taken along stood without a clock when that ended, and its case never did.
func (c *Case) leavesNoLineWithoutClock() bool { return c.Edition >= 2 }

// hearsOfLostLabels takes a carrier's word on a parcel that we have booked before its first scan was heard. 2026-11-26: until then the word
// that it was lost came too early, and the request of its customer expired.
func (c *Case) hearsOfLostLabels() bool { return c.Edition >= 2 }

// knowsEarlierParcels lets the word on a parcel that was booked for lines count for them, whatever number was given later, as long as the
// later one has not moved. 2026-11-26: until then the goods arrived, and the request expired.
func (c *Case) knowsEarlierParcels() bool { return c.Edition >= 2 }

// readsWordsStrictly refuses words where a code belongs. 2026-11-26: until then a reason or a mode could hold what a person had typed, and
// with it personal data, which then stood in histories and events for good.
func (c *Case) readsWordsStrictly() bool { return c.Edition >= 2 }

// readsNumbersStrictly refuses words where the number of an article, a payment or a refund belongs. 2026-11-26: until then whatever was typed
// there stood in histories and events for good.
func (c *Case) readsNumbersStrictly() bool { return c.Edition >= 3 }

// lapsesUnseenPayouts lets a payment by hand, or one to another account, on which nobody decides lapse. 2026-11-26: until then the operator
// granted it in the end, which is what the second person is there to prevent.
func (c *Case) lapsesUnseenPayouts() bool { return c.Edition >= 2 }

// keepsWhatWasSent keeps lines from being merged into another case once a replacement was ordered or paid for. 2026-11-26: until then the
// customer kept both articles.
func (c *Case) keepsWhatWasSent() bool { return c.Edition >= 2 }

// answersOnce refuses a second word on a replacement while the warehouse is asked for another one. 2026-11-26: until then a rejection that was
// sent twice counted as two faulty replacements, and a confirmation after it as an exchange whose old goods the customer has.
func (c *Case) answersOnce() bool { return c.Edition >= 2 }

// takesBackUndelivered lets what the customer did not take, or what could not be handed over, come back to the warehouse. 2026-11-26: until
// then a replacement that was refused counted as lost, so that silence sent another one to a customer who did not want it, and goods
// that a customer did not take back counted as lost in the end, so that they were paid for.
func (c *Case) takesBackUndelivered() bool { return c.Edition >= 2 }

// booksEveryArticle books old goods before a rejected replacement comes back, and that one as what it is. 2026-11-26: until then both were
// one booking, under the old article and with the finding on the last.
func (c *Case) booksEveryArticle() bool { return c.Edition >= 2 }

// asksForUnknownDeposits asks the provider about a deposit of which nobody knows whether it is held, when its lines leave. 2026-11-26: until
// then the case ended, and the customer's money stayed held until the bank let go of it.
func (c *Case) asksForUnknownDeposits() bool { return c.Edition >= 2 }

// judgesParts judges a command on a part of a line by that part, before the line is split. 2026-11-26: until then the whole line was judged,
// and where the part was refused after all the line stayed split: a refusal had changed something.
func (c *Case) judgesParts() bool { return c.Edition >= 2 }

// asksAboutLostFacts hears what has arrived before a clock runs out, and asks the outside before silence costs anybody anything: the carrier
// before a request expires, the provider before an unpaid difference becomes a refund, the warehouse before its order is given to people.
// 2026-11-26: until then a scan that came while no worker ran lost against the clock, and a fact that was never sent was never looked for.
func (c *Case) asksAboutLostFacts() bool { return c.Edition >= 2 }

// claimsLosses makes the claim against a carrier that lost a parcel of ours a task of the owner. 2026-11-26: until then nobody was told to
// claim it.
func (c *Case) claimsLosses() bool { return c.Edition >= 2 }

// startsDutiesOnArrival starts every statutory duty that counts from the arrival of the goods, and lets a finding about them stop the duty
// to put things right. 2026-11-25: until then only the duty to refund was one of these.
func (c *Case) startsDutiesOnArrival() bool { return c.Edition >= 1 }

// parksConverting lets lines that go on as another kind wait in CONVERTING, where nothing is decided about them any more, and sends on what
// is reported of them meanwhile. 2026-11-26: until then they waited where they had stood, and a fact that came in that moment could still
// move them here.
func (c *Case) parksConverting() bool { return c.Edition >= 2 }

// keepsDuties lets the duties of the law that count from the request count from the first case's. 2026-11-26: until then a case that went
// on as another kind gave the merchant their time again.
func (c *Case) keepsDuties() bool { return c.Edition >= 2 }

// booksWhatGoesOn looks a difference that was paid back up at the provider before its lines go on as another kind. 2026-11-26: until then
// the ledger never heard that it had arrived, because that is looked up at the end of a line, and these had none.
func (c *Case) booksWhatGoesOn() bool { return c.Edition >= 2 }

// settlesWithTheGoods lets the units of an exchange be settled by the call that brings the old goods where they belong. 2026-11-26: until
// then it was a call of its own beside it, six events for one statement.
func (c *Case) settlesWithTheGoods() bool { return c.Edition >= 2 }

// showsWhatChanges lets the search attributes name only what has changed, and pass over states of the system's own that last but a moment.
// 2026-11-26: until then each of them was an event with all ten attributes, and a write of Temporal's to its visibility store.
func (c *Case) showsWhatChanges() bool { return c.Edition >= 2 }

// parksSteps parks a step that fails for ever until a person frees it. 2026-11-26: until then it was an event and a task, and nothing could be
// done about it but to wait for the next clock; a refund or a charge that no provider would ever take was asked about for ever.
func (c *Case) parksSteps() bool { return c.Edition >= 2 }

// parksIntake parks a look-up of the order that fails for ever. 2026-11-26: until then the case ended as INVALID at once. Asked only where it
// has failed: intake gives the edition.
func parksIntake(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, "intake-is-parked", workflow.DefaultVersion, 1) >= 1
}

// noticesGoodsUnasked sees goods that come while their line is under review again. 2026-11-26: until then they counted for nobody, and the
// customer was asked to send them a second time.
func (c *Case) noticesGoodsUnasked() bool { return c.Edition >= 2 }

// followsSplits lets the parts of a line that is split after money or a replacement began to move share both by their units. 2026-11-26: until
// then a refund under way was nobody's once a part of its line was merged or withdrawn, so that the case asked the provider about it for ever;
// and the parts had one replacement between them, so that what became of one became of all.
func (c *Case) followsSplits() bool { return c.Edition >= 3 }

// endsWithItsLines ends an escalation once the lines for whose sake it asks people have gone. 2026-11-26: until then other lines that had
// come into the same state meanwhile counted as asked about, although no clock ran on it: nobody ever was, and the case did not end.
func (c *Case) endsWithItsLines() bool { return c.Edition >= 3 }

// paysLostWithdrawals pays, or replaces, goods that are lost on a way that the merchant answers for, although their customer had withdrawn
// meanwhile, and refuses a withdrawal once they are lost. 2026-11-26: until then the line ended as WITHDRAWN, and its customer had neither the
// goods nor the money.
func (c *Case) paysLostWithdrawals() bool { return c.Edition >= 3 }

// asksBeforeWithdrawing asks the carrier about a label of ours before a withdrawal ends a line. 2026-11-26: until then goods whose scan nobody
// had reported came to a warehouse whose case knew nothing of them.
func (c *Case) asksBeforeWithdrawing() bool { return c.Edition >= 3 }

// releasesUnknownDeposits gives a deposit back of which nobody knows whether it is held, when its lines leave: the order is repeated until it
// is answered. 2026-11-26: until then it was asked about a few times, and where no answer came the customer's money stayed held.
func (c *Case) releasesUnknownDeposits() bool { return c.Edition >= 3 }

// cutsDifferences takes what the ledger cannot pay any more off the difference of an exchange. 2026-11-26: until then it was taken off the
// price of the article, so that the same difference was ordered again at once, and again, without a pause and for ever.
func (c *Case) cutsDifferences() bool { return c.Edition >= 3 }

// noticesLossesUnasked sees goods that are lost on their way while their line is under review again. 2026-11-26: until then it counted as if the
// customer had them still, and the request expired.
func (c *Case) noticesLossesUnasked() bool { return c.Edition >= 3 }

// asksAboutEveryLabel asks the carrier about every parcel that was booked or named for a line before the request expires. 2026-11-26: until then
// only the last number was asked about, whichever the customer had used.
func (c *Case) asksAboutEveryLabel() bool { return c.Edition >= 3 }

// handsOverLabels lets every label that was ever given for goods count until they have come, also one whose approval was taken back: the case
// that goes on with the lines knows it, its carrier is asked before they expire, and goods that come in it after a line has ended are known
// to be here should somebody look at the line again. 2026-11-26: until then they arrived, and their customer got nothing for them.
func (c *Case) handsOverLabels() bool { return c.Edition >= 3 }

// missesOnce lets a duty of the law that was missed be missed once. 2026-11-26: until then taking a decision back began it anew when it was long
// overdue, and the manager was told of the same breach again, each time.
func (c *Case) missesOnce() bool { return c.Edition >= 3 }

// narrowsApprovals keeps a second person's decision open for the part of a line that stays when another part leaves. 2026-11-26: until then it
// was dropped for both, and nobody was ever asked about the refund of the part that stayed: its case had no end.
func (c *Case) narrowsApprovals() bool { return c.Edition >= 3 }

// remembersNetting remembers what a line whose replacement costs less has paid for one whose replacement costs more, where both are settled as
// one amount. 2026-11-26: until then that was forgotten: where the dearer one left as a return the customer never had the money back, and
// where the cheaper one left the shop paid it twice.
func (c *Case) remembersNetting() bool { return c.Edition >= 3 }

// endsOnlyAsked lets a carrier that has not seen a parcel end only the lines that it was asked for. 2026-11-26: until then it ended every line in
// that parcel: who withdrew one article lost the other, and who had more time for one lost it with the rest.
func (c *Case) endsOnlyAsked() bool { return c.Edition >= 3 }

// pollsOnce lets one clock ask about all charges nobody knows the end of. 2026-11-26: until then each of them started one at each asking, and each
// of those asked about all of them: two charges at a provider that was away for a day were asked about a thousand times and more.
func (c *Case) pollsOnce() bool { return c.Edition >= 3 }

// hearsOfFoundReplacements hears that a replacement which counted as lost has come after all. 2026-11-26: until then nothing waited for the
// word, and the customer had the replacement and another one, or the money.
func (c *Case) hearsOfFoundReplacements() bool { return c.Edition >= 3 }

// returnsParts pays back what was paid on top for the lines that go on as a return. 2026-11-26: until then a payment for several lines went back
// only where all of them left in one moment; otherwise the shop kept it.
func (c *Case) returnsParts() bool { return c.Edition >= 3 }

// waitsForRefunds keeps a case open until the provider has had its last word on every refund of its own. 2026-11-26: until then only a refund whose
// line had not ended was waited for, and what a provider could not pay back of a deposit was nobody's.
func (c *Case) waitsForRefunds() bool { return c.Edition >= 3 }

// writesAfterTheEnd keeps the clock that writes the rows again when a case ends while PostgreSQL is away. 2026-11-26: until then it stopped with
// all others, so that the end was never written and the workflow never completed. Asked only of a case that ends in that moment.
func writesAfterTheEnd(ctx workflow.Context) bool {
	return workflow.GetVersion(ctx, "rows-are-written-after-the-end", workflow.DefaultVersion, 1) >= 1
}

// chargesAgain asks for a charge or a deposit again, under its number, of which the provider says that it never took it. 2026-11-26: until then it
// was looked up again and again, and its customer waited for the word on a payment that nobody was asked for.
func (c *Case) chargesAgain() bool { return c.Edition >= 3 }

// leavesGoodsToTheNext leaves the old goods of lines that go on as a return to that return, which brings them where they belong once they are paid
// for. 2026-11-26: until then an exchange that had a difference to pay back first brought them away as well, and the warehouse booked them twice.
func (c *Case) leavesGoodsToTheNext() bool { return c.Edition >= 3 }

// takesNoMoreThanItCosts takes no more of a deposit than the replacement cost, where that is less than the old goods did. 2026-11-26: until then
// whoever kept both paid the price of the old goods twice, and lost what the new ones cost less.
func (c *Case) takesNoMoreThanItCosts() bool { return c.Edition >= 3 }

// keepsEvidence has the evidence pack of a case made when a dispute begins. 2026-11-26: until then somebody had to think of it, and what had been
// erased by then was missing.
func (c *Case) keepsEvidence() bool { return c.Edition >= 3 }

// leavesItToAPerson lets an AUTOMATION_HOLD keep an exchange's goods from being accepted by silence, and a lost parcel from being paid at once,
// and tells the customer that the case is being worked on. 2026-11-26: until then silence accepted what was under suspicion, and a loss was
// paid for without anybody having looked; and the customer heard nothing for days.
func (c *Case) leavesItToAPerson() bool { return c.Edition >= 3 }

// confirmsFindings lets a finding on goods of great value count once a second person has looked. 2026-11-26: until then one inspector's word took
// any amount off.
func (c *Case) confirmsFindings() bool { return c.Edition >= 3 }

// believesTheLedger counts a refund as paid of which the ledger says that it was paid by hand. 2026-11-26: until then that word was kept, and the
// line waited for the provider, who had nothing to say of it, for ever.
func (c *Case) believesTheLedger() bool { return c.Edition >= 3 }

// parksFailedDifferences lets finance see to a difference that could not be paid back, when its line leaves as a return. 2026-11-26: until then the
// line waited for the provider, and nobody could ask for the money again.
func (c *Case) parksFailedDifferences() bool { return c.Edition >= 3 }

// endsFollowUps lets a recovery that somebody took or raised go on while the clock of something else, such as a dispute, runs beside it. 2026-11-26:
// until then it had no clock, and the case no end once the dispute was over.
func (c *Case) endsFollowUps() bool { return c.Edition >= 3 }

// registersAtOnce has a parcel that is another customer's refused by the call that would register it. 2026-11-26: until then that was asked
// by a call of its own before it, which cost each return six events.
func (c *Case) registersAtOnce() bool { return c.Edition >= 3 }

// keepsOnce does not ask the warehouse for a replacement that it is being asked for. 2026-11-26: until then a replacement whose clock ran out
// while the warehouse had not answered yet was kept and ordered once more, and one of the two orders was refused or sent as well.
func (c *Case) keepsOnce() bool { return c.Edition >= 3 }

// settlesOnce lets the operator settle a line in the state in which it stood, and not in the next one as well. 2026-11-26: until then what was
// granted by the last rung counted at once as late in the state that it came to.
func (c *Case) settlesOnce() bool { return c.Edition >= 3 }

// freesWhatWasKept gives back what the warehouse keeps for a line that was split once none of its parts has it any more. 2026-11-26: until then a
// part for which it was being asked anew counted as having it, so that nobody gave it back.
func (c *Case) freesWhatWasKept() bool { return c.Edition >= 4 }

// undoesNetting undoes what lines of an exchange have paid for each other however one of them leaves. 2026-11-26: until then a bank that took the
// price of one left it as it was, so that the customer lost what another line had paid for it, or had what it had paid for another twice; a payer
// that was just going on as a return was never paid back what it had paid; and lines that owed nothing once another had left were
// still asked for the sum of both, of which more went back than had come when it was paid.
func (c *Case) undoesNetting() bool { return c.Edition >= 4 }

// countsTopUps counts what was paid on top for each line that leaves by itself. 2026-11-26: until then what had gone back of the price of one was
// taken off what had been paid on top for another, or for the same one before, and the shop kept that.
func (c *Case) countsTopUps() bool { return c.Edition >= 4 }

// takesSpacedArticles lets the number of an article have spaces in it, as those of some shops have. 2026-11-26: until then these articles could be
// asked for at the start of a case, but neither offered nor converted to.
func (c *Case) takesSpacedArticles() bool { return c.Edition >= 4 }

// paysWhatIsGivenUp pays what is still owed for a line whose failed refund was given up for a chargeback that took nothing from it. 2026-11-26:
// until then such a line waited for finance for ever, with no refund left that anybody could ask for again.
func (c *Case) paysWhatIsGivenUp() bool { return c.Edition >= 4 }

// tellsOfFoundReplacements tells the return that a line has become of a replacement which counted as lost and has come after all, and keeps the
// money back there until a person has looked. 2026-11-26: until then the exchange kept the word to itself, and the customer had both.
func (c *Case) tellsOfFoundReplacements() bool { return c.Edition >= 4 }

// booksWhatIsKept has goods booked that the shop keeps although nothing is paid for them, because their customer has accepted a deduction of the whole
// price. 2026-11-26: until then they lay in the warehouse, and no stock knew of them.
func (c *Case) booksWhatIsKept() bool { return c.Edition >= 4 }

// remembersWhereItStood lets a line go back where it stood when a bank turns its decision round. 2026-11-26: until then whatever the bank had taken
// counted as owed, so that a request that had been refused, or had expired, was paid once the shop had won.
func (c *Case) remembersWhereItStood() bool { return c.Edition >= 4 }

// asksAboutWhatBanksKeep asks a person before a replacement leaves of whose price, or of what was paid on top, a bank has kept a part; and tells finance
// of one that has left. 2026-11-26: until then it left when the bank had decided, as if nothing had happened, and nobody recovered anything.
func (c *Case) asksAboutWhatBanksKeep() bool { return c.Edition >= 5 }

// revokesUnorderedMoney lets a decision be taken back as long as none of its money was ordered: what a hold keeps back, or a second person has not
// granted, has not moved; and as long as its replacement was not. 2026-11-26: until then a difference that was only kept back counted as paid, and
// nothing was taken back once a line waited for its replacement to be sent.
func (c *Case) revokesUnorderedMoney() bool { return c.Edition >= 5 }

// parksBookings parks the last question about a difference that was paid back, before its line goes on as another kind, where no answer comes; and
// takes a success back that the provider does not stand by. 2026-11-26: until then the line stayed in CONVERTING with an alert every minute, or
// went on although nobody had answered, and what had not arrived after all counted as paid.
func (c *Case) parksBookings() bool { return c.Edition >= 6 }

// revokesOneAmount lets a decision be taken back whose difference was settled as one amount with that of another article, as long as none of it was
// paid: the other one is settled anew. 2026-11-26: until then it was refused, although nothing had moved.
func (c *Case) revokesOneAmount() bool { return c.Edition >= 6 }

// asksAnew asks for what lines owe without others that were to be paid for with them and have left. 2026-11-26: until then they were asked for the sum
// of all, and once that was paid they counted as paid for: what a cheaper article that had left had paid for a dearer one was the shop's loss.
func (c *Case) asksAnew() bool { return c.Edition >= 6 }

// hearsAppealsOfLeft lets a customer appeal where a second person has refused money for a line that had left. 2026-11-26: until then its owner had a
// task, and the customer neither a word nor an appeal.
func (c *Case) hearsAppealsOfLeft() bool { return c.Edition >= 6 }

// asksBeforeEntering asks the ledger about a dispute that a person enters before it begins here. 2026-11-26: until then one that was won began again,
// with its money kept back, when its number was typed into another case; and one of another order stood open here although the ledger refused it.
func (c *Case) asksBeforeEntering() bool { return c.Edition >= 6 }

// keepsOnlyWhatBanksTook keeps only the replacements back of which a bank has kept a part. 2026-11-26: until then the other lines of the case
// waited with them, for days, although they were paid for.
func (c *Case) keepsOnlyWhatBanksTook() bool { return c.Edition >= 6 }

// tellsEveryReturn tells the return of one line of a parcel that it was found although other lines of it have stayed, and counts the arrival of a
// parcel once. 2026-11-26: until then that return paid for an article that its customer had, and a carrier that said twice that it had come
// gave its owner two tasks.
func (c *Case) tellsEveryReturn() bool { return c.Edition >= 5 }

// asksAboutAllMoney lets a second person decide on money however it is put together, also for lines that have ended, and counts what is on its way;
// and has finance see to a refund of such a line that the ledger refuses, or that fails while the line goes on in another case. 2026-11-26: until then
// what an article had paid for another went back unseen once its line had ended, two refunds on their way counted as none, and a refusal was
// told to nobody.
func (c *Case) asksAboutAllMoney() bool { return c.Edition >= 5 }

// booksNetting has the ledger book what lines of an exchange have paid for each other once that is settled for good. 2026-11-26: until then a
// replacement that another line had paid a part of could be claimed for the rest of its price only, and that line for more than it was worth.
func (c *Case) booksNetting() bool { return c.Edition >= 5 }

// waitsForBookings keeps a case open until the ledger has written down how its disputes were decided. 2026-11-26: until then one whose lines had all
// ended closed in the moment of the decision, and nobody was told of money that had gone twice.
func (c *Case) waitsForBookings() bool { return c.Edition >= 4 }

// tellsWithTheLabel tells the customer of an approval and of its label in one message. 2026-11-26: until then these were two within a second, and
// each cost the case a call.
func (c *Case) tellsWithTheLabel() bool { return c.Edition >= 5 }

// paysBesideWhatIsUnderWay pays what is still owed for a line whose failed refund was given up for a chargeback while another refund of it is under
// way, and asks about that one. 2026-11-26: until then such a line waited for finance for ever, with no failed refund left to ask for again, and
// nobody asked the provider about the other one.
func (c *Case) paysBesideWhatIsUnderWay() bool { return c.Edition >= 5 }

// turnsRoundUnderReview lets a bank that turns its decision round do so also for lines that people look at again because their customer was not
// content. 2026-11-26: until then these still ended as settled by the bank, which had paid nothing.
func (c *Case) turnsRoundUnderReview() bool { return c.Edition >= 5 }

// expiresAsItHadEnded lets a line that people look at again end as it had ended when its customer does not answer what they ask. 2026-11-26: until
// then it ended as EXPIRED, although it had been paid, and its units were free for another request.
func (c *Case) expiresAsItHadEnded() bool { return c.Edition >= 5 }

// dutyOfEachLine lets the statutory duty to pay back end for a line alone, and count for each from its own delivery. 2026-11-26: until then what an
// inspector found on one line ended the duty for the others as well, so that nobody saw when it was missed; and one whose goods had come later
// was told of as missed with the first.
func (c *Case) dutyOfEachLine() bool { return c.Edition >= 5 && c.story.kind == schemas.KindReturn }

// followsEachDuty lets the clock on the statutory duty to pay back follow every step: goods that came unasked, or of which a finding is taken back, are
// to be paid in time too, and one line's duty that was missed says nothing of another's. 2026-11-26: until then no clock ran on these, so that nobody
// saw when it was missed. A policy that lets the duty count from the request keeps its one clock.
func (c *Case) followsEachDuty() bool {
	return c.dutyOfEachLine() && c.Edition >= 6 && c.Plan.Clocks[refundDuty].Trigger != schemas.EventOpened
}

// knowsWhatHadEnded lets a reopened case take the ledger's word for a dispute that was decided before it, and whose beginning it hears late or once
// more. 2026-11-26: until then it was open here for months, kept money back, and then counted as lost: what the bank had paid was counted twice.
func (c *Case) knowsWhatHadEnded() bool { return c.Edition >= 5 }

// takesUpBesideOthers lets the word on a label count also for a line whose approval was taken back, and that has no other number since, where the
// label is still that of another line. 2026-11-26: until then its goods were lost, or came, with those of the other one, and its customer
// was asked to send them.
func (c *Case) takesUpBesideOthers() bool { return c.Edition >= 5 }

// beginsWithTheLastLabel lets a case that goes on with goods which are still at their customer count on the label that was given last. 2026-11-26: until
// then it counted on the one that the case before had asked about last, which is the first: goods in a later one came unheard.
func (c *Case) beginsWithTheLastLabel() bool { return c.Edition >= 5 }

// noticesEarlyGoods sees the old goods of an exchange come before their customer has the replacement, in a label of an approval that was taken back.
// 2026-11-26: until then the customer was asked for them again, and had nothing in the end.
func (c *Case) noticesEarlyGoods() bool { return c.Edition >= 5 }

// shelvesBeside brings the goods of a return away while its refund is looked up. 2026-11-26: until then it was done in between, so that a warehouse
// that did not answer kept the customer from hearing that their money had come.
func (c *Case) shelvesBeside() bool { return c.Edition >= 6 }

// staysForWhatItAsked keeps a case open until everything it has asked for is done or parked. 2026-11-26: until then it stayed for money alone, and what
// a warehouse refused after the case had closed nobody could correct.
func (c *Case) staysForWhatItAsked() bool { return c.Edition >= 6 }

// showsWhenQuestionsClose lets ops see in the Temporal UI, from the resolution on, when the case's survey closes. 2026-11-26: until then they saw for a
// day when it would be sent, which is nobody's to do, and the attributes said something new when it was.
func (c *Case) showsWhenQuestionsClose() bool { return c.Edition >= 6 }

// chargesParts lets each part of a line that was split have charges and deposits of its own. 2026-11-26: until then a charge knew its lines and not
// their parts: what one part had paid went back when another one left, its deposit with it, and what one paid let the other go on unpaid.
func (c *Case) chargesParts() bool { return c.Edition >= 6 }

// givesUpSharedCharges gives up a charge for several lines when the last of them leaves that waits for it. 2026-11-26: until then it was given up
// only where all of them left in one moment: what had been paid for it without a word stayed with the shop.
func (c *Case) givesUpSharedCharges() bool { return c.Edition >= 6 }

// remembersWhatIsKept lets the ledger know the replacement that a customer has rejected and never sent back, when its line ends. 2026-11-26: until then
// its units were free as the article that had been bought: a new request for them was for the wrong article, and for what that had cost.
func (c *Case) remembersWhatIsKept() bool { return c.Edition >= 6 }

// endsAsBefore lets a line of a reopened case that had been settled before end so again whichever way nothing more comes of it. 2026-11-26: until then it
// did only as long as nobody had granted anything; one that was granted and never sent ended as EXPIRED, and what was paid for it counted for nothing.
func (c *Case) endsAsBefore() bool { return c.Edition >= 6 }

// sharesToTheCent lets the parts of a line that is split share every sum to the cent, and an offer like any other. 2026-11-26: until then one could have
// been paid a cent that was another's, and each of them had the whole of an offer, which was paid for each that was accepted by itself.
func (c *Case) sharesToTheCent() bool { return c.Edition >= 6 }

// knowsWhatItsStartSays lets the first task of a case say nothing that the case was opened with. 2026-11-26: until then it said all attributes again,
// and Temporal wrote them down twice within a moment.
func knowsWhatItsStartSays(ctx workflow.Context) bool {
	return schemas.EditionOfBuild(workflow.GetInfo(ctx).GetCurrentBuildID()) >= 6
}

// endsBesideDeposits ends the lines of a deposit that wait for nothing while what was taken too much of it goes back for another. 2026-11-26: until then
// they stood in CONFIRMED for ever, and operations were alerted every minute.
func (c *Case) endsBesideDeposits() bool { return c.Edition >= 6 }

// confirmsEach lets a refund that the provider does not stand by, or of which nobody can say anything, keep only its own lines back, and lets an exchange
// wait for finance when it was its difference. 2026-11-26: until then the other lines stood in REFUNDED for ever, and the exchange in CONFIRMED, and
// operations were alerted every minute.
func (c *Case) confirmsEach() bool { return c.Edition >= 6 }

// handsOverDifferences lets the case that goes on with units of a line know what was paid back for these as a difference. 2026-11-26: until then what was
// left of the line was thought to be theirs: one of several units was paid back in full after its difference, at the cost of the shop.
func (c *Case) handsOverDifferences() bool { return c.Edition >= 6 }
