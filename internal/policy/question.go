package policy

import (
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Facts are what the rules are asked about: one request, and what intake found out about its order.
type Facts struct {
	MerchantID  string
	Kind        schemas.Kind
	Currency    string // of the order; empty: the policy's first
	Reason      schemas.Reason
	Channel     schemas.Channel
	RefundOnly  bool
	PlacedAt    time.Time // when the contract was made; zero: not known
	DeliveredAt time.Time // zero: not delivered
	At          time.Time // when the wish was received: what the customer has a right to is judged by it
	From        time.Time // when the case begins that the plan is for; zero: At
	EvidenceIDs []string
	Lines       []schemas.Line
	// Jurisdiction is the law the order is under, such as CN or EU-DE. Empty leaves it to the policy.
	Jurisdiction string
	// Items holds what the shop says of the articles, by line id.
	Items map[string]Item
	// ShippedOther holds the ids of the lines where another article was sent than was ordered.
	ShippedOther map[string]bool
	// AtReview is set where a person was asked for: nothing is decided, and nothing demanded, before a person has looked.
	AtReview bool
	// Earlier are the other requests of the customer of which something is worth telling.
	Earlier []Earlier
	// Uninformed is set where the shop knows that the customer was not told of the right to withdraw.
	Uninformed bool
}

// from is where the days begin that a plan carries.
func (f Facts) from() time.Time {
	if f.From.IsZero() {
		return f.At
	}
	return f.From
}

// Item is what the shop says of the article of one line.
type Item struct {
	Category    string   // mobile_phone, food, …
	Marks       []string // custom_made, perishable, sealed_media, …
	Established []string // opened, misuse, no_parts, …: what was established about this very item; empty: nothing is known
	Confirmed   bool     // the customer confirmed at the purchase that it cannot be returned without a reason
	Repairs     int      // repairs of this very item so far
	Exchanges   int      // exchanges so far
}

// Question is what a `when` can ask about one line. The tags are the names; docs/rules.md lists them from here.
type Question struct {
	Merchant     string   `expr:"merchant" says:"the merchant's id"`
	Kind         string   `expr:"kind" says:"return, exchange, repair or complaint"`
	Currency     string   `expr:"currency" says:"the order's currency"`
	Channel      string   `expr:"channel" says:"where the request came from: web, app, phone, or a platform such as wechat_shop"`
	Jurisdiction string   `expr:"jurisdiction" says:"the law the order is under: CN, EU-DE, UK, …; empty where it is not known"`
	Reason       string   `expr:"reason" says:"why the customer asks: changed_mind, wrong_variant, defective, damaged, not_as_described, wrong_item_sent, not_received, other"`
	Fault        bool     `expr:"fault" says:"the reason, if true, is the merchant's fault"`
	ShippedOther bool     `expr:"shipped_other" says:"another article was sent than was ordered"`
	RefundOnly   bool     `expr:"refund_only" says:"the customer wants to keep the goods"`
	Delivered    bool     `expr:"delivered" says:"the order has arrived"`
	Days         int      `expr:"days" says:"days after the day of delivery, in the policy's zone: 0 on the day itself"`
	Contract     string   `expr:"contract" says:"the day the order was placed, such as 2026-07-31; empty where it is not known"`
	Evidence     int      `expr:"evidence" says:"how many pieces of evidence the customer gave"`
	AtReview     bool     `expr:"at_review" says:"a person was asked for"`
	Uninformed   bool     `expr:"uninformed" says:"the customer was not told of the right to withdraw"`
	Quantity     int      `expr:"quantity" says:"how many of the line are asked about"`
	Price        int64    `expr:"price" says:"what they cost, in the smallest unit of the currency"`
	Total        int64    `expr:"total" says:"what all lines of the request cost"`
	LargeRefund  int64    `expr:"large_refund" says:"the amount above which a second person decides"`
	SmallAmount  int64    `expr:"small_amount" says:"the amount up to which a case is of low impact"`
	Category     string   `expr:"category" says:"the article's category, as the shop names it; the packs know vehicle, mobile_phone, tablet, computer, television, refrigerator, dishwasher, washing_machine, vacuum_cleaner, air_conditioner, audio_video, battery, charger, headset, ebike_battery, food"`
	Marks        []string `expr:"marks" says:"the article's marks: custom_made, perishable, sealed_media, downloaded, newspaper, hygiene, inseparable, unsuitable (by its nature not fit to be returned), three_guarantees (三包), main_part, durable, prepaid, second_hand (with a guarantee of one year agreed), recalled"`
	Established  []string `expr:"established" says:"what was established about this item: opened, misuse, disassembled, serial_mismatch, no_proof, force_majeure, transport_damage, no_parts, no_same_model, unsafe, serious, minor, fraud; empty where nothing is known"`
	Confirmed    bool     `expr:"confirmed" says:"the customer confirmed at the purchase that it cannot be returned without a reason"`
	Repairs      int      `expr:"repairs" says:"how often this item was repaired"`
	Exchanges    int      `expr:"exchanges" says:"how often it was exchanged"`
	Earlier      History  `expr:"earlier" says:"the customer's other requests within the days of history: earlier.not_received (the goods were said not to have arrived), earlier.refund_only (the goods were to stay), earlier.other_goods (another article came back, or an empty parcel), earlier.chargebacks (decided for the merchant). Only suspicion, priority, green_channel, auto and approval may ask"`
	Grade        string   `expr:"grade" says:"the grade an inspection found: A as new, B opened, C used, D damaged (table deduction only)"`
	Window       Windows  `expr:"window" says:"window.no_reason and window.fault: the days the policy itself gives a right"`
	Open         Rights   `expr:"open" says:"open.no_reason and open.fault: the right still holds, by whatever layer gives the customer the longest"`
	Excluded     []string `expr:"excluded" says:"rights that a rule of law excludes here: no_reason, fault"`
	Presumed     []string `expr:"presumed" says:"what a rule of law presumes here: defect"`
}

// Windows are the days a right holds after the day of delivery.
type Windows struct {
	NoReason int `expr:"no_reason"`
	Fault    int `expr:"fault"`
}

// Rights say which windows are still open.
type Rights struct {
	NoReason bool `expr:"no_reason"`
	Fault    bool `expr:"fault"`
}

// ask puts the facts about one line into a question, as far as they do not depend on rules.
func (p *policy) ask(f Facts, l schemas.Line, w Windows) Question {
	q := Question{
		Merchant: f.MerchantID, Kind: string(f.Kind), Currency: f.Currency, Channel: string(f.Channel),
		Jurisdiction: or(f.Jurisdiction, p.jurisdiction),
		Reason:       string(f.Reason), Fault: f.Reason.MerchantsFault(), ShippedOther: f.ShippedOther[l.LineID],
		RefundOnly: f.RefundOnly, Delivered: !f.DeliveredAt.IsZero(), Evidence: len(f.EvidenceIDs), AtReview: f.AtReview,
		Uninformed: f.Uninformed, Quantity: l.Quantity, Price: l.Price().Minor,
		LargeRefund: p.limits[f.Currency].large.Minor, SmallAmount: p.limits[f.Currency].small.Minor, Window: w,
		Earlier: p.earlier(f),
	}
	if item, ok := f.Items[l.LineID]; ok {
		q.Category, q.Marks, q.Established, q.Confirmed = item.Category, item.Marks, item.Established, item.Confirmed
		q.Repairs, q.Exchanges = item.Repairs, item.Exchanges
	}
	for _, other := range f.Lines {
		q.Total += other.Price().Minor
	}
	if !f.PlacedAt.IsZero() {
		q.Contract = f.PlacedAt.In(p.zone).Format(time.DateOnly)
	}
	if q.Delivered {
		q.Days = daysBetween(f.DeliveredAt, f.At, p.zone)
	}
	return q
}

// askAll is the question about the request as a whole. What is true of one of its articles is true of it.
func (p *policy) askAll(f Facts, w Windows) Question {
	q := p.ask(f, schemas.Line{}, w)
	q.Price = q.Total
	for _, l := range f.Lines {
		q.Quantity += l.Quantity
		q.ShippedOther = q.ShippedOther || f.ShippedOther[l.LineID]
		item := f.Items[l.LineID]
		q.Category = or(q.Category, item.Category)
		q.Marks, q.Established = append(q.Marks, item.Marks...), append(q.Established, item.Established...)
		q.Repairs, q.Exchanges = max(q.Repairs, item.Repairs), max(q.Exchanges, item.Exchanges)
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
