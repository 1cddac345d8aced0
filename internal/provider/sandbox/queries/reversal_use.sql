update sandbox.faults set times_left = times_left - 1 where fault_id = $1
