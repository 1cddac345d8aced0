package policy

import (
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Facts are what the rules are asked about: one request, and what intake found out about its order.
type Facts struct {
	MerchantID  string
	Kind        schemas.Kind
	Currency    string
	Reason      schemas.Reason
	RefundOnly  bool
	DeliveredAt time.Time // zero: not delivered
	At          time.Time // the case's own time
	EvidenceIDs []string
	Lines       []schemas.Line
	// ShippedOther holds the ids of the lines where another article was sent than was ordered.
	ShippedOther map[string]bool
	// AtReview is set where a person was asked for: nothing is decided, and nothing demanded, before a person has looked.
	AtReview bool
}

// Question is what a `when` can ask about one line. The tags are the names; docs/rules.md lists them from here.
type Question struct {
	Merchant     string  `expr:"merchant" says:"the merchant's id"`
	Kind         string  `expr:"kind" says:"return"`
	Currency     string  `expr:"currency" says:"the order's currency"`
	Reason       string  `expr:"reason" says:"why the customer asks: changed_mind, wrong_variant, defective, damaged, not_as_described, wrong_item_sent, not_received, other"`
	Fault        bool    `expr:"fault" says:"the reason, if true, is the merchant's fault"`
	ShippedOther bool    `expr:"shipped_other" says:"another article was sent than was ordered"`
	RefundOnly   bool    `expr:"refund_only" says:"the customer wants to keep the goods"`
	Delivered    bool    `expr:"delivered" says:"the order has arrived"`
	Days         int     `expr:"days" says:"days after the day of delivery, in the policy's zone: 0 on the day itself"`
	Evidence     int     `expr:"evidence" says:"how many pieces of evidence the customer gave"`
	AtReview     bool    `expr:"at_review" says:"a person was asked for"`
	Quantity     int     `expr:"quantity" says:"how many of the line are asked about"`
	Price        int64   `expr:"price" says:"what they cost, in the smallest unit of the currency"`
	Total        int64   `expr:"total" says:"what all lines of the request cost"`
	LargeRefund  int64   `expr:"large_refund" says:"the amount above which a second person decides"`
	Window       Windows `expr:"window" says:"window.no_reason and window.fault: the days a right holds"`
}

// Windows are the days a right holds after the day of delivery.
type Windows struct {
	NoReason int `expr:"no_reason"`
	Fault    int `expr:"fault"`
}

// ask puts the facts about one line into a question.
func (p *policy) ask(f Facts, l schemas.Line, w Windows) Question {
	q := Question{
		Merchant: f.MerchantID, Kind: string(f.Kind), Currency: f.Currency,
		Reason: string(f.Reason), Fault: f.Reason.MerchantsFault(), ShippedOther: f.ShippedOther[l.LineID],
		RefundOnly: f.RefundOnly, Delivered: !f.DeliveredAt.IsZero(), Evidence: len(f.EvidenceIDs), AtReview: f.AtReview,
		Quantity: l.Quantity, Price: l.Price().Minor, LargeRefund: p.limits[f.Currency].large.Minor, Window: w,
	}
	for _, other := range f.Lines {
		q.Total += other.Price().Minor
	}
	if q.Delivered {
		q.Days = daysBetween(f.DeliveredAt, f.At, p.zone)
	}
	return q
}

// askAll is the question about the request as a whole.
func (p *policy) askAll(f Facts, w Windows) Question {
	q := p.ask(f, schemas.Line{}, w)
	q.Price = q.Total
	for _, l := range f.Lines {
		q.Quantity += l.Quantity
		q.ShippedOther = q.ShippedOther || f.ShippedOther[l.LineID]
	}
	return q
}

// daysBetween counts calendar days: a right of 30 days that began at any hour holds to the last second of the 30th day after.
// A time before the delivery (another machine's clock) counts as the day itself.
func daysBetween(from, to time.Time, zone *time.Location) int {
	return max(0, daysSinceEpoch(to.In(zone))-daysSinceEpoch(from.In(zone)))
}

// daysSinceEpoch numbers a calendar date. It is taken from the date in UTC, because a local day may have 23 or 25 hours.
func daysSinceEpoch(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}
