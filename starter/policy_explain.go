package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

// policyExplainCommand says why a due is what it is, for a request that need not exist.
type policyExplainCommand struct {
	Policy       string    `arg:"" help:"A policy: a file, or the name of a built-in one."`
	Of           string    `required:"" help:"A clock or a window, such as return.review, law.refund or window.no_reason (docs/rules.md); or suspicion: whether a person looks at a request first." placeholder:"NAME"`
	From         time.Time `required:"" help:"When it starts, such as 2026-09-24T15:00:00+08:00."`
	Reason       string    `default:"changed_mind" help:"Why the customer asks."`
	Jurisdiction string    `help:"Where the order went: CN, EU-DE, UK, …"`
	Channel      string    `default:"web" help:"Where the request came from, such as wechat_shop."`
	Currency     string    `default:"CNY" help:"The order's currency."`
	Amount       int64     `default:"10000" help:"What the goods cost, in the smallest unit of the currency."`
	Placed       time.Time `help:"When the order was placed."`
	Category     string    `help:"The article's category."`
	Marks        []string  `help:"The article's marks, such as custom_made."`
	RefundOnly   bool      `help:"The goods stay with the customer."`
	Platform     time.Time `name:"platform-expiry" help:"The end that the platform itself has named; it replaces the platform's rule."`
	// Earlier is of use to suspicion alone.
	Earlier map[string]int `help:"What the customer's other requests came to, the day before: other_goods, not_received, refund_only, chargebacks." placeholder:"other_goods=2"`

	Lang string `default:"en" enum:"en,zh-CN" help:"The language of the sentences: en or zh-CN."`
	JSON bool   `help:"Print one JSON object, with the sentences in both languages."`
}

func (c *policyExplainCommand) Run() error {
	if !validReason(c.Reason) {
		return usageError{fmt.Errorf("--reason: %q is not a reason; use one of %v", c.Reason, schemas.Reasons)}
	}
	book, name, err := loadPolicy(c.Policy)
	if err != nil {
		return err
	}
	facts := policy.Facts{
		MerchantID: "merchant", Kind: schemas.KindReturn, Currency: c.Currency, Reason: schemas.Reason(c.Reason), Channel: schemas.Channel(c.Channel),
		RefundOnly: c.RefundOnly, PlacedAt: c.Placed, DeliveredAt: c.From, At: c.From, Jurisdiction: c.Jurisdiction,
		Lines: []schemas.Line{{LineID: "1", Quantity: 1, UnitPrice: schemas.Money{Minor: c.Amount, Currency: c.Currency}}},
		Items: map[string]policy.Item{"1": {Category: c.Category, Marks: c.Marks}},
	}
	if facts.Earlier, err = c.earlier(); err != nil {
		return err
	}
	if c.Of == "suspicion" {
		return c.suspicion(book, name, facts)
	}
	var platform *time.Time
	if !c.Platform.IsZero() {
		platform = &c.Platform
	}
	e, err := book.Explain(name, facts, c.Of, c.From, platform)
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(struct {
			policy.Explanation
			Sentences map[string][]string `json:"sentences"`
		}{e, map[string][]string{"en": e.Sentences("en"), "zh-CN": e.Sentences("zh-CN")}})
		return nil
	}
	fmt.Println(strings.Join(e.Sentences(c.Lang), "\n"))
	return nil
}

// suspicion says whether a person looks at such a request first, and why.
func (c *policyExplainCommand) suspicion(book *policy.Book, name string, facts policy.Facts) error {
	x, err := book.ExplainSuspicion(name, facts)
	if err != nil {
		return err
	}
	if c.JSON {
		printJSON(struct {
			policy.Suspected
			Sentences map[string][]string `json:"sentences"`
		}{x, map[string][]string{"en": x.Sentences("en"), "zh-CN": x.Sentences("zh-CN")}})
		return nil
	}
	fmt.Println(strings.Join(x.Sentences(c.Lang), "\n"))
	return nil
}

// earlier makes other requests of the customer out of their numbers.
func (c *policyExplainCommand) earlier() (all []policy.Earlier, err error) {
	at := c.From.AddDate(0, 0, -1)
	for what, n := range c.Earlier {
		one := policy.Earlier{At: at}
		switch what {
		case "other_goods":
			one.OtherGoods = true
		case "not_received":
			one.NotReceived = true
		case "refund_only":
			one.RefundOnly = true
		case "chargebacks":
			one.Chargebacks = 1
		default:
			return nil, usageError{fmt.Errorf("--earlier: %q is not counted; use other_goods, not_received, refund_only or chargebacks", what)}
		}
		if n < 0 || n > 1000 {
			return nil, usageError{fmt.Errorf("--earlier: %d is not possible; use 0 to 1000", n)}
		}
		for range n {
			all = append(all, one)
		}
	}
	return all, nil
}

func validReason(word string) bool {
	for _, r := range schemas.Reasons {
		if string(r) == word {
			return true
		}
	}
	return false
}
