package schemas_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestWhatCannotBeReadIsRefusedWithACodeAndASentence(t *testing.T) {
	t.Parallel()
	good := `{"request_id":"r1","kind":"return","merchant_id":"shop","order_id":"o1","customer_id":"c1","reason":"changed_mind","lines":[{"line_id":"1","quantity":1}]}`
	with := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for name, c := range map[string]struct {
		input string
		code  schemas.Code
		field string
	}{
		"not JSON":                {`{"request_id":`, schemas.CodeMalformed, ""},
		"broken JSON":             {`{"request_id" "r1"}`, schemas.CodeMalformed, ""},
		"two values":              {good + good, schemas.CodeMalformed, ""},
		"a list":                  {`[]`, schemas.CodeWrongType, ""},
		"an unknown field":        {with(`"kind"`, `"colour":"red","kind"`), schemas.CodeUnknownField, "colour"},
		"a wrong type":            {with(`"quantity":1`, `"quantity":"one"`), schemas.CodeWrongType, "lines[0].quantity"},
		"an unknown inner field":  {with(`"quantity":1`, `"quantity":1,"colour":"red"`), schemas.CodeUnknownField, "lines[0].colour"},
		"a field twice":           {with(`"kind"`, `"kind":"repair","kind"`), schemas.CodeBadValue, "kind"},
		"an inner field twice":    {with(`"quantity":1`, `"quantity":1,"quantity":2`), schemas.CodeBadValue, "lines[0].quantity"},
		"a NUL in an id":          {with(`"r1"`, `"r\u00001"`), schemas.CodeBadValue, "request_id"},
		"a NUL in a list":         {with(`"kind"`, `"evidence_ids":["a","b\u0000"],"kind"`), schemas.CodeBadValue, "evidence_ids[1]"},
		"an enormous quantity":    {with(`"quantity":1`, `"quantity":99999999999999999999`), schemas.CodeWrongType, "lines[0].quantity"},
		"lines that are no list":  {with(`[{"line_id":"1","quantity":1}]`, `{"line_id":"1"}`), schemas.CodeWrongType, "lines"},
		"no merchant":             {with(`"merchant_id":"shop",`, ``), schemas.CodeMissingField, "merchant_id"},
		"an id with a space":      {with(`"r1"`, `"r 1"`), schemas.CodeBadID, "request_id"},
		"an id with a colon":      {with(`"r1"`, `"r:1"`), schemas.CodeBadID, "request_id"},
		"an id that is too long":  {with(`"r1"`, `"`+strings.Repeat("r", 65)+`"`), schemas.CodeBadID, "request_id"},
		"an unknown kind":         {with(`"return"`, `"gift"`), schemas.CodeBadValue, "kind"},
		"a kind without a story":  {with(`"return"`, `"repair"`), schemas.CodeUnsupported, "kind"},
		"an unknown reason":       {with(`"changed_mind"`, `"bored"`), schemas.CodeBadValue, "reason"},
		"no line":                 {with(`{"line_id":"1","quantity":1}`, ``), schemas.CodeMissingField, "lines"},
		"a quantity of nothing":   {with(`"quantity":1`, `"quantity":0`), schemas.CodeBadQuantity, "lines[0].quantity"},
		"a negative quantity":     {with(`"quantity":1`, `"quantity":-3`), schemas.CodeBadQuantity, "lines[0].quantity"},
		"a line named twice":      {with(`{"line_id":"1","quantity":1}`, `{"line_id":"1","quantity":1},{"line_id":"1","quantity":1}`), schemas.CodeBadValue, "lines[1].line_id"},
		"two megabytes of text":   {with(`"r1"`, `"`+strings.Repeat("长", 700_000)+`"`), schemas.CodeTooLarge, ""},
		"a replacement":           {with(`"quantity":1`, `"quantity":1,"replacement_sku":"x"`), schemas.CodeBadValue, "lines[0].replacement_sku"},
		"an unknown channel":      {with(`"kind"`, `"channel":"Carrier Pigeon","kind"`), schemas.CodeBadValue, "channel"},
		"a quantity of a decimal": {with(`"quantity":1`, `"quantity":1.5`), schemas.CodeWrongType, "lines[0].quantity"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request, refusal := schemas.Decode[schemas.Request]([]byte(c.input))
			if refusal == nil {
				refusal = request.Check()
			}
			require.NotNil(t, refusal)
			require.Equal(t, c.code, refusal.Code, refusal.Message)
			require.Equal(t, c.field, refusal.Field)
			require.NotEmpty(t, refusal.Message)
			require.Less(t, len(refusal.Message), 300, "an answer does not repeat what was sent")
		})
	}
	request, refusal := schemas.Decode[schemas.Request]([]byte(good))
	require.Nil(t, refusal)
	require.Nil(t, request.Check())
}

