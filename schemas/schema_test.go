package schemas_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// published are the shapes that callers in other languages read and write. The files are made from the types, never by hand.
var published = map[string]reflect.Type{
	"opening":           reflect.TypeFor[openingForCallers](),
	"request":           reflect.TypeFor[schemas.Request](),
	"order":             reflect.TypeFor[schemas.Order](),
	"receipt":           reflect.TypeFor[schemas.Receipt](),
	"report":            reflect.TypeFor[schemas.Report](),
	"refusal":           reflect.TypeFor[schemas.Refusal](),
	"view":              reflect.TypeFor[schemas.View](),
	"import.order":      reflect.TypeFor[schemas.ShopOrder](),
	"import.article":    reflect.TypeFor[schemas.ShopArticle](),
	"import.customer":   reflect.TypeFor[schemas.ShopCustomer](),
	"fact.parcel":       reflect.TypeFor[schemas.ParcelWord](),
	"fact.refund":       reflect.TypeFor[schemas.RefundWord](),
	"fact.charge":       reflect.TypeFor[schemas.ChargeWord](),
	"fact.stock":        reflect.TypeFor[schemas.StockWord](),
	"fact.shipment":     reflect.TypeFor[schemas.ShipmentWord](),
	"case.provide_info": reflect.TypeFor[schemas.ProvideInfo](), "case.request_human": reflect.TypeFor[schemas.RequestHuman](),
	"case.withdraw": reflect.TypeFor[schemas.Withdraw](), "case.message": reflect.TypeFor[schemas.Message](),
	"case.reply": reflect.TypeFor[schemas.Message](), "case.note": reflect.TypeFor[schemas.Message](),
	"case.transfer": reflect.TypeFor[schemas.Transfer](), "case.take_over": reflect.TypeFor[schemas.Why](),
	"case.escalate": reflect.TypeFor[schemas.Escalate](), "case.accept": reflect.TypeFor[schemas.Nothing](), "case.merge": reflect.TypeFor[schemas.Merge](),
	"case.convert": reflect.TypeFor[schemas.Convert](), "case.reopen": reflect.TypeFor[schemas.Reopen](),
	"decision.revoke":       reflect.TypeFor[schemas.Revoke](),
	"case.mark_unreachable": reflect.TypeFor[schemas.MarkUnreachable](),
	"review.approve":        reflect.TypeFor[schemas.Approve](), "review.reject": reflect.TypeFor[schemas.Reject](), "review.request_info": reflect.TypeFor[schemas.RequestInfo](),
	"offer.make": reflect.TypeFor[schemas.MakeOffer](), "offer.accept": reflect.TypeFor[schemas.AnswerOffer](), "offer.decline": reflect.TypeFor[schemas.AnswerOffer](),
	"offer.counter": reflect.TypeFor[schemas.CounterOffer](), "appeal.file": reflect.TypeFor[schemas.FileAppeal](), "appeal.decide": reflect.TypeFor[schemas.DecideAppeal](),
	"return.submit_waybill": reflect.TypeFor[schemas.SubmitWaybill](), "shipback.extend": reflect.TypeFor[schemas.OnLines](),
	"inspection.pass": reflect.TypeFor[schemas.Pass](), "inspection.fail": reflect.TypeFor[schemas.Fail](),
	"approval.grant": reflect.TypeFor[schemas.DecideApproval](), "approval.refuse": reflect.TypeFor[schemas.DecideApproval](),
	"refund.retry": reflect.TypeFor[schemas.RetryRefund](), "refund.manual_paid": reflect.TypeFor[schemas.ManualPaid](),
	"step.retry": reflect.TypeFor[schemas.RetryStep](), "step.correct": reflect.TypeFor[schemas.CorrectStep](), "step.skip": reflect.TypeFor[schemas.SkipStep](),
	"replacement.confirm": reflect.TypeFor[schemas.OnLines](), "replacement.reject": reflect.TypeFor[schemas.RejectReplacement](),
	"fact.external": reflect.TypeFor[schemas.ExternalWord](),
	"external.open": reflect.TypeFor[schemas.ExternalWord](), "external.answer": reflect.TypeFor[schemas.AnswerDispute](),
	"external.accept": reflect.TypeFor[schemas.ConcedeDispute](), "external.settle": reflect.TypeFor[schemas.ConcedeDispute](),
	"hold.set": reflect.TypeFor[schemas.ChangeHold](), "hold.release": reflect.TypeFor[schemas.ChangeHold](),
	"survey.answer": reflect.TypeFor[schemas.AnswerSurvey](), "recovery.close": reflect.TypeFor[schemas.CloseRecovery](),
}

// openingForCallers is schemas.Opening without what only cases give each other.
type openingForCallers struct {
	Request schemas.Request `json:"request"`
	Policy  string          `json:"policy,omitempty"`
	Door    schemas.Door    `json:"door,omitempty"`
}

func TestTheJSONSchemasAreTheTypes(t *testing.T) {
	t.Parallel()
	options := &jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[time.Time]():               {Type: "string", Format: "date-time"},
		reflect.TypeFor[schemas.Duration]():        {Type: "string", Description: "a number with a unit: 90s, 4h, 7d"},
		reflect.TypeFor[json.RawMessage]():         {Description: "JSON"},
		reflect.TypeFor[schemas.Kind]():            enum([]schemas.Kind{schemas.KindReturn, schemas.KindExchange, schemas.KindRepair, schemas.KindComplaint}),
		reflect.TypeFor[schemas.Reason]():          enum(schemas.Reasons),
		reflect.TypeFor[schemas.Role]():            enum(schemas.Roles),
		reflect.TypeFor[schemas.Finding]():         enum(schemas.Findings),
		reflect.TypeFor[schemas.Solved]():          enum([]schemas.Solved{schemas.SolvedYes, schemas.SolvedPartly, schemas.SolvedNo}),
		reflect.TypeFor[schemas.RecoveryOutcome](): enum(schemas.RecoveryOutcomes),
	}}
	for name, shape := range published {
		schema, err := jsonschema.ForType(shape, options)
		require.NoError(t, err, name)
		schema.Schema = "https://json-schema.org/draft/2020-12/schema"
		schema.Title = name
		content, err := json.MarshalIndent(schema, "", "  ")
		require.NoError(t, err)
		path := filepath.Join("json", name+".json")
		if *update {
			require.NoError(t, os.WriteFile(path, append(content, '\n'), 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err, "run go test ./schemas -update")
		require.Equal(t, string(want), string(content)+"\n", "the shape %s changed; if that breaks no released caller, run go test ./schemas -update", name)
	}
	files, err := os.ReadDir("json")
	require.NoError(t, err)
	require.Len(t, files, len(published), "a file of a shape that is gone lies in schemas/json")
}

func TestEveryCommandHasAPublishedShape(t *testing.T) {
	t.Parallel()
	for _, name := range schemas.CommandNames {
		require.Contains(t, published, name)
	}
	for name := range published {
		if strings.Contains(name, ".") && !strings.HasPrefix(name, "import.") && !strings.HasPrefix(name, "fact.") {
			require.True(t, slices.Contains(schemas.CommandNames, name), name)
		}
	}
}

func enum[T ~string](values []T) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, v := range values {
		s.Enum = append(s.Enum, string(v))
	}
	return s
}
