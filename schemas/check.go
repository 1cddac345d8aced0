package schemas

import (
	"fmt"
	"slices"
)

// Check judges a request by itself: whether it can be read as one at all. What needs the order, the claims or a rule to be
// judged is not looked at here (ruling 2: that becomes a case).
func (r Request) Check() *Refusal {
	for _, id := range []struct{ field, value string }{
		{"merchant_id", r.MerchantID}, {"request_id", r.RequestID}, {"order_id", r.OrderID}, {"customer_id", r.CustomerID},
	} {
		if id.value == "" {
			return &Refusal{Code: CodeMissingField, Field: id.field, Message: "this field is needed."}
		}
		if !ValidID(id.value) {
			return badID(id.field, id.value)
		}
	}
	switch r.Kind {
	case KindReturn, KindExchange:
	case KindRepair, KindComplaint:
		return &Refusal{Code: CodeUnsupported, Field: "kind", Message: fmt.Sprintf("%q cannot be opened in this version; open it as %q or %q, or handle it by hand.", r.Kind, KindReturn, KindExchange)}
	case "":
		return &Refusal{Code: CodeMissingField, Field: "kind", Message: "this field is needed: return, exchange, repair or complaint."}
	default:
		return &Refusal{Code: CodeBadValue, Field: "kind", Message: fmt.Sprintf("%q is not a kind; use return, exchange, repair or complaint.", short(string(r.Kind)))}
	}
	if r.Reason == "" {
		return &Refusal{Code: CodeMissingField, Field: "reason", Message: fmt.Sprintf("this field is needed: one of %v.", Reasons)}
	}
	if !slices.Contains(Reasons, r.Reason) {
		return &Refusal{Code: CodeBadValue, Field: "reason", Message: fmt.Sprintf("%q is not a reason; use one of %v.", short(string(r.Reason)), Reasons)}
	}
	if r.Channel != "" && !isCodeWord(string(r.Channel)) {
		return &Refusal{Code: CodeBadValue, Field: "channel", Message: fmt.Sprintf("%q is not a channel; use one of %v, or the code word of a platform, such as taobao or wechat_shop.", short(string(r.Channel)), Channels)}
	}
	if r.SettleWith != "" && !ValidID(r.SettleWith) {
		return badID("settle_with", r.SettleWith)
	}
	if r.TextID != "" && !ValidID(r.TextID) {
		return badID("text_id", r.TextID)
	}
	if ref := checkIDs("evidence_ids", r.EvidenceIDs); ref != nil {
		return ref
	}
	if r.Kind == KindExchange && r.RefundOnly {
		return &Refusal{Code: CodeBadValue, Field: "refund_only", Message: "an exchange gives an article; ask for a return to keep the goods and have the money."}
	}
	return checkRequestLines(r.Kind, r.Lines)
}

func checkRequestLines(kind Kind, lines []RequestLine) *Refusal {
	if len(lines) == 0 {
		return &Refusal{Code: CodeMissingField, Field: "lines", Message: "name at least one order line."}
	}
	if len(lines) > 200 {
		return &Refusal{Code: CodeTooLarge, Field: "lines", Message: "a request may name at most 200 lines."}
	}
	seen := map[string]bool{}
	for i, l := range lines {
		field := fmt.Sprintf("lines[%d]", i)
		switch {
		case l.LineID == "":
			return &Refusal{Code: CodeMissingField, Field: field + ".line_id", Message: "this field is needed."}
		case !ValidID(l.LineID):
			return badID(field+".line_id", l.LineID)
		case l.Quantity < 1:
			return &Refusal{Code: CodeBadQuantity, Field: field + ".quantity", Message: fmt.Sprintf("%d is not a quantity; at least 1 is.", l.Quantity)}
		case seen[l.LineID]:
			return &Refusal{Code: CodeBadValue, Field: field + ".line_id", Message: fmt.Sprintf("line %s is named twice; name it once with the whole quantity.", l.LineID)}
		case kind == KindExchange && l.ReplacementSKU == "":
			return &Refusal{Code: CodeMissingField, Field: field + ".replacement_sku", Message: "an exchange names the article that is wanted instead; the same one for a faulty one."}
		case kind == KindExchange && len(l.ReplacementSKU) > 128:
			return &Refusal{Code: CodeTooLarge, Field: field + ".replacement_sku", Message: "at most 128 characters are allowed."}
		case kind != KindExchange && l.ReplacementSKU != "":
			return &Refusal{Code: CodeBadValue, Field: field + ".replacement_sku", Message: "a return has no replacement; leave it out or ask for an exchange."}
		}
		seen[l.LineID] = true
	}
	return nil
}

func checkIDs(field string, ids []string) *Refusal {
	if len(ids) > 100 {
		return &Refusal{Code: CodeTooLarge, Field: field, Message: "at most 100 ids are allowed."}
	}
	for i, id := range ids {
		if !ValidID(id) {
			return badID(fmt.Sprintf("%s[%d]", field, i), id)
		}
	}
	return nil
}

// isCodeWord reports whether s is a code of ours: lower case, digits and underscores, a letter first.
func isCodeWord(s string) bool {
	if s == "" || len(s) > 64 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

func badID(field, value string) *Refusal {
	return &Refusal{Code: CodeBadID, Field: field, Message: fmt.Sprintf("%q is not an id; use 1 to 64 letters, digits, _ or -.", short(value))}
}

// short keeps a value that somebody sent from filling an error message.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
