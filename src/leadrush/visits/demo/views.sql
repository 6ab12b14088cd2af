-- A day of invented views. Each visit is a number i of its day, and everything about it follows from hashes
-- of both, so that the demo is the same on every machine but for its days.
WITH visits AS (
  SELECT i, hash(i, {seed}) AS h,
         CASE WHEN i % 4 = 0 THEN CAST(hash('b', (i + {nth}) % 90) >> 2 AS BIGINT) ELSE 0 END AS browser,
         CAST(hash(i, {seed}, 'second') % 50400 + 25200 AS BIGINT) AS second,
         1 + CAST(least(hash(i, {seed}, 'a') % 4, hash(i, {seed}, 'b') % 6) AS BIGINT) AS many
  FROM range({visits}) AS t(i)
), views AS (SELECT *, unnest(range(many)) AS k FROM visits),
placed AS (SELECT *, hash(i, k, {seed}) AS at_page, second + k * 40 + CAST(hash(i, k) % 50 AS BIGINT) * k AS came FROM views)
SELECT CAST(hash(i, k, {seed}, 'id') >> 1 AS BIGINT) AS id, 1 AS rank,
  TIMESTAMP '{day}' + to_seconds(came) AS moment,
  CASE WHEN browser <> 0 THEN CAST(hash(browser, {seed}) >> 1 AS BIGINT) ELSE CAST(h >> 1 AS BIGINT) END AS visitor,
  browser, CAST(NULL AS BLOB) AS address,
  CASE WHEN k = 0 AND h % 3 <> 0 THEN '/' ELSE
    ['/', '/webinars/', '/webinars/a-plan-for-one-bed/', '/webinars/through-the-hungry-gap/',
     '/webinars/water-that-you-carry-once/', '/articles/', '/webinars/a-plan-for-one-bed/', '/privacy/'][CAST(at_page % 8 AS INTEGER) + 1] END AS page,
  '' AS said, CAST(200 AS SMALLINT) AS status, CAST(6 + at_page % 30 AS INTEGER) AS took,
  CAST(3000 + (at_page % 900) * (at_page % 170) AS INTEGER) AS seen,
  h % 31 <> 0 AS heard, h % 31 = 0 AND i % 9 <> 0 AS dot, false AS staff, false AS aside, false AS unasked, false AS logged,
  CAST({version} AS SMALLINT) AS version, '' AS goal,
  CASE WHEN k > 0 THEN '' ELSE ['', '', 'Google', 'allotment-almanac.example', 'letter', 'DuckDuckGo', '', 'Mastodon', 'seed-swap.example'][CAST(h % 9 AS INTEGER) + 1] END AS source,
  CASE WHEN k > 0 THEN '' ELSE ['', '', 'search', 'site', 'campaign', 'search', '', 'social', 'site'][CAST(h % 9 AS INTEGER) + 1] END AS sort,
  CASE WHEN k > 0 THEN '' ELSE ['', '', '', 'allotment-almanac.example/links', '', '', '', 'mastodon.example', 'seed-swap.example/threads/beans-that-climb'][CAST(h % 9 AS INTEGER) + 1] END AS referrer,
  CASE WHEN k = 0 AND h % 9 = 4 THEN 'email' ELSE '' END AS medium,
  CASE WHEN k = 0 AND h % 9 = 4 THEN 'autumn beds' ELSE '' END AS campaign,
  ['GB', 'GB', 'GB', 'IE', 'DE', 'US'][CAST(h % 6 AS INTEGER) + 1] AS country,
  ['phone', 'computer', 'phone', 'computer', 'tablet'][CAST(h % 5 AS INTEGER) + 1] AS device,
  ['Safari', 'Firefox', 'Chrome', 'Edge', 'Safari'][CAST(h % 5 AS INTEGER) + 1] AS software,
  ['iPhone', 'Windows', 'Android', 'Mac', 'iPad'][CAST(h % 5 AS INTEGER) + 1] AS system, '' AS program
FROM placed WHERE TIMESTAMP '{day}' + to_seconds(came) < TIMESTAMP '{until}'
