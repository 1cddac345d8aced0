package cases_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/schemas"
)

// A backend opens a case and lets one of its people decide. It needs Temporal alone: no database, no worker of its own.
func Example() {
	ctx := context.Background()
	options, err := envconfig.LoadDefaultClientOptions() // TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, …
	if err != nil {
		log.Fatal(err)
	}
	temporal, err := client.DialContext(ctx, options)
	if err != nil {
		log.Fatal(err)
	}
	defer temporal.Close()
	c := cases.New(temporal, nil, schemas.DoorAPI)

	opened, err := c.Open(ctx, schemas.Request{
		RequestID: "r-1001", Kind: schemas.KindReturn, MerchantID: "lotus", OrderID: "L-1003", CustomerID: "c-2007",
		Reason: schemas.ChangedMind, Lines: []schemas.RequestLine{{LineID: "1", Quantity: 1}},
	}, "")
	if err != nil {
		log.Fatal(err) // a *schemas.Refusal where the request cannot be read as one
	}
	fmt.Println(opened.CaseID, opened.Existed) // opening it again is safe: Existed is true then

	// Later, with the case a person looked at:
	view, err := c.View(ctx, opened.CaseID)
	if err != nil {
		log.Fatal(err)
	}
	receipt, err := cases.Decide(ctx, c, opened.CaseID, schemas.ReviewApprove, cases.Decision{
		CommandID: "approve-r-1001", Actor: schemas.Actor{Role: schemas.RoleAgent, ID: "agent-1"}, Revision: view.Revision,
	}, schemas.Approve{})
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Code, refusal.Message) // nothing has changed
		return
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(receipt.State, receipt.Message)
}

// Any Temporal client in any language opens a case in the same way: workflow type, task queue, id and input are all there is.
func Example_plainClient() {
	ctx := context.Background()
	temporal, err := client.DialContext(ctx, client.Options{HostPort: "127.0.0.1:7233", Namespace: "aftercare"})
	if err != nil {
		log.Fatal(err)
	}
	defer temporal.Close()
	_, err = temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "lotus:r-1002", TaskQueue: "aftercare.cases"}, "return", map[string]any{
		"request": map[string]any{
			"request_id": "r-1002", "kind": "return", "merchant_id": "lotus", "order_id": "L-1003", "customer_id": "c-2007",
			"reason": "defective", "lines": []map[string]any{{"line_id": "2", "quantity": 1}},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := temporal.QueryWorkflow(ctx, "lotus:r-1002", "", "case.show")
	if err != nil {
		log.Fatal(err)
	}
	var view map[string]any
	if err := answer.Get(&view); err != nil {
		log.Fatal(err)
	}
	fmt.Println(view["state"], view["turn"], view["waiting"])
}
