package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return that becomes an exchange: the customer wants an article instead of the money, or takes one that was offered.

// mayBecomeExchange lets the customer have an article as long as no money has been ordered. Staff say what they were told: nobody
// consents in a customer's name.
func (r *returns) mayBecomeExchange(s *step, d schemas.Convert) *schemas.Refusal {
	if s.actor.Role != schemas.RoleCustomer && d.TextID == "" {
		return &schemas.Refusal{Code: schemas.CodeMissingField, Field: "text_id", Message: "write down what the customer said (the client makes a text_id from \"text\"): an exchange is the customer's own wish."}
	}
	for _, w := range r.calls {
		if w.Name == schemas.ArticleFind.Name {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: "an exchange of this case is being looked at; look again in a moment."}
		}
	}
	return r.mayLeaveAsExchange(s.lines)
}

// mayLeaveAsExchange judges the lines themselves; it is asked again when the article is known.
func (r *returns) mayLeaveAsExchange(lines []*schemas.Line) *schemas.Refusal {
	if len(lines) == 0 {
		return &schemas.Refusal{Code: schemas.CodeWrongState, Message: "these lines cannot become an exchange any more."}
	}
	for _, l := range lines {
		switch {
		case r.underWay(l) > 0 || l.Refunded.Minor > 0:
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("a refund has been ordered for line %s; it cannot become an exchange any more.", l.LineID)}
		case l.LeavesAs != schemas.OutcomeNone:
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("line %s has been withdrawn or settled; open an exchange of its own.", l.LineID)}
		case len(l.Units) == 0 || l.SKU == "":
			return &schemas.Refusal{Code: schemas.CodeNothingLeft, Message: fmt.Sprintf("there is nothing of line %s that could be exchanged; answer the customer with case.reply.", l.LineID)}
		}
	}
	for _, a := range r.Approvals {
		if a.DecidedBy == nil && a.Subject == subjectLargeRefund && meets(lineIDs(lines), pickIDs(a.Lines)) && !r.allIn(a.Lines, lines) {
			return &schemas.Refusal{Code: schemas.CodeWrongState, Message: fmt.Sprintf("one decision is open on the refund of several lines; let all of them become an exchange, or wait for %s.", a.Asked)}
		}
	}
	return nil
}

func pickIDs(picks []schemas.PickLine) []string {
	var ids []string
	for _, p := range picks {
		ids = append(ids, p.LineID)
	}
	return ids
}

// converted is the wish for an article, in the customer's own words where staff give it.
func (r *returns) converted(s *step, d schemas.Convert) {
	if d.TextID != "" {
		r.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: d.TextID})
	}
	s.note("replacement_sku", d.ReplacementSKU)
	s.say("%s wants %s instead of the money for line(s) %s.", s.actor, d.ReplacementSKU, lineList(s.lines))
	r.becomeExchange(s.lines, d.ReplacementSKU, nil)
}

// mayTakeOffer keeps the answer to what was offered, and an article to what can still be exchanged.
func (r *returns) mayTakeOffer(s *step, d schemas.AnswerOffer) *schemas.Refusal {
	if refusal := r.mayAcceptOffer(s, d); refusal != nil {
		return refusal
	}
	return r.mayTakeArticle(s)
}

func (r *returns) mayTakeArticle(s *step) *schemas.Refusal {
	articles, _ := sort2(s.lines, offersArticle)
	if len(articles) == 0 {
		return nil
	}
	if len(articles) < len(s.lines) {
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "lines", Message: "different things were offered for these lines; answer one offer after the other."}
	}
	for _, l := range articles {
		if l.Offer.OfferID != articles[0].Offer.OfferID {
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "lines", Message: "different things were offered for these lines; answer one offer after the other."}
		}
	}
	return r.mayBecomeExchange(s, schemas.Convert{})
}

func offersArticle(l *schemas.Line) bool {
	return l.Offer != nil && l.Offer.What == schemas.OfferExchange
}

func (r *returns) offerTaken(s *step, d schemas.AnswerOffer) {
	if !offersArticle(s.lines[0]) {
		r.offerAccepted(s, d)
		return
	}
	r.articleTaken(s)
}

// mayAnswerFinding and findingAnswered are the same after a failed inspection.
func (r *returns) mayAnswerFinding(s *step, d schemas.AnswerOffer) *schemas.Refusal {
	if refusal := r.mayAnswerDeduction(s, d); refusal != nil || d.Choice == string(schemas.OfferSendBack) {
		return refusal
	}
	return r.mayTakeArticle(s)
}

