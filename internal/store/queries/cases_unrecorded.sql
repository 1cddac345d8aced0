-- Those of the given cases that have no row.
SELECT id FROM unnest($1::text[]) id
WHERE NOT EXISTS (SELECT FROM aftercare.cases c WHERE c.case_id = id)
