package cases

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// The pages of an evidence pack that people read. The sentences of the timeline are the case's own and stand as they were recorded.

// heads are the headings of the pages, by locale.
var heads = map[string]map[string]string{
	"en": {
		"case": "Case", "order": "Order", "opened": "Opened", "ended": "Ended", "state": "State", "reason": "Reason", "policy": "Policy", "lines": "Lines",
		"line": "line", "sku": "article", "quantity": "quantity", "payable": "payable", "refunded": "refunded", "bank": "taken by the bank", "outcome": "outcome",
		"money": "Money", "refund": "refund", "number": "provider's number", "amount": "amount", "status": "status", "method": "method",
		"parcels": "Parcels", "waybill": "waybill", "carrier": "carrier", "scanned": "handed over", "delivered": "delivered",
		"disputes": "Disputes", "dispute": "dispute", "due": "our answer due", "answered": "answered",
		"timeline": "Timeline", "at": "time (UTC)", "who": "who", "what": "what", "happened": "what happened (as recorded)", "rule": "rule",
		"rules": "Rules", "clocks": "Clocks", "none": "none", "proposal": "what the rules propose", "right": "a right of the customer's", "yes": "yes", "no": "no",
	},
	"zh-CN": {
		"case": "案件", "order": "订单", "opened": "受理时间", "ended": "结案时间", "state": "状态", "reason": "原因", "policy": "规则版本", "lines": "商品行",
		"line": "行", "sku": "商品", "quantity": "数量", "payable": "可退金额", "refunded": "已退金额", "bank": "银行扣回", "outcome": "结果",
		"money": "款项", "refund": "退款", "number": "支付机构单号", "amount": "金额", "status": "状态", "method": "方式",
		"parcels": "包裹", "waybill": "运单号", "carrier": "承运商", "scanned": "揽收时间", "delivered": "签收时间",
		"disputes": "外部争议", "dispute": "争议", "due": "答复期限", "answered": "答复时间",
		"timeline": "时间线", "at": "时间（UTC）", "who": "操作人", "what": "事件", "happened": "事件内容（按原始记录）", "rule": "规则",
		"rules": "规则", "clocks": "时限", "none": "无", "proposal": "规则建议", "right": "客户权利", "yes": "是", "no": "否",
	},
}

// page is one page under way.
type page struct {
	bytes.Buffer
	locale string
}

func (p *page) head(key string) string { return heads[p.locale][key] }

func (p *page) title(level int, key string) {
	fmt.Fprintf(p, "%s %s\n\n", strings.Repeat("#", level), p.head(key))
}

// word is a word of ours with its Chinese, where there is one.
func (p *page) word(typeName, value string) string {
	if p.locale == "zh-CN" {
		for _, w := range schemas.Words(typeName) {
			if w.Value == value && w.ZH != "" {
				return w.ZH + "（" + value + "）"
			}
		}
	}
	return value
}

func (p *page) columns(keys ...string) {
	var names []string
	for _, k := range keys {
		names = append(names, p.head(k))
	}
	p.row(names...)
	fmt.Fprintf(p, "|%s\n", strings.Repeat("---|", len(keys)))
}

func (p *page) row(cells ...string) {
	for _, c := range cells {
		fmt.Fprintf(p, "| %s ", strings.NewReplacer("|", `\|`, "\n", " ").Replace(c))
	}
	p.WriteString("|\n")
}

func when(t *time.Time) string {
	if t == nil || t.IsZero() {
		return "–"
	}
	return t.UTC().Format(time.RFC3339)
}

// summary is the page to read first.
func summary(v schemas.View, numbers map[string]string, locale string) []byte {
	p := &page{locale: locale}
	fmt.Fprintf(p, "# %s %s\n\n", p.head("case"), v.CaseID)
	for _, f := range [][2]string{
		{"order", v.OrderID},
		{"opened", when(&v.OpenedAt)},
		{"ended", when(v.ClosedAt)},
		{"state", p.word("State", string(v.State))},
		{"outcome", p.word("Outcome", string(v.Outcome))},
		{"reason", p.word("Reason", string(v.Reason))},
		{"policy", v.Policy + " " + v.PolicyVersion},
	} {
		fmt.Fprintf(p, "- %s: %s\n", p.head(f[0]), f[1])
	}
	p.WriteString("\n")
	p.title(2, "lines")
	p.columns("line", "sku", "quantity", "payable", "refunded", "bank", "state", "outcome")
	for _, l := range v.Lines {
		bank := "–"
		if l.BankTook != nil {
			bank = l.BankTook.String()
		}
		p.row(l.LineID, l.SKU, fmt.Sprint(l.Quantity), l.Payable.String(), l.Refunded.String(), bank, p.word("State", string(l.State)), p.word("Outcome", string(l.Outcome)))
	}
	p.WriteString("\n")
	p.title(2, "money")
	p.columns("refund", "number", "amount", "method", "status")
	for _, f := range v.Money.Entries {
		number := numbers[f.RefundID]
		if number == "" {
			number = "–"
		}
		p.row(f.RefundID, number, f.Amount.String(), f.Method, string(f.Status))
	}
	p.WriteString("\n")
	p.title(2, "parcels")
	p.columns("waybill", "carrier", "status", "scanned", "delivered")
	for _, b := range v.Parcels {
		p.row(b.Waybill, b.Carrier, string(b.Status), when(b.ScannedAt), when(b.DeliveredAt))
	}
	p.WriteString("\n")
	p.title(2, "disputes")
	p.columns("dispute", "status", "amount", "due", "answered")
	for _, d := range v.Disputes {
		p.row(string(d.Kind)+" "+d.DisputeID, string(d.Status), d.Amount.String(), when(d.DueAt), when(d.AnsweredAt))
	}
	return p.Bytes()
}

// timeline is everything that happened, in order.
func timeline(v schemas.View, locale string) []byte {
	p := &page{locale: locale}
	p.title(1, "timeline")
	p.columns("at", "who", "what", "state", "line", "happened", "rule")
	for _, e := range v.Events {
		p.row(when(&e.At), p.word("Role", string(e.Actor.Role))+" "+e.Actor.ID, e.Name, p.word("State", string(e.State)), strings.Join(e.Lines, ", "), e.Message, e.Rule)
	}
	return p.Bytes()
}

// rules says by which rules the case went, and why its clocks end when they do.
func rules(v schemas.View, beside Beside, locale string) []byte {
	p := &page{locale: locale}
	p.title(1, "rules")
	fmt.Fprintf(p, "- %s: %s %s\n\n", p.head("policy"), v.Policy, v.PolicyVersion)
	p.columns("line", "proposal", "rule", "reason", "right")
	for _, l := range v.Lines {
		right := p.head("no")
		if l.Verdict.Owed {
			right = p.head("yes")
		}
		p.row(l.LineID, string(l.Verdict.Proposal), strings.Join(append([]string{l.Verdict.Rule}, l.Verdict.Rules...), ", "), l.Verdict.Reason, right)
	}
	p.WriteString("\n")
	p.title(2, "clocks")
	for _, k := range v.Clocks {
		fmt.Fprintf(p, "- %s (%s): %s\n", k.Name, k.Rule, when(&k.Due))
		if beside.Explain != nil {
			for _, sentence := range beside.Explain(v.Policy, k, locale) {
				fmt.Fprintf(p, "  - %s\n", sentence)
			}
		}
	}
	if len(v.Clocks) == 0 {
		fmt.Fprintf(p, "%s\n", p.head("none"))
	}
	return p.Bytes()
}
