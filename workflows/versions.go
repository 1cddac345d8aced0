package workflows

// Changes to running workflow code go through this file: one named predicate a change, with its date and its reason, over
// workflow.GetVersion. None has been needed so far, because nothing has been released yet.
