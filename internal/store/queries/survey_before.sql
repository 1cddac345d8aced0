-- Whether this case has asked, and whether another one has within the quiet days before $4, or later: cases may run ahead of
-- each other's time.
SELECT EXISTS (SELECT FROM aftercare.surveys_asked WHERE merchant_id = $1 AND case_id = $3) AS mine,
       EXISTS (SELECT FROM aftercare.surveys_asked
               WHERE merchant_id = $1 AND customer_id = $2 AND case_id <> $3
                 AND asked_at > $4::timestamptz - make_interval(days => $5::int)) AS other
