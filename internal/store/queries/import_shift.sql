-- The shift of the first import of a data set; later ones get that of the first.
INSERT INTO aftercare.import_runs AS r (merchant_id, as_of, shift_days) VALUES ($1, $2, $3)
ON CONFLICT (merchant_id, as_of) DO UPDATE SET shift_days = r.shift_days
RETURNING shift_days
