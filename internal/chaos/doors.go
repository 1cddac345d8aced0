package chaos

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// doors are the ways by which people and machines reach the product in a run.
type doors struct {
	temporal client.Client
	store    *store.Store
	world    *sandbox.World
	people   *people
}

// openDoors tries until everything answers: troubles may have begun.
func (r *run) openDoors(ctx context.Context) (*doors, error) {
	d := &doors{}
	database := r.stack.database(peopleDatabase)
	for {
		var err error
		if d.temporal == nil {
			d.temporal, err = client.NewLazyClient(client.Options{HostPort: r.stack.at[peopleTemporal], Namespace: r.stack.namespace, Logger: silent{}})
		}
		if err == nil && d.store == nil {
			d.store, err = store.Open(ctx, database)
		}
		if err == nil && d.world == nil {
			d.world, err = sandbox.Open(ctx, database)
		}
		if err == nil {
			d.people = &people{
				cases: cases.New(d.temporal, app.Records(d.store), schemas.DoorAPI), temporal: d.temporal, world: d.world,
				memory: r.memory, moods: moodsOf(r.plan), seed: r.Seed, log: r.log, run: ctx,
			}
			return d, nil
		}
		select {
		case <-time.After(restAfter):
		case <-ctx.Done():
			d.close()
			return nil, errors.Join(context.Cause(ctx), err)
		}
	}
}

// listen hears of changed rows; it tries until the database answers.
func (d *doors) listen(ctx context.Context) (<-chan store.CaseChanged, error) {
	for {
		heard, err := d.store.Listen(ctx)
		if err == nil {
			return heard, nil
		}
		if err := d.people.rest(ctx); err != nil {
			return nil, err
		}
	}
}

func (d *doors) close() {
	if d.temporal != nil {
		d.temporal.Close()
	}
	if d.store != nil {
		d.store.Close()
	}
	if d.world != nil {
		d.world.Close()
	}
}
