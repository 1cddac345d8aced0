package bench

import (
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheCPUOfChildrenCounts(t *testing.T) {
	t.Parallel()
	before, err := cpuOf(os.Getpid())
	require.NoError(t, err)
	require.NoError(t, exec.Command("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done").Run())
	after, err := cpuOf(os.Getpid())
	require.NoError(t, err)
	require.Greater(t, after-before, 5*tick)
	require.Less(t, after, time.Hour)
}

func TestWhoListensIsFound(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	pid, err := listenerOf(listener.Addr().String())
	require.NoError(t, err)
	require.Equal(t, os.Getpid(), pid)
	_, err = listenerOf("temporal.example:7233")
	require.Error(t, err, "a server elsewhere has its CPU elsewhere")
}
