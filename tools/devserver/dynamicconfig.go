package main

import (
	"time"

	"go.temporal.io/server/common/dynamicconfig"
)

// dynamicConfig is what a small server needs switched on or turned, each with its reason. Settings are named by the
// server's own variables, so a setting that a later version renames is a compile error and not silence.
func dynamicConfig() dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		// A flooding merchant must not starve a small one: fairness keys order the backlog, and imply priorities.
		dynamicconfig.MatchingEnableFairness.Key(): true,
		// A case can be stepped to its next deadline, which is how 44 days are shown in two seconds.
		dynamicconfig.WorkflowTimeSkippingEnabled.Key(): true,
		// Operators may pause a workflow from the UI, as they can on a production server.
		dynamicconfig.WorkflowPauseEnabled.Key(): true,
		// Updates, also those awaited only until accepted, are how people talk to a case.
		dynamicconfig.FrontendEnableUpdateWorkflowExecution.Key():              true,
		dynamicconfig.FrontendEnableUpdateWorkflowExecutionAsyncAccepted.Key(): true,
		// Worker deployment versions decide which code a running case continues on.
		dynamicconfig.EnableDeploymentVersions.Key(): true,

		// One host needs one partition; more only adds forwarding between them.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,

		// The queues inside the server poll their database at rates meant for clusters shared by many. On a server of
		// one's own these five cut ten activities in sequence from 1,050 ms to about 250 ms.
		dynamicconfig.TransferProcessorMaxPollRPS.Key():     2000,
		dynamicconfig.TransferProcessorMaxPollHostRPS.Key(): 0,
		dynamicconfig.TimerProcessorMaxPollRPS.Key():        2000,
		dynamicconfig.TimerProcessorMaxTimeShift.Key():      10 * time.Millisecond,
		dynamicconfig.VisibilityProcessorMaxPollRPS.Key():   20,
	}
}
