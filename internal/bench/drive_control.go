package bench

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

// controlCase is one control being driven.
type controlCase struct {
	*stage
	manner
	played
	heard <-chan told
	done  map[string]bool // calls that were made, notices that were begun
}

// control drives a control to its end, or parks it where it waits for the first decision.
func (s *stage) control(ctx context.Context, kind schemas.Kind, o schemas.ShopOrder, m manner) (played, error) {
	is := controls[kind]
	c := &controlCase{stage: s, manner: m, done: map[string]bool{}}
	c.id = schemas.CaseID(merchant, "control-"+o.OrderID)
	heard, forget := s.news.of(c.id)
	defer forget()
	c.heard = heard
	run, err := s.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: c.id, TaskQueue: string(schemas.QueueCases), Priority: temporal.Priority{PriorityKey: 3, FairnessKey: merchant},
	}, is.workflow, controlOf(o))
	if err != nil {
		return c.played, fmt.Errorf("start %s: %w", c.id, err)
	}
	c.run = run.GetRunID()
	for i, step := range is.steps {
		if step.does != decides && step.does != hears {
			continue
		}
		if err := c.turn(ctx, is.steps[:i], step); err != nil {
			return c.played, fmt.Errorf("control %s before %s: %w", c.id, step.name, err)
		}
		if c.park {
			return c.played, nil
		}
		if err := c.act(ctx, step); err != nil {
			return c.played, fmt.Errorf("control %s: %s: %w", c.id, step.name, err)
		}
	}
	return c.played, s.finish(ctx, c.id, c.run)
}

// turn waits until it is time for a step: what its world waits for was done, and in a calm run everything before it.
func (c *controlCase) turn(ctx context.Context, before []step, next step) error {
	if next.after != "" {
		if err := c.await(ctx, next.after); err != nil {
			return err
		}
	}
	if !c.calm {
		return pause(ctx, moment)
	}
	for _, s := range before {
		if s.does == calls || s.does == tells {
			if err := c.await(ctx, s.name); err != nil {
				return err
			}
		}
	}
	return c.rest(ctx, c.id)
}

// await waits until a call was made or a notice begun.
func (c *controlCase) await(ctx context.Context, name string) error {
	for !c.done[name] {
		select {
		case t := <-c.heard:
			c.done[t.what] = true
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func (c *controlCase) act(ctx context.Context, s step) error {
	if s.does == hears {
		return c.temporal.SignalWorkflow(ctx, c.id, "", s.name, "event/"+c.id+"/"+s.name)
	}
	began := time.Now()
	given, err := c.temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: c.id, UpdateName: s.name, UpdateID: s.name + "-1", Args: []any{"actor-1"}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	if err := given.Get(ctx, nil); err != nil {
		return err
	}
	if s.name == "approve" {
		c.answered = time.Since(began)
	}
	return nil
}
