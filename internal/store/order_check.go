package store

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

var (
	isoCurrency      = regexp.MustCompile(`^[A-Z]{3}$`)
	jurisdictionWord = regexp.MustCompile(`^[A-Z]{2}(-[A-Z]{2})?$`)
	codeWord         = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
)

// Above these a figure is a mistake of the sender's, and sums of them could not be counted in 64 bits.
const (
	maxMinor    = int64(1e15)
	maxQuantity = 100_000
)

// CheckOrder says what keeps an order of the shop's from being worked with, or nil. Figures that contradict each other are
// refused here rather than discovered when money is to be paid.
func CheckOrder(o schemas.ShopOrder) *schemas.Refusal {
	for _, id := range []struct{ field, value string }{
		{"merchant_id", o.MerchantID}, {"order_id", o.OrderID}, {"customer_id", o.CustomerID},
	} {
		if r := checkID(id.field, id.value); r != nil {
			return r
		}
	}
	if !isoCurrency.MatchString(o.Currency) {
		return refuse(schemas.CodeBadValue, "currency", "%q is not a currency; use three capital letters, such as USD.", o.Currency)
	}
	if !slices.Contains([]schemas.OrderStatus{schemas.OrderPending, schemas.OrderProcessed, schemas.OrderDelivered, schemas.OrderCancelled}, o.Status) {
		return refuse(schemas.CodeBadValue, "status", "%q is not a status; use pending, processed, delivered or cancelled.", string(o.Status))
	}
	if o.PlacedAt.IsZero() {
		return refuse(schemas.CodeMissingField, "placed_at", "this field is needed.")
	}
	if o.Status == schemas.OrderDelivered && o.DeliveredAt == nil {
		return refuse(schemas.CodeMissingField, "delivered_at", "a delivered order says when it was delivered.")
	}
	if o.DeliveredAt != nil && o.DeliveredAt.Before(o.PlacedAt) {
		return refuse(schemas.CodeBadValue, "delivered_at", "the order was delivered before it was placed.")
	}
	if o.Jurisdiction != "" && !jurisdictionWord.MatchString(o.Jurisdiction) {
		return refuse(schemas.CodeBadValue, "jurisdiction", "%.20q is not a jurisdiction; use CN, EU-DE, UK or the like.", o.Jurisdiction)
	}
	for _, check := range []func(schemas.ShopOrder) *schemas.Refusal{checkShopLines, checkShopPayments, checkShopRefunds, checkShopParcels} {
		if r := check(o); r != nil {
			return r
		}
	}
	return nil
}

func checkShopLines(o schemas.ShopOrder) *schemas.Refusal {
	if len(o.Lines) == 0 {
		return refuse(schemas.CodeMissingField, "lines", "an order has at least one line.")
	}
	seen := map[string]bool{}
	for i, l := range o.Lines {
		field := fmt.Sprintf("lines[%d]", i)
		if r := checkID(field+".line_id", l.LineID); r != nil {
			return r
		}
		switch {
		case seen[l.LineID]:
			return refuse(schemas.CodeBadValue, field+".line_id", "line %s stands twice.", l.LineID)
		case l.SKU == "":
			return refuse(schemas.CodeMissingField, field+".sku", "this field is needed.")
		case l.Quantity < 1 || l.Quantity > maxQuantity:
			return refuse(schemas.CodeBadQuantity, field+".quantity", "%d is not a quantity.", l.Quantity)
		}
		if r := checkAmount(field+".unit_price", l.UnitPrice, o.Currency); r != nil {
			return r
		}
		if r := checkArticleWords(field, l); r != nil {
			return r
		}
		if l.UnitPrice.Minor > maxMinor/int64(l.Quantity) {
			return refuse(schemas.CodeBadAmount, field+".unit_price", "this line would cost more than can be counted.")
		}
		seen[l.LineID] = true
	}
	return nil
}

// checkArticleWords looks at what rules may ask about the article.
func checkArticleWords(field string, l schemas.ShopLine) *schemas.Refusal {
	if l.Category != "" && !codeWord.MatchString(l.Category) {
		return refuse(schemas.CodeBadValue, field+".category", "%.64q is not a code; write it as mobile_phone.", l.Category)
	}
	for _, mark := range l.Marks {
		if !codeWord.MatchString(mark) {
			return refuse(schemas.CodeBadValue, field+".marks", "%.64q is not a code; write it as custom_made.", mark)
		}
	}
	for _, word := range l.Established {
		if !codeWord.MatchString(word) {
			return refuse(schemas.CodeBadValue, field+".established", "%.64q is not a code; write it as serial_mismatch.", word)
		}
	}
	if l.Repairs < 0 || l.Exchanges < 0 {
		return refuse(schemas.CodeBadValue, field+".repairs", "repairs and exchanges are counted from 0.")
	}
	return nil
}

