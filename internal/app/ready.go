package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/schemas"
)

// Polled is one kind of task on one queue.
type Polled struct {
	Queue schemas.TaskQueue
	Kind  enums.TaskQueueType
}

// EveryPoll is what a worker polls: the tasks of workflows on the queue of the cases, and activities on every queue.
func EveryPoll() []Polled {
	polls := []Polled{{schemas.QueueCases, enums.TASK_QUEUE_TYPE_WORKFLOW}}
	for _, q := range schemas.TaskQueues {
		polls = append(polls, Polled{q, enums.TASK_QUEUE_TYPE_ACTIVITY})
	}
	return polls
}

// Polls reports whether Temporal sees a poller of this identity, or of any where none is given. It remembers a poller for minutes after its
// process has died, so that only an identity of one's own tells a live one.
func Polls(ctx context.Context, c client.Client, namespace, identity string, p Polled) (bool, error) {
	seen, err := c.WorkflowService().DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
		Namespace: namespace, TaskQueue: &taskqueue.TaskQueue{Name: string(p.Queue)}, TaskQueueType: p.Kind,
	})
	if err != nil {
		return false, fmt.Errorf("look for pollers of %s: %w", p.Queue, err)
	}
	for _, poller := range seen.GetPollers() {
		if identity == "" || poller.GetIdentity() == identity {
			return true, nil
		}
	}
	return false, nil
}

// identity names this process among all workers, also those that had its number before.
func identity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%d@%s@%s", os.Getpid(), host, rand.Text()[:8])
}

// awaitPollers waits until Temporal sees this very worker polling for everything that it serves.
func (w *Worker) awaitPollers(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for _, p := range EveryPoll() {
		for {
			if polled, err := Polls(ctx, w.temporal, w.namespace, w.identity, p); err == nil && polled {
				break
			}
			select {
			case <-tick.C:
			case err := <-w.failed:
				return fmt.Errorf("the worker cannot go on: %w", err)
			case <-ctx.Done():
				return nil
			}
		}
	}
	return nil
}
