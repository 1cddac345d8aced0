package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// sameRequest refuses a request whose id was opened before with another one: who sent it believes that it is under way.
func (r *reach) sameRequest(ctx context.Context, caseID string, given writtenRequest, policy string) error {
	held, err := r.cases.Opening(ctx, caseID)
	if err != nil {
		return err
	}
	fields := differing(held, given.Request, policy)
	if given.Text != "" {
		// Words that are sent again are kept under a new id; whether they are the same is told by the words.
		fields = slices.DeleteFunc(fields, func(f string) bool { return f == "text_id" })
		if words, err := r.store.Text(ctx, given.MerchantID, held.Request.TextID); err == nil && words != given.Text {
			fields = append(fields, "text")
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return &schemas.Refusal{Code: schemas.CodeOtherRequest, Field: fields[0], Message: fmt.Sprintf(
		"case %s was opened before with another request; they differ in %s. Nothing has changed: give a new request an id of its own.", caseID, andList(fields))}
}

// differing names the fields in which a request is another one than a case was opened with.
func differing(held schemas.Opening, given schemas.Request, policy string) []string {
	a, b := held.Request, given
	var fields []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"kind", a.Kind == b.Kind},
		{"order_id", a.OrderID == b.OrderID},
		{"customer_id", a.CustomerID == b.CustomerID},
		{"channel", usual(string(a.Channel), "web") == usual(string(b.Channel), "web")},
		{"reason", a.Reason == b.Reason},
		{"lines", slices.Equal(a.Lines, b.Lines)},
		{"settle_with", usual(a.SettleWith, schemas.SettleOriginal) == usual(b.SettleWith, schemas.SettleOriginal)},
		{"refund_only", a.RefundOnly == b.RefundOnly},
		{"evidence_ids", slices.Equal(a.EvidenceIDs, b.EvidenceIDs)},
		{"text_id", a.TextID == b.TextID},
		{"policy", usual(held.Policy, "default") == usual(policy, "default")},
	} {
		if !f.same {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// usual is a value, or what it is where it was left out.
func usual(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
