delete from sandbox.faults where system = 'payments' and operation = 'settle' and mode = 'slow' and match_key = $1
