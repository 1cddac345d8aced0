package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// limits are what people may decide alone in one currency.
type limits struct {
	large    schemas.Money
	small    schemas.Money // what counts as small in the tables
	goodwill map[schemas.Role]int64
}

// granters are the roles that may have an amount of their own. A customer or the system itself grants nothing.
var granters = []schemas.Role{
	schemas.RoleAgent, schemas.RoleHandler, schemas.RoleTeamLead, schemas.RoleSupervisor, schemas.RoleManager, schemas.RoleExecutive,
}

func (b *builder) limits() {
	b.policy.limits = map[string]limits{}
	l := b.section(func(s fileShape) bool { return s.Limits != nil })
	if len(l.shape.Limits) == 0 {
		b.fault(l.doc, place{"limits"}, "limits are needed: one entry per currency")
	}
	for i, shape := range l.shape.Limits {
		b.limit(l.doc, place{"limits", i}, shape)
	}
	named := b.section(func(s fileShape) bool { return s.Currencies != nil })
	switch {
	case len(named.shape.Currencies) > 0:
		b.policy.usual = named.shape.Currencies[0]
	case len(l.shape.Limits) > 0:
		b.policy.usual = l.shape.Limits[0].Currency
	}
	for i, currency := range named.shape.Currencies {
		if _, has := b.policy.limits[currency]; !has {
			b.fault(named.doc, place{"currencies", i}, "%s has no limits; add an entry to limits, or nobody knows who may decide about it", currency)
		}
	}
}

func (b *builder) limit(doc *document, at place, shape limitShape) {
	if !isCurrency(shape.Currency) {
		b.fault(doc, at.Then("currency"), "currency: %q is not a currency code; write three capital letters, such as CNY", shape.Currency)
		return
	}
	if _, twice := b.policy.limits[shape.Currency]; twice {
		b.fault(doc, at.Then("currency"), "currency: %s has limits already", shape.Currency)
		return
	}
	shape.Head.What = or(shape.Head.What, "what people decide alone in "+shape.Currency)
	b.rule(doc, at, shape.Head, "limits "+shape.Currency, shape.value())
	made := limits{goodwill: map[schemas.Role]int64{}}
	var ok bool
	if made.large, ok = b.amount(doc, at.Then("large_refund"), shape.LargeRefund, shape.Currency); !ok {
		return
	}
	made.small = schemas.Money{Currency: shape.Currency}
	if shape.SmallAmount != "" {
		if made.small, ok = b.amount(doc, at.Then("small_amount"), shape.SmallAmount, shape.Currency); !ok {
			return
		}
	}
	for _, role := range slices.Sorted(maps.Keys(shape.Goodwill)) {
		where := at.Then("goodwill", role)
		if !slices.Contains(granters, schemas.Role(role)) {
			b.fault(doc, at.Then("goodwill", name(role)), "goodwill: %q cannot grant anything; use %v", role, granters)
			continue
		}
		if money, ok := b.amount(doc, where, shape.Goodwill[role], shape.Currency); ok {
			made.goodwill[schemas.Role(role)] = money.Minor
		}
	}
	var below int64
	for _, role := range granters {
		amount, named := made.goodwill[role]
		if !named {
			continue
		}
		if amount < below {
			b.fault(doc, at.Then("goodwill", string(role)), "goodwill: %s would be allowed less than the role below it", role)
		}
		below = amount
	}
	b.policy.limits[shape.Currency] = made
}

func (b *builder) amount(doc *document, at place, written, currency string) (schemas.Money, bool) {
	money, err := parseMoney(written)
	switch {
	case err != nil:
		b.fault(doc, at, "%v", err)
		return money, false
	case money.Currency != currency:
		b.fault(doc, at, "%s is not in the currency of this entry, %s", written, currency)
		return money, false
	}
	return money, true
}

// parseMoney reads an amount as people write it: a number and its currency, "49.90 EUR". More decimals than the currency has
// are a mistake, not something to round.
func parseMoney(written string) (schemas.Money, error) {
	number, currency, ok := strings.Cut(written, " ")
	if !ok || !isCurrency(currency) {
		return schemas.Money{}, fmt.Errorf("%q is not an amount; write a number and a currency, such as 50 CNY", written)
	}
	whole, decimals, _ := strings.Cut(number, ".")
	exponent := schemas.Exponent(currency)
	if len(decimals) > exponent || strings.HasSuffix(number, ".") {
		return schemas.Money{}, fmt.Errorf("%q is not an amount: %s has %d decimal places", written, currency, exponent)
	}
	digits := whole + decimals + strings.Repeat("0", exponent-len(decimals))
	minor, err := strconv.ParseUint(digits, 10, 50) // ParseUint takes no sign; 2^50 is far above any limit
	if err != nil || whole == "" {
		return schemas.Money{}, fmt.Errorf("%q is not an amount; write a number and a currency, such as 50 CNY", written)
	}
	return schemas.Money{Minor: int64(minor), Currency: currency}, nil
}

func isCurrency(s string) bool {
	return len(s) == 3 && strings.IndexFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0
}

func (s limitShape) value() string {
	parts := []string{"second person above " + s.LargeRefund}
	if s.SmallAmount != "" {
		parts = append(parts, "small up to "+s.SmallAmount)
	}
	for _, role := range granters {
		if amount := s.Goodwill[string(role)]; amount != "" {
			parts = append(parts, fmt.Sprintf("%s %s", role, amount))
		}
	}
	return strings.Join(parts, "; ")
}
