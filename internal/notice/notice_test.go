package notice

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

func catalogue(t require.TestingT) *Catalogue {
	c, err := Load()
	require.NoError(t, err)
	return c
}

// sample holds a likely value for every variable of every template.
var sample = map[string]string{
	"lines": "1,2*3", "due": "2026-11-20T10:05:00Z", "why": "unknown_order", "holder": "lotus:r-7", "wanted": "photo,invoice",
	"dispute": "chargeback", "number": "dp-1", "freight": "merchant", "label": "LBL-1", "amount": "478400:CNY", "deduction": "1000:CNY", "short": "500:CNY", "reason": "out_of_window",
	"decision": "granted", "what": "partial_refund", "sku": "LAMP-RED", "waybill": "SF-1", "status": "lost", "finding": "used", "method": "original",
	"waiting": "carrier", "text_id": "txt-1", "outcome": "COMPLETED", "kind": "return", "clock": "return.review", "level": "3",
	"subject": "large_refund", "task": "trace", "code": "declined", "overall": "2", "solved": "no", "expected": "2026-11-27T02:00:00Z", "from": "2026-11-27T02:00:00Z", "successor": "lotus:r-1:2",
	"predecessor": "lotus:r-1", "how": "terminated", "ended_at": "2026-11-20T10:05:00Z",
	"step": "parcel.label", "cause": "no such carrier",
}

func varsFor(t *testing.T, id string) map[string]string {
	vars := map[string]string{"merchant_id": "lotus", "order_id": "L-1001", "case_id": "lotus:r-1", "name": ""}
	list, ok := declared(id)
	require.True(t, ok)
	for _, v := range list {
		require.Contains(t, sample, v)
		vars[v] = sample[v]
	}
	return vars
}

func TestEveryTemplateCanBeWrittenInEveryLanguage(t *testing.T) {
	c := catalogue(t)
	require.Len(t, c.Templates(), len(schemas.NoticeTemplates))
	for _, template := range schemas.NoticeTemplates {
		for _, locale := range Locales {
			m, err := c.Render(template.ID, locale, nil, varsFor(t, template.ID), nil)
			require.NoError(t, err)
			require.NotEmpty(t, m.Subject)
			require.NotContains(t, m.Subject, "\n")
			require.LessOrEqual(t, len([]rune(m.Subject)), 80, template.ID)
			require.NotContains(t, m.Body, "{{")
			require.NotContains(t, m.Body, "<no value>")
			require.Contains(t, m.Body, "lotus:r-1", "a reader must be able to name the case")
			if slices.Contains(template.Vars, "due") {
				require.Contains(t, m.Body, "20", template.ID)
				require.Regexp(t, `10:05 UTC|18:05（北京时间）`, m.Body, template.ID)
			}
		}
	}
}

// A customer must learn what they have to do, or that there is nothing to do, and by when, or that there is no deadline.
func TestEveryTextSaysWhoMustActAndUntilWhen(t *testing.T) {
	c := catalogue(t)
	act := map[string]*regexp.Regexp{"zh-CN": regexp.MustCompile(`请`), "en": regexp.MustCompile(`(?i)please|nothing you have to do|nothing else you have to do|you can answer|no further deadline`)}
	when := map[string]*regexp.Regexp{"zh-CN": regexp.MustCompile(`期限|限期|11月20日|天内|时限|立即`), "en": regexp.MustCompile(`deadline|20 November|within|now`)}
	object := map[string]*regexp.Regexp{"zh-CN": regexp.MustCompile(`异议|转交`), "en": regexp.MustCompile(`do not agree|transfer or escalate`)}
	for _, id := range c.Templates() {
		for _, locale := range Locales {
			m, err := c.Render(id, locale, nil, varsFor(t, id), nil)
			require.NoError(t, err)
			require.Regexp(t, act[locale], m.Body, "%s %s", id, locale)
			require.Regexp(t, when[locale], m.Body, "%s %s", id, locale)
			require.Regexp(t, object[locale], m.Body, "%s %s", id, locale)
		}
	}
}

func TestChineseTextsAreChinese(t *testing.T) {
	half := regexp.MustCompile(`\p{Han}[,;:?!]|[,;?!]\p{Han}|\p{Han}\(|\)\p{Han}`)
	for _, e := range entries(t) {
		raw, err := fs.ReadFile(files, "texts/"+e)
		require.NoError(t, err)
		text := strings.TrimPrefix(string(raw), "Subject: ")
		if strings.HasSuffix(e, ".zh-CN.txt") {
			require.Empty(t, half.FindString(text), "half-width punctuation in %s", e)
			require.NotContains(t, text, "你", "%s is not polite", e)
		} else {
			require.Less(t, strings.IndexFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }), 0, "Chinese in %s", e)
		}
	}
}

