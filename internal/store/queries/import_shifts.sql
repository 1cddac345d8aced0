SELECT as_of, shift_days FROM aftercare.import_runs WHERE merchant_id = $1 ORDER BY as_of DESC
