-- The common case, no fault at all, costs one index-free look at an empty table and no transaction.
select exists (select from sandbox.faults where times_left > 0 and system = $1 and operation = $2)