func entries(t *testing.T) []string {
	list, err := fs.ReadDir(files, "texts")
	require.NoError(t, err)
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestAWholeMessage(t *testing.T) {
	c := catalogue(t)
	vars := varsFor(t, "return.approved")
	m, err := c.Render("return.approved", "zh-TW", nil, vars, nil)
	require.NoError(t, err)
	require.Equal(t, Message{Subject: "您的退货申请已通过，请寄回商品", Body: `您好：

您就订单 L-1001 的第 1 行、第 2 行（3 件）商品提交的退货申请已经通过。寄回的运费由商家承担。

请您于 2026年11月20日 18:05（北京时间）前寄出商品。我们已为您准备退货面单（编号 LBL-1），请在案件页面获取并贴在包裹上，无需填写运单号；收货信息也请在案件页面查看。

仓库收到并验货后，我们会为您办理退款。逾期未寄出，本申请将自动关闭；如需更多时间，请在到期前于案件中申请延期，可延期一次。

如您对处理有异议，请在案件中留言，或申请人工处理，我们会由专人为您核实。

案件编号：lotus:r-1`, Short: "您的退货申请（第 1 行等 4 件商品）已通过，请于 2026年11月20日 18:05（北京时间）前用案件中的面单寄出。详见案件 lotus:r-1"}, m)

	vars["name"], vars["label"], vars["freight"] = "Ana", "", "customer"
	m, err = c.Render("return.approved", "de", time.FixedZone("x", 2*60*60), vars, nil)
	require.NoError(t, err)
	require.Equal(t, Message{Subject: "Your return is approved: please send the goods back", Body: `Dear Ana,

Your request to return line 1 and line 2 (3 items) of order L-1001 is approved. The way back is paid by you.

Please send the goods by 20 November 2026, 12:05 UTC+02:00 and enter the carrier and the tracking number in the case; the case page shows where to send them.

We refund you once our warehouse has received and inspected the goods. If nothing is sent by then, the request is closed. If you need more time, ask for it in the case before that date; it can be extended once.

If you do not agree with how your case is handled, please write to us in the case or ask for a person, and somebody will look into it.

Your case: lotus:r-1`, Short: "Your return (line 1 and 3 more) is approved. Please send the goods by 20 November 2026, 12:05 UTC+02:00 and enter the tracking number. See case lotus:r-1"}, m)
}

func TestLocalesFallBack(t *testing.T) {
	for wish, want := range map[string]string{
		"zh-CN": "zh-CN", "zh": "zh-CN", "zh-TW": "zh-CN", "zh_Hant_HK": "zh-CN", "ZH-cn": "zh-CN",
		"en": "en", "en-GB": "en", "de": "en", "ja": "en", "": "en", "zhx": "en",
	} {
		require.Equal(t, want, Locale(wish), wish)
	}
}

func TestVariablesAreShownInTheReadersWay(t *testing.T) {
	c := catalogue(t)
	shanghai, utc := beijing, time.UTC
	for _, x := range []struct{ name, raw, zh, en string }{
		{"amount", "4784:USD", "47.84 美元", "USD 47.84"},
		{"amount", "123456789:CNY", "1,234,567.89 元", "CNY 1,234,567.89"},
		{"amount", "198000:JPY", "198,000 日元", "JPY 198,000"},
		{"amount", "5:EUR", "0.05 欧元", "EUR 0.05"},
		{"amount", "1234567:KWD", "1,234.567 KWD", "KWD 1,234.567"},
		{"deduction", "-100000:GBP", "-1,000.00 英镑", "GBP -1,000.00"},
		{"amount", "0:", "0", "0"},
		{"amount", "", "", ""},
		{"lines", "", "全部商品", "all items"},
		{"lines", "1", "第 1 行商品", "line 1"},
		{"lines", "1*1,2*2,7", "第 1 行、第 2 行（2 件）、第 7 行商品", "line 1, line 2 (2 items) and line 7"},
		{"wanted", "photo", "商品照片", "a photo of the goods"},
		{"wanted", "photo, purchase_note", "商品照片、purchase_note", "a photo of the goods and purchase_note"},
		{"method", "original", "原支付方式", "the way you paid"},
		{"method", "credit_card_4420174", "信用卡（尾号 0174）", "credit card ending in 0174"},
		{"method", "gift_card_1725971", "礼品卡（尾号 5971）", "gift card ending in 5971"},
		{"method", "wx-2001", "微信支付（尾号 2001）", "WeChat Pay ending in 2001"},
		{"method", "cardamom", "cardamom", "cardamom"},
		{"reason", "out_of_window", "已超过申请期限", "the time to ask for it is over"},
		{"reason", "a_reason_of_their_own", "a_reason_of_their_own", "a_reason_of_their_own"},
		{"reason", "return.review", "商家审核", "review"}, // escalated because this clock ran out
		{"level", "3", "3", "3"},
		{"expected", "2026-11-20T10:05:00Z", "2026年11月20日 18:05（北京时间）", "20 November 2026, 10:05 UTC"},
		{"expected", "–", "暂无到货时间", "not known yet"},
		{"what", "difference", "换货差价", "the difference in price"},
		{"successor", "lotus:r-1:2", "lotus:r-1:2", "lotus:r-1:2"},
	} {
		zh, err := c.words["zh-CN"].show(x.name, x.raw, shanghai)
		require.NoError(t, err)
		require.Equal(t, x.zh, zh)
		en, err := c.words["en"].show(x.name, x.raw, utc)
		require.NoError(t, err)
		require.Equal(t, x.en, en)
	}
	zh, err := c.words["zh-CN"].show("due", "2026-01-02T23:59:00Z", time.FixedZone("", -5*60*60))
	require.NoError(t, err)
	require.Equal(t, "2026年1月2日 18:59（UTC-05:00）", zh)
}

// Whatever the words of the product are, both languages have one for each.
func TestEveryCodeHasAWordInBothLanguages(t *testing.T) {
	c := catalogue(t)
	want := map[string][]string{
		"clock": policy.Clocks,
		"outcome": {
			string(schemas.Completed), string(schemas.CompletedPartial), string(schemas.Withdrawn), string(schemas.Expired), string(schemas.RejectedFinal),
			string(schemas.Converted), string(schemas.Merged), string(schemas.SettledExternally), string(schemas.Unresolvable), string(schemas.Invalid),
		},
		"kind":     {string(schemas.KindReturn), string(schemas.KindExchange), string(schemas.KindRepair), string(schemas.KindComplaint)},
		"finding":  words2(schemas.Findings),
		"decision": {"granted", "refused"},
		"what":     {string(schemas.OfferPartialRefund), string(schemas.OfferRefundOnly), string(schemas.OfferWithReturn), string(schemas.OfferSendBack), string(schemas.ChargeDifference), string(schemas.ChargeDeposit), "choose", "pay", "confirm", "choose_after_loss", "choose_not_taken", "send_old"},
		"freight":  {string(schemas.TurnMerchant), string(schemas.TurnCustomer)},
		"status": {
			string(schemas.ParcelExpected), string(schemas.ParcelMoving), string(schemas.ParcelDelivered), string(schemas.ParcelLost), string(schemas.ParcelDamaged), string(schemas.ParcelRefused), "exception", "stuck",
		},
		"waiting": {
			string(schemas.TurnCustomer), string(schemas.TurnMerchant), string(schemas.TurnWarehouse), string(schemas.TurnCarrier), string(schemas.TurnProvider), string(schemas.TurnSystem), string(schemas.TurnNobody),
		},
		"solved":  {string(schemas.SolvedYes), string(schemas.SolvedPartly), string(schemas.SolvedNo)},
		"subject": {"large_refund", "goodwill", "other_account", "paid_by_hand", "skip_step"},
		"code": {
			string(schemas.CodeBalance), string(schemas.CodeAccountClosed), string(schemas.CodeDeclined), string(schemas.CodeExpired), string(schemas.CodeNoAnswer), string(schemas.CodeReversed),
		},
		"why": {
			string(schemas.CodeMalformed), string(schemas.CodeUnknownField), string(schemas.CodeWrongType), string(schemas.CodeTooLarge), string(schemas.CodeMissingField), string(schemas.CodeBadID), string(schemas.CodeBadValue),
			string(schemas.CodeBadAmount), string(schemas.CodeOtherCurrency), string(schemas.CodeBadQuantity), string(schemas.CodeUnsupported), string(schemas.CodeUnknownPolicy), string(schemas.CodeWrongCaseID),
			string(schemas.CodeUnknownOrder), string(schemas.CodeNotDelivered), string(schemas.CodeNothingLeft), string(schemas.CodeAlreadySettled), string(schemas.CodeHeldElsewhere),
			string(schemas.CodeUnknownArticle), string(schemas.CodeOtherProduct),
		},
		"reason": slices.Concat(words2(schemas.Findings), []string{"appeal", "recovery", "step_parked", "in_window", "out_of_window", "not_delivered", "not_received", "goods_not_returned"}),
		"wanted": {"photo"},
		"task": {
			"carrier_claim", "customer_back", "decision_revoked", "pickup_missed", "undelivered", "deposit_voided", "idle", "keep_or_convert", "late_fact", "lost_parcel", "merge_refused", "method_unknown", "offer_answered", "open_charge", "parcel_exception",
			"recover_goods", "refund_processing", "refund_reduced", "refused_at_warehouse", "request_human", "transfers", "undelivered_notice",
		},
		"method": {schemas.SettleOriginal, "credit_card", "paypal", "gift_card", "wechat_pay", "alipay"},
	}
	for list, codes := range want {
		for _, code := range codes {
			for _, locale := range Locales {
				require.NotEmpty(t, c.words[locale].codes[list][code], "%s: %s %s", locale, list, code)
			}
		}
	}
}

func words2[T ~string](list []T) []string {
	var out []string
	for _, x := range list {
		out = append(out, string(x))
	}
	return out
}

func TestAMissingOrUnreadableVariableIsNamedAndNotShown(t *testing.T) {
	c := catalogue(t)
	for _, x := range []struct{ id, name, raw, message string }{
		{"return.approved", "due", "next tuesday", "due in return.approved: it is not a time"},
		{"return.approved", "due", "", "due in return.approved: it is empty"},
		{"refund.done", "amount", "secret 12.50", "amount in refund.done: it is not an amount"},
		{"refund.done", "amount", "12", "amount in refund.done: it is not an amount"},
		{"refund.done", "amount", "1250:XXX:", ""},
	} {
		vars := varsFor(t, x.id)
		vars[x.name] = x.raw
		_, err := c.Render(x.id, "en", nil, vars, nil)
		if x.message == "" {
			continue
		}
		require.ErrorIs(t, err, ErrBadVariable)
		require.ErrorContains(t, err, x.message)
		if x.raw != "" {
			require.NotContains(t, err.Error(), x.raw)
		}
	}
	for _, template := range schemas.NoticeTemplates {
		for _, v := range slices.Concat(template.Vars, common) {
			vars := varsFor(t, template.ID)
			delete(vars, v)
			_, err := c.Render(template.ID, "zh-CN", nil, vars, nil)
			require.ErrorIs(t, err, ErrBadVariable, "%s without %s", template.ID, v)
		}
	}
	_, err := c.Render("case.unheard_of", "en", nil, nil, nil)
	require.ErrorIs(t, err, ErrUnknownTemplate)
}

// Values come from people, too: whatever they hold, a message keeps its shape.
func TestNoValueAddsLinesOrActions(t *testing.T) {
	c := catalogue(t)
	rapid.Check(t, func(rt *rapid.T) {
		vars := varsFor(t, "staff.stuck")
		vars["step"], vars["cause"] = rapid.StringN(1, 40, 200).Draw(rt, "step")+"x", rapid.String().Draw(rt, "cause")+"x"
		m, err := c.Render("staff.stuck", "en", nil, vars, nil)
		require.NoError(rt, err)
		require.NotContains(rt, m.Subject, "\n")
		require.Equal(rt, 4, strings.Count(m.Body, "\n"))
	})
	vars := varsFor(t, "staff.stuck")
	vars["cause"] = "{{.name}}\r\nBcc: everybody"
	m, err := c.Render("staff.stuck", "en", nil, vars, nil)
	require.NoError(t, err)
	require.Contains(t, m.Body, "{{.name}}  Bcc: everybody")
}

func TestVariablesFromSchemasAreUnderstood(t *testing.T) {
	w := catalogue(t).words["en"]
	rapid.Check(t, func(t *rapid.T) {
		m := schemas.Money{Minor: rapid.Int64().Draw(t, "minor"), Currency: rapid.SampledFrom([]string{"CNY", "USD", "JPY", "KWD"}).Draw(t, "currency")}
		_, err := w.show("amount", schemas.VarMoney(m), time.UTC)
		require.NoError(t, err)
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0)
		_, err = w.show("due", schemas.VarTime(at), time.UTC)
		require.NoError(t, err)
	})
	lines := schemas.VarLines([]schemas.PickLine{{LineID: "1"}, {LineID: "2", Quantity: 3}, {LineID: "4", Quantity: 1}})
	require.Equal(t, "1,2*3,4", lines)
	require.Equal(t, "line 1, line 2 (3 items) and line 4", w.lines(lines, nil, fullText))
	require.Equal(t, "all items", w.lines(schemas.VarLines(nil), nil, fullText))
}

