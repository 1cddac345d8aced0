package play

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestAPlayGivesUpOnAServerThatIsGoneAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		core, lines := observer.New(zap.WarnLevel)
		p := newPatience(0, zap.New(core))
		away := errors.New("connection refused")
		// A hundred cases notice it every second.
		for range 119 {
			for range 100 {
				require.NoError(t, p.failed(database, away))
			}
			time.Sleep(time.Second)
		}
		require.LessOrEqual(t, lines.Len(), 12, "one line every ten seconds, not one for each case")
		require.NoError(t, p.failed(temporal, away), "each server has a patience of its own")
		time.Sleep(time.Second)
		err := p.failed(database, away)
		require.ErrorIs(t, err, ErrGone)
		require.ErrorContains(t, err, "the database has not answered for 2m0s. Start it again; then the same command goes on")
		p.answered(database)
		require.NoError(t, p.failed(database, away), "one answer begins it anew")
	})
}
