package imports

import (
	"fmt"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// currencies are the codes of ISO 4217 in which goods are sold: no metals, no funds, no test codes. ANG and BGN went out of use in
// 2025; orders in them can still come back.
var currencies = func() map[string]bool {
	codes := map[string]bool{}
	for _, code := range strings.Fields(`
		AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
		CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
		GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
		LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
		PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
		TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG`) {
		codes[code] = true
	}
	return codes
}()

func checkCurrency(field, code string) *schemas.Refusal {
	if currencies[code] {
		return nil
	}
	return &schemas.Refusal{Code: schemas.CodeBadValue, Field: field, Message: fmt.Sprintf("%q is not a currency; use a code of ISO 4217, such as USD or CNY.", code)}
}

// checkMoney says what of an order's money contradicts docs/import.md, beyond what the store looks at: a refund is paid back to
// what was captured, so that lines which nobody paid for cannot be refunded.
func checkMoney(o schemas.ShopOrder) *schemas.Refusal {
	if refusal := checkCurrency("currency", o.Currency); refusal != nil {
		return refusal
	}
	cost, paid := schemas.Money{Currency: o.Currency}, schemas.Money{Currency: o.Currency}
	for _, l := range o.Lines {
		cost.Minor += l.UnitPrice.Minor * int64(l.Quantity)
	}
	for _, p := range o.Payments {
		paid.Minor += p.Captured.Minor
	}
	switch {
	case len(o.Payments) == 0 && o.Status != schemas.OrderDelivered:
		return nil // it is paid when it is sent, or never
	case len(o.Payments) == 0 && !cost.IsZero():
		return &schemas.Refusal{Code: schemas.CodeMissingField, Field: "payments", Message: "a delivered order says how it was paid."}
	case paid != cost:
		return &schemas.Refusal{Code: schemas.CodeBadAmount, Field: "payments", Message: fmt.Sprintf("the payments are %s together, and the lines cost %s; they must be the same.", paid, cost)}
	}
	return nil
}

func checkBalances(c schemas.ShopCustomer) *schemas.Refusal {
	for i, m := range c.PaymentMethods {
		if m.Balance == nil {
			continue
		}
		if refusal := checkCurrency(fmt.Sprintf("payment_methods[%d].balance.currency", i), m.Balance.Currency); refusal != nil {
			return refusal
		}
	}
	return nil
}
