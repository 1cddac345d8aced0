package schemas

import "fmt"

// What a case asks our own database before it goes on, because only there it is known what other cases and customers have.

// MergeQuestion asks whether lines of a case can be merged into another one.
type MergeQuestion struct {
	CaseID     string     `json:"case_id"`
	MerchantID string     `json:"merchant_id"`
	OrderID    string     `json:"order_id"`
	Into       string     `json:"into"`
	Lines      []PickLine `json:"lines"`
}

// MethodQuestion asks whether a customer has a payment method.
type MethodQuestion struct {
	MerchantID string `json:"merchant_id"`
	OrderID    string `json:"order_id"`
	CustomerID string `json:"customer_id"`
	Method     string `json:"method"`
}

// WaybillQuestion asks whether a parcel is another customer's already.
type WaybillQuestion struct {
	CaseID     string `json:"case_id"`
	MerchantID string `json:"merchant_id"`
	CustomerID string `json:"customer_id"`
	Waybill    string `json:"waybill"`
}

// Judged is the answer: a refusal where it cannot be.
type Judged struct {
	Refusal *Refusal `json:"refusal,omitempty"`
}

// Judge says whether a case can take the lines: it is open, of the same merchant and order, and has these lines too.
func (q MergeQuestion) Judge(into View) *Refusal {
	no := func(code Code, format string, args ...any) *Refusal {
		return &Refusal{Code: code, Field: "into", Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case into.CaseID == q.CaseID || into.MerchantID != q.MerchantID:
		return no(CodeBadValue, "merge into another case of the same merchant.")
	case into.ClosedAt != nil && into.SuccessorID != "":
		return no(CodeCaseClosed, "case %s has ended; case %s continues it.", into.CaseID, into.SuccessorID)
	case into.ClosedAt != nil:
		return no(CodeCaseClosed, "case %s has ended as %s; merge into an open one.", into.CaseID, into.Outcome)
	case into.OrderID != q.OrderID:
		return no(CodeBadValue, "case %s is about order %s, this one about %s.", into.CaseID, into.OrderID, q.OrderID)
	}
	for _, l := range q.Lines {
		if !hasOpenLine(into, l.LineID) {
			return no(CodeUnknownLine, "case %s has no open line %s; name the lines that both cases share.", into.CaseID, l.LineID)
		}
	}
	return nil
}

func hasOpenLine(v View, id string) bool {
	for _, l := range v.Lines {
		if l.LineID == id && l.State != Closed {
			return true
		}
	}
	return false
}
