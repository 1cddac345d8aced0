package chaos

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The plan leaves a second between two troubles of a target. Where it comes back later than that the next trouble waits.
func TestATargetSuffersOneTroubleAtATime(t *testing.T) {
	t.Parallel()
	far, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = far.Close() }()
	file := filepath.Join(t.TempDir(), LogName)
	log, err := openLogbook(file)
	require.NoError(t, err)
	s := &stack{links: newLinks(), log: log}
	defer s.links.close()
	_, err = s.links.open(peopleDatabase, far.Addr().String())
	require.NoError(t, err)

	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := s.suffer(t.Context(), Trouble{What: LinkCut, Target: peopleDatabase, For: 20 * time.Millisecond}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	log.close()
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(written)), "\n")
	require.Len(t, lines, 6)
	for i, line := range lines {
		require.Equal(t, i%2 == 1, strings.Contains(line, `"link.cut.over"`), "%s", written)
	}
}
