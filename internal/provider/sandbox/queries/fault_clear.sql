delete from sandbox.faults where $1 = '' or system = $1
