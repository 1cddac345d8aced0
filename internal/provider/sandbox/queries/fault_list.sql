select fault_id, system, operation, mode, times_left, param, match_key
from sandbox.faults where times_left > 0 order by fault_id
