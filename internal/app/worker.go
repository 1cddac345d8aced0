package app

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/activities"
	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/config"
	"github.com/aftercare/aftercare/internal/notice"
	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

// ReadyLine is what a worker prints once it polls every task queue.
const ReadyLine = "worker ready"

// Worker runs the workflows and activities of Aftercare. It is stateless: any number of them may run.
type Worker struct {
	config    config.Config
	log       *zap.Logger
	temporal  client.Client
	namespace string
	store     *store.Store
	world     *sandbox.World
	policies  *policy.Shelf
	lookEvery time.Duration // at the policies' folder
	workers   []worker.Worker
	queues    map[schemas.TaskQueue]worker.Worker
	failed    chan error
	identity  string // of this process, among all workers
}

// NewWorker connects to everything a worker needs, and checks what would otherwise stop cases later: the policies, the
// texts of all notices, the database's schema, and the search attributes.
func NewWorker(ctx context.Context, cfg config.Config, log *zap.Logger) (*Worker, error) {
	w := &Worker{config: cfg, log: log, failed: make(chan error, 1), lookEvery: lookEvery, identity: identity()}
	shelf, err := openPolicies(cfg)
	if err != nil {
		return nil, err
	}
	w.policies = shelf
	texts, err := notice.Load()
	if err != nil {
		return nil, fmt.Errorf("the texts of the notices: %w", err)
	}
	if w.store, err = store.Open(ctx, cfg.DatabaseURL); err != nil {
		return nil, err
	}
	if w.world, err = sandbox.Open(ctx, cfg.SandboxURL, sandbox.WithLogger(log.Named("sandbox"))); err != nil {
		return nil, err
	}
	var options client.Options
	if w.temporal, options, err = Dial(ctx, log); err != nil {
		return nil, err
	}
	w.namespace = options.Namespace
	if err := checkSearchAttributes(ctx, w.temporal, w.namespace); err != nil {
		return nil, err
	}
	w.register(shelf, texts)
	return w, nil
}

// register puts every workflow and activity on its task queue. One queue for each outside system keeps a slow one from
// holding up the others.
func (w *Worker) register(shelf *policy.Shelf, texts *notice.Catalogue) {
	queues := map[schemas.TaskQueue]worker.Worker{}
	for _, q := range schemas.TaskQueues {
		queues[q] = worker.New(w.temporal, string(q), w.optionsFor(q))
		w.workers = append(w.workers, queues[q])
	}
	w.queues = queues
	queues[schemas.QueueCases].RegisterWorkflowWithOptions(workflows.Return, workflow.RegisterOptions{Name: schemas.WorkflowReturn})

	queues[schemas.QueueCases].RegisterWorkflowWithOptions(workflows.Exchange, workflow.RegisterOptions{Name: schemas.WorkflowExchange})

	queues[schemas.QueueCases].RegisterWorkflowWithOptions(workflows.Sweep, workflow.RegisterOptions{Name: schemas.WorkflowSweep})

	intake := activities.NewIntake(w.world.Orders(), activities.PolicyPlanner(shelf, w.config.DevPolicies), w.store)
	bind(queues, schemas.CaseIntake, intake.Take)
	client := cases.New(w.temporal, Records(w.store), schemas.DoorSystem)
	rows := activities.NewRows(w.store, func(ctx context.Context, caseID string) (string, error) {
		fate, err := client.Fate(ctx, caseID)
		return fate.RunID, err
	})
	bind(queues, schemas.RowsWrite, rows.Write)
	sweep := activities.NewSweep(w.store, client, func(policy string) map[schemas.Role][]schemas.Person { return shelf.Book().People(policy) })
	bind(queues, schemas.SweepFind, sweep.Find)
	bind(queues, schemas.SweepSettle, sweep.Settle)
	bind(queues, schemas.DisputeTold, sweep.Told)
	bind(queues, schemas.EvidenceKeep, activities.NewEvidence(w.store, packer(client, Beside(shelf, w.world.Payments()))).Keep)
	articles := activities.NewArticles(w.store)
	bind(queues, schemas.ArticleFind, articles.Find)
	claims := activities.NewClaims(w.store)
	bind(queues, schemas.ClaimsRelease, claims.Release)
	bind(queues, schemas.ClaimsSettle, claims.Settle)

	lookups := activities.NewLookups(w.store)
	bind(queues, schemas.CaseMayMerge, lookups.MayMerge)
	bind(queues, schemas.MethodKnown, lookups.KnowsMethod)
	bind(queues, schemas.WaybillFree, lookups.WaybillFree)

	courier := activities.NewCourier(w.world.Courier(), w.store)
	bind(queues, schemas.ParcelLabel, courier.Label)
	bind(queues, schemas.ParcelRegister, courier.Register)
	bind(queues, schemas.ParcelSendBack, courier.SendBack)
	bind(queues, schemas.ParcelTrace, courier.Trace)

	payments := activities.NewPayments(w.world.Payments(), ledger{w.store})
	bind(queues, schemas.RefundRequest, payments.Request)
	bind(queues, schemas.RefundLookup, payments.Lookup)
	bind(queues, schemas.RefundConfirm, payments.Confirm)
	bind(queues, schemas.RefundByHand, payments.RecordByHand)

	charges := activities.NewCharges(w.world.Charges(), ledger{w.store})
	bind(queues, schemas.PaymentRequest, charges.Request)
	bind(queues, schemas.PaymentLookup, charges.Lookup)
	bind(queues, schemas.PaymentLapse, charges.Lapse)
	bind(queues, schemas.DepositHold, charges.Hold)
	bind(queues, schemas.DepositRelease, charges.Release)
	bind(queues, schemas.DepositCapture, charges.Capture)

	disputes := activities.NewDisputes(w.world.Disputes(), w.store)
	bind(queues, schemas.DisputeBook, disputes.Book)
	bind(queues, schemas.DisputeSend, disputes.Send)

	stock := activities.NewStock(w.world.Stock(), claims)
	bind(queues, schemas.GoodsDispose, stock.Dispose)
	bind(queues, schemas.StockReserve, stock.Reserve)
	bind(queues, schemas.StockRelease, stock.Release)
	bind(queues, schemas.ReplacementShip, stock.Ship)

	notices := newNotices(w.config, texts, w.store, w.world, w.log)
	bind(queues, schemas.NoticeSend, notices.Send)
	bind(queues, schemas.SurveyInvite, notices.Invite)
}

