update sandbox.refunds set due_really = least(due_really, clock_timestamp()) where status = 'accepted' and strpos(key, $1) > 0
