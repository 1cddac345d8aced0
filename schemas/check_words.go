package schemas

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// WordChecker is what a payload implements that has codes which need not be given. Words of people never stand in them: they go into a
// text_id, so that they can be erased.
type WordChecker interface{ CheckWords() *Refusal }

// CheckWords judges the reason.
func (w Withdraw) CheckWords() *Refusal { return checkCode(w.Reason) }

// CheckWords judges the reason.
func (a Approve) CheckWords() *Refusal { return checkCode(a.Reason) }

// CheckWords judges the reason and the number.
func (d DecideApproval) CheckWords() *Refusal {
	if d.ApprovalID != "" && !ValidID(d.ApprovalID) {
		return badID("approval_id", d.ApprovalID)
	}
	return checkCode(d.Reason)
}

// CheckWords judges how the answer came.
func (a AnswerSurvey) CheckWords() *Refusal {
	if a.Mode != "" && !slices.Contains(SurveyModes, a.Mode) {
		return &Refusal{Code: CodeBadValue, Field: "mode", Message: "an answer comes by link or by phone."}
	}
	return nil
}

// SurveyModes are the ways in which an answer can come.
var SurveyModes = []string{"link", "phone"}

func checkCode(reason string) *Refusal {
	if reason == "" {
		return nil
	}
	return checkReason(reason)
}

// NumberChecker is what a payload implements that has numbers which others have given: of articles, payments, parcels. They may look like
// anything but words: a number has no spaces.
type NumberChecker interface{ CheckNumbers() *Refusal }

// CheckNumbers judges the article.
func (c Convert) CheckNumbers() *Refusal { return checkNumber("replacement_sku", c.ReplacementSKU) }

// CheckNumbers judges the article.
func (m MakeOffer) CheckNumbers() *Refusal { return checkNumber("replacement_sku", m.ReplacementSKU) }

// CheckNumbers judges the payment and the refund.
func (w ExternalWord) CheckNumbers() *Refusal {
	return first(checkNumber("payment_id", w.PaymentID), checkNumber("refund_id", w.RefundID))
}

func checkNumber(field, number string) *Refusal {
	if strings.ContainsFunc(number, unicode.IsSpace) {
		return &Refusal{Code: CodeBadValue, Field: field, Message: fmt.Sprintf("%s is a number without spaces; words go into a text_id.", field)}
	}
	return nil
}