// Also registers more on the workers of the product, before Run: the benchmark's control runs under the very options that the
// product does.
func (w *Worker) Also(register func(queue schemas.TaskQueue, registry worker.Registry, world *sandbox.World)) {
	for _, q := range schemas.TaskQueues {
		register(q, w.queues[q], w.world)
	}
}

// bind registers an activity under its descriptor. A function of another signature does not compile.
func bind[In, Out any](queues map[schemas.TaskQueue]worker.Worker, a schemas.Activity[In, Out], run func(context.Context, In) (Out, error)) {
	queues[a.Queue].RegisterActivityWithOptions(run, activity.RegisterOptions{Name: a.Name})
}

// optionsFor sets pollers explicitly: with the defaults, stalls of seconds were seen under load.
func (w *Worker) optionsFor(q schemas.TaskQueue) worker.Options {
	options := worker.Options{
		MaxConcurrentActivityTaskPollers: 4,
		DisableWorkflowWorker:            q != schemas.QueueCases,
		WorkerStopTimeout:                15 * time.Second,
		Identity:                         w.identity,
		OnFatalError:                     w.fail,
		// Not versioned: any worker takes any case. The id is kept with each task, for workflows/versions.go.
		DeploymentOptions: worker.DeploymentOptions{
			Version: worker.WorkerDeploymentVersion{DeploymentName: schemas.WorkerDeployment, BuildID: schemas.BuildID()},
		},
	}
	if q != schemas.QueueCases {
		options.MaxConcurrentActivityExecutionSize = w.config.CallsAtOnce
	} else {
		options.MaxConcurrentWorkflowTaskPollers = 16
		options.MaxConcurrentActivityTaskPollers = 8
	}
	return options
}

func (w *Worker) fail(err error) {
	select {
	case w.failed <- err:
	default:
	}
}

// Run works until ctx ends, and then finishes what is under way. It calls ready once every task queue has a poller: a
// process that is up is not yet a worker that works.
func (w *Worker) Run(ctx context.Context, ready func()) error {
	defer w.close()
	for i, one := range w.workers {
		if err := one.Start(); err != nil {
			return fmt.Errorf("start the worker of %s: %w", schemas.TaskQueues[i], err)
		}
		defer one.Stop()
	}
	watching, stopWatch := context.WithCancel(ctx)
	watched := w.watchPolicies(watching)
	defer func() { stopWatch(); <-watched }()
	pumped := make(chan struct{})
	pumping, stopPump := context.WithCancel(ctx)
	defer func() { stopPump(); <-pumped }()
	go func() {
		defer close(pumped)
		client := cases.New(w.temporal, Records(w.store), schemas.DoorNotify)
		_ = w.world.Pump(pumping, func(ctx context.Context, fact string, report schemas.Report) error {
			_, err := client.Report(ctx, fact, report)
			return err
		})
	}()
	if err := w.awaitPollers(ctx); err != nil {
		return err
	}
	scheduled := make(chan struct{})
	scheduling, stopScheduling := context.WithCancel(ctx)
	defer func() { stopScheduling(); <-scheduled }()
	w.scheduleSweep(scheduling, scheduled)
	ready()
	select {
	case <-ctx.Done():
		w.log.Info("stopping: what is under way is finished first")
		return nil
	case err := <-w.failed:
		return fmt.Errorf("the worker cannot go on: %w", err)
	}
}

func (w *Worker) close() {
	w.temporal.Close()
	w.world.Close()
	w.store.Close()
}
