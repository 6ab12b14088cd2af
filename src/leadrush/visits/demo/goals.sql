-- Of those who came to a webinar's page some began the form, sent it, kept a seat.
SELECT v.* REPLACE (CAST(hash(v.id, step) >> 1 AS BIGINT) AS id, v.moment + to_seconds(8 * step) AS moment,
                    '' AS source, '' AS sort, '' AS referrer, '' AS medium, '' AS campaign,
                    ['webinars.begun', 'webinars.sent', 'webinars.seat'][CAST(step AS INTEGER)] AS goal, 0 AS seen)
FROM views AS v, unnest([1, 2, 3]) AS s(step)
WHERE v.page LIKE '/webinars/%-%' AND ((step = 1 AND v.id % 3 = 0) OR (step = 2 AND v.id % 6 = 0) OR (step = 3 AND v.id % 7 <> 0 AND v.id % 6 = 0))
