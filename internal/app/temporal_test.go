package app

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMessagesArePackedOnlyForTheWayToAnotherMachine(t *testing.T) {
	t.Parallel()
	for address, here := range map[string]bool{
		"": true, "localhost:7233": true, "127.0.0.1:7233": true, "127.8.8.8:7233": true, "[::1]:7233": true,
		"10.0.0.7:7233": false, "temporal.example.com:7233": false, "localhost.example.com:7233": false, "0.0.0.0:7233": false,
		"dns:///127.0.0.1:7233": false, // a resolver decides where that leads
		"localhost":             false, // no address at all: the dial says so
	} {
		require.Equal(t, here, onThisMachine(address), address)
	}
}
