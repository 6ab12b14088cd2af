-- Programs that read the same pages.
SELECT v.* REPLACE (CAST(hash(v.id, 'p') >> 1 AS BIGINT) AS id, 0 AS visitor, 0 AS browser, 0 AS seen, false AS heard, false AS dot,
                    '' AS software, '' AS system, '' AS device, '' AS country, '' AS source, '' AS sort, '' AS referrer, '' AS medium, '' AS campaign,
                    ['search', 'search', 'preview', 'texts', 'tool'][CAST(v.id % 5 AS INTEGER) + 1] AS program)
FROM views AS v WHERE v.id % 3 = 0
