insert into sandbox.faults (system, operation, mode, times_left, param, match_key) values ($1, $2, $3, $4, $5, $6)
