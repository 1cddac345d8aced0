package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/schemas"
)

func TestARefusedRequestOfAPlayStandsInThePlaceOfItsLineWithAllItsFields(t *testing.T) {
	t.Parallel()
	good := `{"request_id":"r1","kind":"return","merchant_id":"shop","order_id":"o1","customer_id":"c1","reason":"changed_mind","lines":[{"line_id":"1","quantity":1}]}`
	bad := `{"request_id":"r2","kind":"return","merchant_id":"shop","order_id":"o2","customer_id":"c2","reason":"changed_mind","lines":[{"line_id":"1","quantity":"one"}]}`
	requests, places := (&playCommand{}).read([]inputLine{{1, []byte(bad)}, {3, []byte(good)}, {4, []byte(`{`)}, {7, []byte(good)}})
	require.Len(t, requests, 2)
	places.played(0, play.Result{View: schemas.View{CaseID: "shop:r1"}})
	places.played(1, play.Result{Request: requests[1], Refused: &schemas.Refusal{Code: schemas.CodeBadValue}})
	places.sort()
	var lines []int
	for _, p := range places.places {
		lines = append(lines, p.line)
	}
	require.Equal(t, []int{1, 3, 4, 7}, lines)
	r := places.places[0].refused
	require.Equal(t, [5]string{"r2", "return", "shop", "o2", "c2"}, [5]string{r.RequestID, string(r.Kind), r.MerchantID, r.OrderID, r.CustomerID})
	require.Equal(t, "lines[0].quantity", r.Refused.Field)
	require.Equal(t, "shop:r1", places.places[1].view.CaseID)
	require.Equal(t, "r1", places.places[3].refused.RequestID)
}
