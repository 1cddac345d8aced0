package schemas

import (
	"fmt"
	"regexp"
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

// NumberChecker is what a payload implements that has numbers which others have given: of articles, payments, refunds. They may look like
// anything but words. spaced allows an article's to have spaces, which some shops' have.
type NumberChecker interface{ CheckNumbers(spaced bool) *Refusal }

// CheckNumbers judges the article.
func (c Convert) CheckNumbers(spaced bool) *Refusal {
	return checkArticle("replacement_sku", c.ReplacementSKU, spaced)
}

// CheckNumbers judges the article.
func (m MakeOffer) CheckNumbers(spaced bool) *Refusal {
	return checkArticle("replacement_sku", m.ReplacementSKU, spaced)
}

// CheckNumbers judges the article. Cases that take no spaces in one have never looked at this.
func (a AnswerOffer) CheckNumbers(spaced bool) *Refusal {
	if !spaced {
		return nil
	}
	return checkArticle("replacement_sku", a.ReplacementSKU, spaced)
}

// CheckNumbers judges the payment and the refund, which never have spaces.
func (w ExternalWord) CheckNumbers(bool) *Refusal {
	return first(checkNumber("payment_id", w.PaymentID), checkNumber("refund_id", w.RefundID))
}

func checkNumber(field, number string) *Refusal {
	if strings.ContainsFunc(number, unicode.IsSpace) {
		return &Refusal{Code: CodeBadValue, Field: field, Message: fmt.Sprintf("%s is a number without spaces; words go into a text_id.", field)}
	}
	return nil
}

// They tell an article's number with spaces from what a person typed: it has digits, and not as many in a row as a telephone
// number has.
var (
	hasDigit  = regexp.MustCompile(`\d`)
	telephone = regexp.MustCompile(`\d{7}`)
)

func checkArticle(field, sku string, spaced bool) *Refusal {
	parts := strings.Fields(sku)
	switch {
	case !spaced || len(parts) < 2:
		return checkNumber(field, sku)
	case sku == strings.Join(parts, " ") && hasDigit.MatchString(sku) && !telephone.MatchString(sku):
		return nil
	}
	return &Refusal{Code: CodeBadValue, Field: field, Message: fmt.Sprintf(
		"%s is an article's number: single spaces are allowed in it where it has digits too, but no seven of them in a row; words go into a text_id.", field)}
}
