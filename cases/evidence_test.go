package cases_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

// archive is a database with one closed case, which Temporal has forgotten.
type archive struct {
	cases.Records
	view  schemas.View
	texts map[string]string
}

func (a archive) CaseRow(context.Context, string) (schemas.View, error) { return a.view, nil }

func (a archive) Text(_ context.Context, _, id string) (string, error) {
	if text, kept := a.texts[id]; kept {
		return text, nil
	}
	return "", errors.New("not found")
}

func TestTheEvidenceOfAClosedCaseIsOneFileWhoseHashesHold(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	rpc := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(rpc, &counting{})
	go func() { _ = rpc.Serve(listener) }()
	defer rpc.Stop()
	temporal, err := client.DialContext(t.Context(), client.Options{HostPort: listener.Addr().String(), Namespace: "aftercare"})
	require.NoError(t, err)
	defer temporal.Close()

	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	usd := schemas.Money{Minor: 4784, Currency: "USD"}
	a := archive{texts: map[string]string{"t-1": "it never came"}, view: schemas.View{
		CaseID: "shop:r-1", OrderID: "o-1", MerchantID: "shop", Revision: 2, OpenedAt: noon, ClosedAt: &noon, State: schemas.Closed, Outcome: schemas.SettledExternally,
		Policy: "default", PolicyVersion: "abc", Now: noon.Add(time.Hour),
		Lines:    []schemas.Line{{LineID: "1", SKU: "lamp", Quantity: 1, Payable: usd, State: schemas.Closed, Outcome: schemas.SettledExternally, BankTook: &usd, Verdict: schemas.Verdict{Rule: "D-1@1", Owed: true}}},
		Money:    schemas.Accounts{Entries: []schemas.Refund{{RefundID: "shop:r-1/refund/1", Amount: usd, Status: schemas.RefundManual, ProofID: "proof-7"}}},
		Messages: []schemas.Posted{{At: noon, Kind: "message", TextID: "t-1"}, {At: noon, Kind: "reply", TextID: "gone"}},
		Events: []schemas.Event{
			{Revision: 1, At: noon, Name: "case.opened", Actor: schemas.System, State: schemas.Submitted, Message: "Return opened."},
			{Revision: 2, At: noon, Name: "case.closed", Actor: schemas.System, State: schemas.Closed, Message: "Closed | for good."},
		},
	}}
	beside := cases.Beside{Number: func(_ context.Context, merchant, refund string) (string, error) {
		return map[string]string{"shop shop:r-1/refund/1": "SBR77"}[merchant+" "+refund], nil
	}}
	pack, err := cases.New(temporal, a, schemas.DoorCLI).Evidence(t.Context(), "shop:r-1", beside)
	require.NoError(t, err)
	a.view.Now = noon.Add(48 * time.Hour)
	later, err := cases.New(temporal, a, schemas.DoorCLI).Evidence(t.Context(), "shop:r-1", beside)
	require.NoError(t, err)
	require.Equal(t, pack.ZIP, later.ZIP, "the same case is the same file, whenever it is asked for")

	files := map[string]string{}
	z, err := zip.NewReader(bytes.NewReader(pack.ZIP), int64(len(pack.ZIP)))
	require.NoError(t, err)
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		raw, err := io.ReadAll(r)
		require.NoError(t, err)
		files[f.Name] = string(raw)
	}
	var m cases.Manifest
	require.NoError(t, json.Unmarshal([]byte(files["manifest.json"]), &m))
	require.Len(t, m.Files, len(files)-1)
	for _, f := range m.Files {
		sum := sha256.Sum256([]byte(files[f.Name]))
		require.Equal(t, hex.EncodeToString(sum[:]), f.SHA256, f.Name)
	}
	require.Contains(t, files["summary.zh-CN.md"], "外部裁决（SETTLED_EXTERNALLY）")
	require.Contains(t, files["summary.en.md"], "SBR77")
	require.Contains(t, files["timeline.en.md"], `Closed \| for good.`)
	require.Contains(t, files["timeline.zh-CN.md"], "时间线")
	require.Contains(t, files["rules.en.md"], "D-1@1")
	require.Contains(t, files["messages.json"], "it never came")
	require.Contains(t, files["messages.json"], `"erased": true`)
	require.Contains(t, files["evidence.json"], "proof-7")
}
