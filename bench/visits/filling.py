"""Invented views in the form in which days lie: some hundred pages, visits of one to six views, one in five
remembered, most with a time in view."""

from __future__ import annotations

from datetime import date, timedelta

from leadrush.visits import days, engine

FIRST = date(2026, 10, 1)
DAYS = 30

ROWS = """
WITH visits AS (
  SELECT i, hash(i + {seed}) AS h, CAST(hash(i * 7 + {seed}) % 86400 AS BIGINT) AS second,
         1 + CAST(hash(i * 3 + {seed}) % 6 AS BIGINT) * CAST(hash(i * 5 + {seed}) % 2 AS BIGINT) AS many
  FROM range({visits}) AS t(i)
), views AS (SELECT *, unnest(range(many)) AS k FROM visits), named AS (
  SELECT *, '/webinars/page-' || CAST(hash(i * 11 + k * k + {seed}) % 60 AS VARCHAR) || '/' AS page,
         CAST(h >> 1 AS BIGINT) AS visitor
  FROM views
)
SELECT CAST(hash(h, k) >> 1 AS BIGINT) AS id, TIMESTAMP '{day}' + to_seconds(second + k * 45) AS moment,
  visitor, CASE WHEN i % 5 = 0 THEN CAST(hash(i // 3) >> 1 AS BIGINT) END AS browser, NULL AS address, page,
  '' AS said, 200 AS status, 12 AS took, CAST(1000 + hash(h, k, 1) % 120000 AS INTEGER) AS seen,
  i % 19 <> 0 AS heard, i % 19 = 0 AND i % 2 = 0 AS dot, false AS staff, false AS aside, false AS unasked,
  false AS logged, 1 AS version, '' AS goal,
  CASE i % 7 WHEN 0 THEN 'Google' WHEN 1 THEN 'newsletter'
             WHEN 2 THEN 'site-' || (i % 300)::VARCHAR || '.example' ELSE '' END AS source,
  CASE i % 7 WHEN 0 THEN 'search' WHEN 1 THEN 'campaign' WHEN 2 THEN 'site' ELSE '' END AS sort,
  '' AS referrer, CASE WHEN i % 7 = 1 THEN 'email' ELSE '' END AS medium,
  CASE WHEN i % 7 = 1 THEN 'autumn' ELSE '' END AS campaign,
  ['GB', 'DE', 'FR', 'US', 'NL', 'ES'][CAST(h % 6 AS INTEGER) + 1] AS country,
  ['phone', 'computer', 'tablet'][CAST(h % 3 AS INTEGER) + 1] AS device,
  ['Chrome', 'Firefox', 'Safari', 'Edge'][CAST(h % 4 AS INTEGER) + 1] AS software,
  ['Windows', 'Android', 'iPhone', 'Mac'][CAST(h % 5 % 4 AS INTEGER) + 1] AS system, '' AS program,
  {view} AS kind, CAST(second // 3600 AS TINYINT) AS hour, visitor AS session, k = 0 AS entry,
  k = many - 1 AS leaves, k = 0 AS fresh,
  row_number() OVER (PARTITION BY visitor, page ORDER BY k) = 1 AS once,
  coalesce(lag(page) OVER w, '') AS before, coalesce(lead(page) OVER w, '') AS after,
  CAST(1000 + hash(h, k, 1) % 120000 AS INTEGER) AS stay,
  CASE WHEN k = 0 THEN many ELSE 0 END AS pages, 0 AS won, CASE WHEN k = 0 THEN many * 45000 END AS length,
  DATE '{day}' AS day
FROM named WINDOW w AS (PARTITION BY i ORDER BY k)
"""


def fill(views: int, per_visit: float = 2.25) -> None:
    """Write about so many views into thirty days."""
    days.folder().mkdir(parents=True, exist_ok=True)
    con = engine.connect()
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        visits = int(views / DAYS / per_visit)
        select = ROWS.format(seed=number * 10_000_019, visits=visits, day=day, view=days.VIEW)
        days.write(con, day, select, 0)
    con.close()