func TestWhatDoesNotFitIsToldInJSONsWordsAndNotInGos(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]string{
		`{"placed_at":"yesterday"}`:                 `bad_value: placed_at: "yesterday" is not a time such as 2026-11-16T06:15:00Z.`,
		`{"placed_at":7}`:                           `wrong_type: placed_at: a JSON number stands here; expected is a time such as 2026-11-16T06:15:00Z.`,
		`{"delivered_at":"2026-13-01T00:00:00Z"}`:   `bad_value: delivered_at: "2026-13-01T00:00:00Z" is not a time such as 2026-11-16T06:15:00Z.`,
		`{"lines":[{},{"quantity":"2"}]}`:           `wrong_type: lines[1].quantity: a JSON string stands here; expected is a whole number.`,
		`{"lines":[{"unit_price":{"minor":10.5}}]}`: `wrong_type: lines[0].unit_price.minor: 10.5 is not a whole number, or too large for one.`,
		`{"lines":[{"options":{"size":7}}]}`:        `wrong_type: lines[0].options.size: a JSON number stands here; expected is a string.`,
		`{"ship_to":[]}`:                            `wrong_type: ship_to: a JSON array stands here; expected is an object.`,
		`{"uninformed":"no"}`:                       `wrong_type: uninformed: a JSON string stands here; expected is true or false.`,
	} {
		_, refusal := schemas.Decode[schemas.ShopOrder]([]byte(input))
		require.NotNil(t, refusal, input)
		require.Equal(t, want, refusal.Error())
	}
	_, refusal := schemas.Decode[schemas.Approve]([]byte(`{"lines":[{"line_id":"1","quantity":"x"}]}`))
	require.Equal(t, "lines[0].quantity", refusal.Field, "of an embedded part too")
}

func TestAFactNamesItsSourceByAnID(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for _, good := range []string{"courier", "payments", "warehouse", "sf-express_2"} {
		require.Nil(t, schemas.Report{Source: good, EventID: "e", OccurredAt: at}.Check())
	}
	for _, bad := range []string{"", "my carrier", "сourier", "a/b", strings.Repeat("x", 65)} {
		require.NotNil(t, schemas.Report{Source: bad, EventID: "e", OccurredAt: at}.Check(), bad)
	}
}

func TestACaseIDIsMerchantAndRequest(t *testing.T) {
	t.Parallel()
	require.Equal(t, "shop:r-1", schemas.CaseID("shop", "r-1"))
	require.Equal(t, "shop:r-1:2", schemas.SuccessorID("shop:r-1"))
	require.Equal(t, "shop:r-1:3", schemas.SuccessorID("shop:r-1:2"))
	for _, bad := range []string{"", "shop", "shop:", ":r", "shop:r:1", "shop:r:02", "shop:r:x", "shop:r:2:3", "sh op:r", "shop:r:-2"} {
		_, _, _, ok := schemas.SplitCaseID(bad)
		require.False(t, ok, bad)
	}
}

func TestDurationsReadAndWriteAsPeopleDo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"20h": "20h", "72h": "3d", "7d": "7d", "90s": "1m30s", "5m": "5m", "0s": "0s"} {
		var d schemas.Duration
		require.NoError(t, d.UnmarshalText([]byte(text)))
		written, err := d.MarshalText()
		require.NoError(t, err)
		require.Equal(t, want, string(written))
	}
	for _, bad := range []string{"7", "d", "1.5d", "-", "99999999999d", "2147483647d", "seven days"} {
		var d schemas.Duration
		require.Error(t, d.UnmarshalText([]byte(bad)), bad)
	}
}

func TestMoneyIsWrittenInItsCurrency(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]schemas.Money{
		"47.84 USD": {Minor: 4784, Currency: "USD"}, "-0.05 CNY": {Minor: -5, Currency: "CNY"}, "1280 JPY": {Minor: 1280, Currency: "JPY"}, "1.500 KWD": {Minor: 1500, Currency: "KWD"},
	} {
		require.Equal(t, want, m.String())
	}
}