func (r *returns) findingAnswered(s *step, d schemas.AnswerOffer) {
	if d.Choice == string(schemas.OfferSendBack) || !offersArticle(s.lines[0]) {
		r.deductionAnswered(s, d)
		return
	}
	r.articleTaken(s)
}

// articleTaken is the customer's yes to an article. Who offered it has granted it.
func (r *returns) articleTaken(s *step) {
	offer := s.lines[0].Offer
	s.note("replacement_sku", offer.ReplacementSKU)
	s.say("The customer takes %s for line(s) %s.", offer.ReplacementSKU, lineList(s.lines))
	by := offer.By
	r.becomeExchange(s.lines, offer.ReplacementSKU, &by)
}

// becomeExchange looks the article up before anything changes. Where it is no model of the same product, or money has been ordered
// meanwhile, the lines stay where they are, and who waits for them hears why.
func (r *returns) becomeExchange(lines []*schemas.Line, sku string, granted *schemas.Actor) {
	question := schemas.ArticleQuestion{MerchantID: r.Opening.Request.MerchantID, SKU: sku, Currency: r.Currency}
	key := fmt.Sprintf("%s/article/%d", r.CaseID, r.next("article"))
	r.effect(schemas.ArticleFind.Name, key, func(ctx workflow.Context) {
		article, err := do(ctx, r.Case, schemas.ArticleFind, key, question)
		if r.stuckOn(err, schemas.ArticleFind.Name, key) {
			return
		}
		open, _ := sort2(lines, func(l *schemas.Line) bool { return r.hears(l, schemas.CaseConvert.Name) })
		fits, others := sort2(open, func(l *schemas.Line) bool {
			return article.Known && (sku == l.SKU || article.ProductID == l.ProductID)
		})
		if len(others) > 0 {
			r.noExchange(others, &schemas.Refusal{Code: schemas.CodeUnknownArticle, Message: fmt.Sprintf("%s is no model of the same product.", sku)})
		}
		if len(open) > 0 && len(fits) == 0 {
			return
		}
		if refusal := r.mayLeaveAsExchange(fits); refusal != nil {
			r.noExchange(fits, refusal)
			return
		}
		s := r.begin(schemas.EventConverted, schemas.System, schemas.DoorSystem)
		s.lines = fits
		s.note("replacement_sku", sku)
		for _, l := range fits {
			l.Undecided = granted == nil && (l.State == schemas.WaitInfo || l.State == schemas.Review || l.State == schemas.Negotiating)
			if granted != nil {
				l.Approver = granted
			}
			if offersArticle(l) || l.Finding == "" {
				l.Offer = nil
			}
		}
		r.dropApprovals(fits)
		r.startSuccessor(s, fits, schemas.KindExchange, sku)
		r.settle(s)
	})
}

// noExchange leaves lines where they are. An offer of what cannot be had goes back to whoever made it.
func (r *returns) noExchange(lines []*schemas.Line, refusal *schemas.Refusal) {
	s := r.begin(schemas.EventRefused, schemas.System, schemas.DoorSystem)
	s.lines = lines
	s.note("name", schemas.CaseConvert.Name)
	s.note("code", string(refusal.Code))
	s.say("No exchange, the lines stay here: %s", refusal.Message)
	offered, _ := sort2(lines, func(l *schemas.Line) bool { return offersArticle(l) && l.State == schemas.Negotiating })
	if len(offered) > 0 {
		s.lines = offered
		r.backToReview(s, "")
		s.lines = lines
	}
	if refusal.Code == schemas.CodeUnknownArticle {
		s.tell("return.no_exchange", vars{"lines": linesVar(lines)})
	}
	s.staff("staff.task", r.Owner, vars{"task": "exchange_refused", "due": stamp(r.firstDue())})
	r.settle(s)
}

// dropApprovals closes the second persons' decisions on money that is not paid any more.
func (r *returns) dropApprovals(lines []*schemas.Line) {
	for _, a := range r.Approvals {
		if a.DecidedBy == nil && a.Subject == subjectLargeRefund && r.allIn(a.Lines, lines) {
			who := schemas.System
			a.DecidedBy, a.Reason = &who, "converted"
			r.stopApproval(a)
		}
	}
}