func checkShopPayments(o schemas.ShopOrder) *schemas.Refusal {
	seen := map[string]bool{}
	for i, p := range o.Payments {
		field := fmt.Sprintf("payments[%d]", i)
		if r := checkID(field+".payment_id", p.PaymentID); r != nil {
			return r
		}
		if r := checkID(field+".payment_method_id", p.PaymentMethodID); r != nil {
			return r
		}
		if seen[p.PaymentID] {
			return refuse(schemas.CodeBadValue, field+".payment_id", "payment %s stands twice.", p.PaymentID)
		}
		if r := checkAmount(field+".captured", p.Captured, o.Currency); r != nil {
			return r
		}
		seen[p.PaymentID] = true
	}
	return nil
}

// checkShopRefunds counts what was refunded before against what was captured and what each line cost.
func checkShopRefunds(o schemas.ShopOrder) *schemas.Refusal {
	left, cost, units := map[string]int64{}, map[string]int64{}, map[string]int{}
	for _, p := range o.Payments {
		left[p.PaymentID] = p.Captured.Minor
	}
	for _, l := range o.Lines {
		cost[l.LineID], units[l.LineID] = l.UnitPrice.Minor*int64(l.Quantity), l.Quantity
	}
	seen := map[string]bool{}
	for i, r := range o.Refunds {
		field := fmt.Sprintf("refunds[%d]", i)
		if refusal := checkID(field+".refund_id", r.RefundID); refusal != nil {
			return refusal
		}
		if refusal := checkAmount(field+".amount", r.Amount, o.Currency); refusal != nil {
			return refusal
		}
		_, paid := left[r.PaymentID]
		_, bought := cost[r.LineID]
		switch {
		case seen[r.RefundID]:
			return refuse(schemas.CodeBadValue, field+".refund_id", "refund %s stands twice.", r.RefundID)
		case !paid:
			return refuse(schemas.CodeBadValue, field+".payment_id", "the order has no payment %q.", r.PaymentID)
		case r.LineID != "" && !bought:
			return refuse(schemas.CodeUnknownLine, field+".line_id", "the order has no line %q.", r.LineID)
		case r.Quantity < 0, r.Quantity > 0 && r.LineID == "":
			return refuse(schemas.CodeBadQuantity, field+".quantity", "a quantity is positive and belongs to a line.")
		}
		seen[r.RefundID] = true
		left[r.PaymentID] -= r.Amount.Minor
		if left[r.PaymentID] < 0 {
			return refuse(schemas.CodeBadAmount, field+".amount", "more was refunded than payment %s captured.", r.PaymentID)
		}
		if r.LineID == "" {
			continue
		}
		cost[r.LineID] -= r.Amount.Minor
		units[r.LineID] -= r.Quantity
		if cost[r.LineID] < 0 {
			return refuse(schemas.CodeBadAmount, field+".amount", "more was refunded than line %s cost.", r.LineID)
		}
		if units[r.LineID] < 0 {
			return refuse(schemas.CodeBadQuantity, field+".quantity", "more was refunded than line %s has.", r.LineID)
		}
	}
	return nil
}

func checkShopParcels(o schemas.ShopOrder) *schemas.Refusal {
	for i, p := range o.Parcels {
		for _, id := range p.LineIDs {
			if !slices.ContainsFunc(o.Lines, func(l schemas.ShopLine) bool { return l.LineID == id }) {
				return refuse(schemas.CodeUnknownLine, fmt.Sprintf("parcels[%d].line_ids", i), "the order has no line %q.", id)
			}
		}
	}
	return nil
}

func checkID(field, value string) *schemas.Refusal {
	if value == "" {
		return refuse(schemas.CodeMissingField, field, "this field is needed.")
	}
	if !schemas.ValidID(value) {
		return refuse(schemas.CodeBadID, field, "%.40q is not an id; use 1 to 64 letters, digits, _ or -.", value)
	}
	return nil
}

func checkAmount(field string, m schemas.Money, currency string) *schemas.Refusal {
	if m.Currency != currency {
		return refuse(schemas.CodeOtherCurrency, field+".currency", "this is in %q and the order in %q.", m.Currency, currency)
	}
	if m.Minor < 0 || m.Minor > maxMinor {
		return refuse(schemas.CodeBadAmount, field+".minor", "%d is not an amount.", m.Minor)
	}
	return nil
}

func refuse(code schemas.Code, field, message string, args ...any) *schemas.Refusal {
	return &schemas.Refusal{Code: code, Field: field, Message: fmt.Sprintf(message, args...)}
}
