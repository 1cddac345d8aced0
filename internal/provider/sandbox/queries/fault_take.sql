-- Two calls at once must not take the same last time. A row that somebody is just taking is waited for, and looked at again
-- after the wait; if it is used up by then, this call goes on without a fault.
update sandbox.faults set times_left = times_left - 1
where fault_id = (
    select fault_id from sandbox.faults
    where times_left > 0 and system = $1 and operation = $2 and mode <> 'reverse'
      and (match_key = '' or strpos($3, match_key) > 0)
    order by fault_id limit 1 for update)
returning fault_id, system, operation, mode, times_left, param, match_key
