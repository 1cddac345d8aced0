package schemas_test

import (
	"encoding/json"
	"strings"
	"testing"

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
		"a wrong type":            {with(`"quantity":1`, `"quantity":"one"`), schemas.CodeWrongType, "lines.quantity"},
		"no merchant":             {with(`"merchant_id":"shop",`, ``), schemas.CodeMissingField, "merchant_id"},
		"an id with a space":      {with(`"r1"`, `"r 1"`), schemas.CodeBadID, "request_id"},
		"an id with a colon":      {with(`"r1"`, `"r:1"`), schemas.CodeBadID, "request_id"},
		"an id that is too long":  {with(`"r1"`, `"`+strings.Repeat("r", 65)+`"`), schemas.CodeBadID, "request_id"},
		"an unknown kind":         {with(`"return"`, `"gift"`), schemas.CodeBadValue, "kind"},
		"a kind without a story":  {with(`"return"`, `"exchange"`), schemas.CodeUnsupported, "kind"},
		"an unknown reason":       {with(`"changed_mind"`, `"bored"`), schemas.CodeBadValue, "reason"},
		"no line":                 {with(`{"line_id":"1","quantity":1}`, ``), schemas.CodeMissingField, "lines"},
		"a quantity of nothing":   {with(`"quantity":1`, `"quantity":0`), schemas.CodeBadQuantity, "lines[0].quantity"},
		"a negative quantity":     {with(`"quantity":1`, `"quantity":-3`), schemas.CodeBadQuantity, "lines[0].quantity"},
		"a line named twice":      {with(`{"line_id":"1","quantity":1}`, `{"line_id":"1","quantity":1},{"line_id":"1","quantity":1}`), schemas.CodeBadValue, "lines[1].line_id"},
		"two megabytes of text":   {with(`"r1"`, `"`+strings.Repeat("长", 700_000)+`"`), schemas.CodeTooLarge, ""},
		"a replacement":           {with(`"quantity":1`, `"quantity":1,"replacement_sku":"x"`), schemas.CodeBadValue, "lines[0].replacement_sku"},
		"an unknown channel":      {with(`"kind"`, `"channel":"Carrier Pigeon","kind"`), schemas.CodeBadValue, "channel"},
		"a quantity of a decimal": {with(`"quantity":1`, `"quantity":1.5`), schemas.CodeWrongType, "lines.quantity"},
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

func FuzzRequestsAreReadOrRefused(f *testing.F) {
	f.Add([]byte(`{"request_id":"r1","kind":"return","merchant_id":"shop","order_id":"o1","customer_id":"c1","reason":"changed_mind","lines":[{"line_id":"1","quantity":1}]}`))
	f.Add([]byte(`{"lines":[{"quantity":-1}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		request, refusal := schemas.Decode[schemas.Request](raw)
		if refusal == nil {
			refusal = request.Check()
		}
		if refusal != nil {
			require.NotEmpty(t, refusal.Code)
			require.NotEmpty(t, refusal.Message)
			return
		}
		again, err := json.Marshal(request)
		require.NoError(t, err)
		second, refusal := schemas.Decode[schemas.Request](again)
		require.Nil(t, refusal)
		require.Nil(t, second.Check())
	})
}
