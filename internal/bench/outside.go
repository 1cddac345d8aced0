package bench

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// The control's activities: the calls to the sandboxes that the product's activities make, without what the product writes beside
// them into its own books.
const (
	callOrder    = "control.order"
	callRegister = "control.register"
	callLabel    = "control.label"
	callRefund   = "control.refund"
	callDispose  = "control.dispose"
	callReserve  = "control.reserve"
	callCharge   = "control.charge"
	callShip     = "control.ship"
	callNotice   = "control.notice"
)

// queueOf puts each call on the task queue of its counterpart.
var queueOf = map[string]schemas.TaskQueue{
	callOrder: schemas.QueueCases, callRegister: schemas.QueueCourier, callLabel: schemas.QueueCourier,
	callRefund: schemas.QueuePayments, callCharge: schemas.QueuePayments,
	callDispose: schemas.QueueStock, callReserve: schemas.QueueStock, callShip: schemas.QueueStock,
	callNotice: schemas.QueueNotices,
}

// register puts the control on the worker of a task queue, beside the product.
func register(queue schemas.TaskQueue, registry worker.Registry, world *sandbox.World, db *pgxpool.Pool) {
	if queue == schemas.QueueCases {
		for _, c := range controls {
			registry.RegisterWorkflowWithOptions(c.run, workflow.RegisterOptions{Name: c.workflow})
		}
	}
	for name, run := range outsideCalls(world) {
		if queueOf[name] == queue {
			registry.RegisterActivityWithOptions(announced(db, name, run), activity.RegisterOptions{Name: name})
		}
	}
}

// channel is where a control's calls tell that they were made, as the rows of a case tell that they have changed.
const channel = "aftercare_bench"

// announced lets a call tell the driver that it was made, and a notice that it begins: that is what its world waits for before it
// decides or reports.
func announced(db *pgxpool.Pool, name string, run outsideCall) outsideCall {
	announce := func(ctx context.Context, c controlCall) error {
		_, err := db.Exec(ctx, "select pg_notify($1, $2)", channel, c.CaseID+" "+c.Step)
		return err
	}
	first, then := run, announce
	if name == callNotice {
		first, then = announce, run
	}
	return func(ctx context.Context, c controlCall) error {
		err := first(ctx, c)
		if err == nil {
			err = then(ctx, c)
		}
		if err != nil {
			return fmt.Errorf("control %s: %s: %w", c.CaseID, c.Step, err)
		}
		return nil
	}
}

type outsideCall func(context.Context, controlCall) error

func outsideCalls(world *sandbox.World) map[string]outsideCall {
	goods := func(c controlCall) []schemas.Disposal {
		return []schemas.Disposal{{LineID: "1", SKU: c.SKU, Quantity: 1, Disposition: schemas.Restock}}
	}
	parcel := func(c controlCall, waybill string) provider.ParcelCall {
		return provider.ParcelCall{
			Key: c.CaseID + "/parcel/1", MerchantID: c.MerchantID, OrderID: c.OrderID, CustomerID: c.CustomerID, Direction: schemas.ToMerchant,
			Carrier: carrier, Waybill: waybill, Lines: []schemas.PickLine{{LineID: "1"}}, PaidBy: schemas.TurnCustomer, At: c.At,
		}
	}
	return map[string]outsideCall{
		callOrder: func(ctx context.Context, c controlCall) error {
			_, err := world.Orders().Order(ctx, c.MerchantID, c.OrderID)
			return err
		},
		callRegister: func(ctx context.Context, c controlCall) error {
			_, err := world.Courier().Register(ctx, parcel(c, waybillOf(c.CaseID)))
			return err
		},
		callLabel: func(ctx context.Context, c controlCall) error {
			call := parcel(c, "")
			call.PaidBy = schemas.TurnMerchant
			_, err := world.Courier().Label(ctx, call)
			return err
		},
		callRefund: func(ctx context.Context, c controlCall) error {
			_, err := world.Payments().Refund(ctx, provider.RefundCall{
				Key: c.CaseID + "/refund/1", MerchantID: c.MerchantID, OrderID: c.OrderID, PaymentID: c.PaymentID, Method: c.Method, Amount: c.Amount, At: c.At,
			})
			return err
		},
		callDispose: func(ctx context.Context, c controlCall) error {
			return world.Stock().Dispose(ctx, provider.DisposeCall{Key: c.CaseID + "/dispose/1", MerchantID: c.MerchantID, Goods: goods(c), At: c.At})
		},
		callReserve: func(ctx context.Context, c controlCall) error {
			kept, err := world.Stock().Reserve(ctx, provider.ReserveCall{Key: c.CaseID + "/stock/1", MerchantID: c.MerchantID, SKU: c.Wanted, Quantity: 1, At: c.At})
			if err == nil && !kept.Held {
				return fmt.Errorf("the control's %s is out of stock", c.Wanted)
			}
			return err
		},
		callCharge: func(ctx context.Context, c controlCall) error {
			_, err := world.Charges().Charge(ctx, provider.ChargeCall{
				Key: c.CaseID + "/charge/1", MerchantID: c.MerchantID, OrderID: c.OrderID, CustomerID: c.CustomerID, Method: c.Method, Amount: difference, At: c.At,
			})
			return err
		},
		callShip: func(ctx context.Context, c controlCall) error {
			sent, err := world.Stock().Ship(ctx, provider.ShipCall{
				ShipmentID: c.CaseID + "/ship/1", MerchantID: c.MerchantID, OrderID: c.OrderID, CustomerID: c.CustomerID, At: c.At,
				Goods: []schemas.ShipLine{{LineID: "1", SKU: c.Wanted, Quantity: 1, StockKey: c.CaseID + "/stock/1"}},
			})
			if err == nil && sent.Refused {
				return fmt.Errorf("the control's shipment was refused: %s", sent.Code)
			}
			return err
		},
		callNotice: func(ctx context.Context, c controlCall) error {
			return world.Notices().Deliver(ctx, provider.Message{
				Key: c.CaseID + "/notice/" + c.Step, MerchantID: c.MerchantID, CaseID: c.CaseID, To: schemas.Actor{Role: schemas.RoleCustomer, ID: c.CustomerID},
				Channel: "email", Address: c.CustomerID + "@bench.example", Template: "control." + c.Step, Locale: "en",
				Subject: "Your request", Body: noticeBody, At: c.At,
			})
		},
	}
}

// noticeBody is as long as the messages of a case usually are.
const noticeBody = `Hello,

there is news of your request for order shown below. We have taken the next step and will write again when there is more to say. Nothing
is to be done by you at present. If something is not as you expected, answer this message, and a person will look at it.

Your shop`