// Every fault of a text is found when the texts are loaded, not when one is needed.
func TestFaultsOfTextsAreFoundAtLoad(t *testing.T) {
	for _, x := range []struct{ name, file, old, new, message string }{
		{"a variable nobody gives", "texts/ack.received.en.txt", "{{.due}}", "{{.until}}", "{{.until}} is not a variable of this template"},
		{"a variable not used", "texts/inspect.reminder.en.txt", "case by {{.due}}", "case soon", "{{.due}} is given but not used"},
		{"an address", "texts/ack.received.en.txt", "{{.due}}", "{{.due}} {{.address}}", "{{.address}} is not a variable"},
		{"a name in a staff text", "texts/staff.task.en.txt", "{{.task}}", "{{.task}} {{.name}}", "{{.name}} is not a variable"},
		{"no way to object", "texts/ack.received.en.txt", `{{template "object" .}}`, "", "every message says how to object"},
		{"no subject", "texts/ack.received.en.txt", "Subject: ", "", "the first line must be: Subject"},
		{"no text", "texts/ack.received.en.txt", "\n\n", "\n", "after the subject"},
		{"a template that does not parse", "texts/ack.received.en.txt", "you by {{.due}}", "you by {{.due", "unexpected <.> in operand"},
		{"a function", "texts/ack.received.en.txt", "{{.due}}", `{{printf "%s" .due}}`, "may not stand in a text"},
		{"a loop", "texts/ack.received.en.txt", "{{.due}}", `{{range .due}}{{.due}}{{end}}`, "may not stand in a text"},
		{"a part nobody wrote", "texts/ack.received.en.txt", `"hello"`, `"goodbye"`, `there is no shared part "goodbye"`},
		{"a wrong mark", "texts/ack.received.en.txt", "\n\n", "\nUnused: due\n\n", "stands under Unused but is used"},
		{"a mark for nothing", "texts/ack.received.en.txt", "\n\n", "\nUnused: finding\n\n", "is not a variable of this template"},
		{"a shared part that does not parse", "texts/shared.en.txt", "{{end}}", "", "unexpected <define> in command"},
		{"a word that is missing", "words/en.json", `"lost": "it was lost",`, "", "status lost is missing; zh-CN has it"},
		{"a word that is empty", "words/en.json", `"it was lost"`, `""`, "status lost is empty"},
		{"no JSON", "words/en.json", "{", "", "words/en.json"},
	} {
		t.Run(x.name, func(t *testing.T) {
			fsys := disk(t)
			before := string(fsys[x.file].Data)
			after := strings.Replace(before, x.old, x.new, 1)
			require.NotEqual(t, before, after)
			fsys[x.file] = &fstest.MapFile{Data: []byte(after)}
			_, err := load(fsys)
			require.ErrorContains(t, err, x.message)
			require.ErrorContains(t, err, x.file)
		})
	}
	fsys := disk(t)
	fsys["texts/ack.recieved.en.txt"] = &fstest.MapFile{Data: []byte("x")}
	fsys["texts/ack.received.fr.txt"] = &fstest.MapFile{Data: []byte("x")}
	delete(fsys, "texts/case.closed.zh-CN.txt")
	_, err := load(fsys)
	require.ErrorContains(t, err, "texts/ack.recieved.en.txt belongs to no template")
	require.ErrorContains(t, err, "texts/ack.received.fr.txt belongs to no template")
	require.ErrorContains(t, err, "texts/case.closed.zh-CN.txt: there is no such file")

	fsys = disk(t)
	text := strings.ReplaceAll(string(fsys["texts/ack.received.en.txt"].Data), "by {{.due}}", "soon")
	fsys["texts/ack.received.en.txt"] = &fstest.MapFile{Data: []byte(strings.Replace(text, "\n\n", "\nUnused: due\n\n", 1))}
	_, err = load(fsys)
	require.NoError(t, err, "what is deliberately not used may be marked")
}

// disk is a copy of the files that can be changed.
func disk(t *testing.T) fstest.MapFS {
	fsys := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(files, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(files, path)
		fsys[path] = &fstest.MapFile{Data: raw}
		return err
	}))
	return fsys
}
