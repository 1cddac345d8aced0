package schemas_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestAnArticlesNumberMayHaveSpacesAndIsNoWords(t *testing.T) {
	t.Parallel()
	for sku, taken := range map[string]bool{
		"":                      true,
		"9612497925":            true,
		"TEE-12/blue":           true,
		"TEE 12 blue":           true,
		"蓝色 T恤 12":              true,
		"TEE  12":               false, // typed, not copied
		" TEE 12":               false,
		"TEE\n12":               false,
		"the blue one":          false,
		"Zhang San 13800138000": false,
	} {
		for _, given := range []schemas.NumberChecker{
			schemas.Convert{ReplacementSKU: sku}, schemas.MakeOffer{ReplacementSKU: sku}, schemas.AnswerOffer{ReplacementSKU: sku},
		} {
			refusal := given.CheckNumbers(true)
			require.Equal(t, taken, refusal == nil, "%T of %q: %v", given, sku, refusal)
			if refusal != nil {
				require.Equal(t, schemas.CodeBadValue, refusal.Code)
				require.Equal(t, "replacement_sku", refusal.Field)
			}
		}
	}
	require.NotNil(t, schemas.ExternalWord{PaymentID: "card 9"}.CheckNumbers(true), "a provider's number never has any")
}
