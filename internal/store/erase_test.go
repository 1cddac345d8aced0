package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

var privacyOfficer = schemas.Actor{Role: schemas.RolePrivacy, ID: "privacy-1"}

// spoke is a shop with a customer, and one case in which something was said.
func spoke(t *testing.T, holds ...schemas.Hold) (s *store.Store, textID string) {
	t.Helper()
	s = shopWithOrder(t)
	require.NoError(t, s.PutCustomer(ctx, erasable()))
	textID, err := s.PutText(ctx, merchant, "call me at home")
	require.NoError(t, err)
	f := flush("shop:R1", 3, 0, "opened")
	f.Row.CustomerID, f.Row.Messages, f.Row.Holds = customer, []schemas.Posted{{At: noon, Kind: "message", TextID: textID}}, holds
	write(t, s, f)
	return s, textID
}

func erasable() schemas.ShopCustomer {
	return schemas.ShopCustomer{
		MerchantID: merchant, CustomerID: customer, Name: "Ida", Email: "ida@example.com", Phone: "+10000003001", Locale: "en",
		PaymentMethods: []schemas.PaymentMethod{{PaymentMethodID: "card_1", Kind: "credit_card"}},
	}
}

func TestACustomerIsErasedAndStaysSo(t *testing.T) {
	t.Parallel()
	s, textID := spoke(t)
	_, err := s.Erase(ctx, merchant, customer, privacyOfficer, "customer_asked", noon)
	refusedWith(t, err, schemas.CodeWrongState)
	require.ErrorContains(t, err, "shop:R1")
	closeCase(t, s, "shop:R1", func(v *schemas.View) {
		v.CustomerID, v.Messages = customer, []schemas.Posted{{At: noon, Kind: "message", TextID: textID}}
	})

	done, err := s.Erase(ctx, merchant, customer, privacyOfficer, "customer_asked", noon)
	require.NoError(t, err)
	require.Equal(t, 1, done.Texts)
	_, err = s.Text(ctx, merchant, textID)
	require.ErrorIs(t, err, store.ErrNotFound)
	require.NoError(t, s.PutCustomer(ctx, erasable()), "the shop imports its old list again")
	who, err := s.Contact(ctx, merchant, customer)
	require.NoError(t, err)
	require.Equal(t, store.Contact{Locale: "en"}, who)
	row, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, customer, row.CustomerID, "the records of the transaction stay")

	again, err := s.Erase(ctx, merchant, customer, privacyOfficer, "customer_asked", noon.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, store.Erasure{MerchantID: merchant, CustomerID: customer, ErasedAt: noon}, again)
}

func TestALegalHoldStopsErasureAlsoOfAClosedCase(t *testing.T) {
	t.Parallel()
	hold := schemas.Hold{Kind: schemas.LegalHold, Reason: "suit", By: schemas.Actor{Role: schemas.RoleLegal, ID: "legal-1"}, At: noon}
	s, _ := spoke(t, hold)
	lawyer := hold.By
	refusedWith(t, s.HoldClosed(ctx, "shop:R1", false, lawyer, "over", noon), schemas.CodeUnknownCase)
	for range 2 {
		_, err := s.Erase(ctx, merchant, customer, privacyOfficer, "customer_asked", noon)
		refusedWith(t, err, schemas.CodeOnHold)
		require.ErrorContains(t, err, "shop:R1")
		closeCase(t, s, "shop:R1", func(v *schemas.View) { v.CustomerID, v.Holds = customer, []schemas.Hold{hold} })
	}
	require.NoError(t, s.HoldClosed(ctx, "shop:R1", false, lawyer, "suit_is_over", noon))
	require.NoError(t, s.HoldClosed(ctx, "shop:R1", true, lawyer, "appealed", noon))
	_, err := s.Erase(ctx, merchant, customer, privacyOfficer, "customer_asked", noon)
	refusedWith(t, err, schemas.CodeOnHold)
	require.NoError(t, s.HoldClosed(ctx, "shop:R1", false, lawyer, "suit_is_over", noon))
	_, err = s.Erase(ctx, merchant, customer, privacyOfficer, "customer_asked", noon)
	require.NoError(t, err)
}

func TestNobodyIsErasedByWhoeverAsks(t *testing.T) {
	t.Parallel()
	s, _ := spoke(t)
	_, err := s.Erase(ctx, merchant, customer, schemas.Actor{Role: schemas.RoleAgent, ID: "agent-1"}, "customer_asked", noon)
	refusedWith(t, err, schemas.CodeWrongRole)
	_, err = s.Erase(ctx, merchant, customer, privacyOfficer, "", noon)
	refusedWith(t, err, schemas.CodeBadValue)
	_, err = s.Erase(ctx, merchant, "nobody", privacyOfficer, "customer_asked", noon)
	refusedWith(t, err, schemas.CodeBadValue)
	refusedWith(t, s.HoldClosed(ctx, "shop:R1", true, schemas.Actor{Role: schemas.RoleAgent, ID: "agent-1"}, "x", noon), schemas.CodeWrongRole)
}

func TestAKeptEvidencePackIsTheFirstOneAndIsErasedWithTheCustomer(t *testing.T) {
	t.Parallel()
	s, _ := spoke(t)
	pack := store.EvidencePack{DisputeID: "dp-1", Revision: 3, SHA256: "abc", ZIP: []byte("what was said"), MadeAt: noon}
	for _, zip := range []string{"what was said", "and more"} {
		pack.ZIP = []byte(zip)
		kept, err := s.KeepEvidence(ctx, "shop:R1", pack)
		require.NoError(t, err)
		require.Equal(t, "what was said", string(kept.ZIP), "what was known then stays so")
	}
	_, err := s.KeepEvidence(ctx, "shop:none", pack)
	require.Error(t, err, "a pack is of a case whose row is written")
	closeCase(t, s, "shop:R1", func(v *schemas.View) { v.CustomerID = customer })
	_, err = s.Erase(ctx, merchant, customer, privacyOfficer, "customer_asked", noon)
	require.NoError(t, err)
	kept, err := s.Evidence(ctx, "shop:R1")
	require.NoError(t, err)
	require.Len(t, kept, 1)
	require.Empty(t, kept[0].ZIP, "nobody reads the customer's words any more")
	require.Equal(t, "abc", kept[0].SHA256, "and what was handed in can still be named")
}
