"""What a view, a visit and a path are, as the SQL that makes them of what was seen.

- *View*: a page that was sent to somebody, or shown again by their browser (going back, a change in
  place).
- *Who*: a browser's own number after a yes, else its number of this day. What a number of the day saw before
  one browser with it said yes belongs to the same visit; it is not kept under the browser's number.
- *Visit* (`session`): views and goals of one who, until nothing came for 30 minutes or a campaign began that
  is another than the one before. Without a yes it ends with the day, since the number does.
- *Time on a page* (`stay`): how long the page was in view, as its script measured, also for the last page of
  a visit. Without script: until the next view of the visit; of the last page it is not known, and no number
  takes its place.
- *Time on the site* (`length`, on the first view): the sum of those.
- *Before* and *after*: the views next to it in the visit; a page that was loaded again follows itself.
- A who with 30 views or more, none of which ran a script or fetched the picture, faster than one in two
  seconds, is a program that pretends. Of one who asks for more than 200 pages the further ones are `(more)`.
- Whoever signs in as one of those who work here is one of them for the whole day, the sign-in page included.

A visit that goes on past midnight is seen whole from both days as far as its first and last view go.
"""

from __future__ import annotations

from leadrush.visits import days
from leadrush.visits.tokens import ASIDE, STAFF

PAUSE = "INTERVAL 30 MINUTE"
PAGES = 200
MANY = 30
NEWS = {
    "id": "BIGINT", "what": "VARCHAR", "ms": "BIGINT", "visitor": "BIGINT", "browser": "BIGINT",
    "address": "VARCHAR", "page": "VARCHAR", "before": "VARCHAR", "status": "SMALLINT", "took": "INTEGER",
    "seen": "INTEGER", "flags": "INTEGER", "version": "SMALLINT", "goal": "VARCHAR", "source": "VARCHAR",
    "kind": "VARCHAR", "referrer": "VARCHAR", "medium": "VARCHAR", "campaign": "VARCHAR",
    "country": "VARCHAR", "device": "VARCHAR", "software": "VARCHAR", "system": "VARCHAR",
    "program": "VARCHAR", "unasked": "BOOLEAN",
}  # fmt: skip

FROM_NEWS = f"""
SELECT id, CASE what WHEN 'sent' THEN 1 WHEN 'view' THEN 2 WHEN 'goal' THEN 2 WHEN 'begin' THEN 2
                     WHEN 'yes' THEN 2
                     WHEN 'heard' THEN 3 WHEN 'dot' THEN 4 ELSE 9 END AS rank,
       make_timestamp(ms * 1000) AS moment, coalesce(visitor, 0) AS visitor, coalesce(browser, 0) AS browser,
       unhex(nullif(address, '')) AS address, coalesce(page, '') AS page, coalesce(before, '') AS said,
       coalesce(status, 0) AS status, coalesce(took, 0) AS took, coalesce(seen, 0) AS seen,
       what IN ('heard', 'view') AS heard, what = 'dot' AS dot,
       (coalesce(flags, 0) & {STAFF}) > 0 AS staff, (coalesce(flags, 0) & {ASIDE}) > 0 AS aside,
       coalesce(unasked, false) AS unasked, false AS logged, coalesce(version, 0) AS version,
       coalesce(goal, '') AS goal, coalesce(source, '') AS source, coalesce(kind, '') AS sort,
       coalesce(referrer, '') AS referrer, coalesce(medium, '') AS medium, coalesce(campaign, '') AS campaign,
       coalesce(country, '') AS country, coalesce(device, '') AS device, coalesce(software, '') AS software,
       coalesce(system, '') AS system, coalesce(program, '') AS program
FROM news
"""

# What is in the file already knows as much as what it came from: a page that was sent, or a report of it. A
# time that came before its page waits there.
RANK = (
    "CASE WHEN status > 0 OR logged THEN 1 "
    "WHEN visitor <> 0 OR goal <> '' OR program <> '' OR heard OR dot THEN 2 ELSE 9 END"
)

# One row a view: its facts from whoever knows them best, what browsers reported of it from all.
ONE_EACH = f"""
SELECT DISTINCT ON (id) {", ".join(name for name in days.BASE if name not in ("seen", "heard", "dot"))},
       max(seen) OVER one AS seen, bool_or(heard) OVER one AS heard, bool_or(dot) OVER one AS dot, rank
FROM seen_rows WHERE id % {{slices}} = {{slice}} WINDOW one AS (PARTITION BY id) ORDER BY id, rank, moment
"""

MADE = f"""
WITH handed AS (
  SELECT visitor, any_value(browser) AS browser, max(moment) AS until FROM rows
  WHERE goal = '{days.YES}' AND browser <> 0 GROUP BY visitor HAVING count(DISTINCT browser) = 1
), every_who AS (
  SELECT rows.*, CASE WHEN rows.browser <> 0 THEN rows.browser
                      ELSE coalesce(handed.browser, rows.visitor) END AS who,
         CASE WHEN rank = 9 THEN {days.WAITS} WHEN program <> '' THEN {days.PROGRAM}
              WHEN goal = '{days.YES}' THEN {days.HANDED}
              WHEN goal = '{days.SEARCH}' THEN {days.SEARCHED}
              WHEN goal <> '' THEN {days.GOAL} WHEN aside THEN {days.ASIDE}
              WHEN logged AND moment >= (SELECT at_least FROM own) THEN {days.LOGGED}
              ELSE {days.VIEW} END AS sort_of,
         CAST(0 AS BIGINT) AS carried, false AS next_to
  FROM rows LEFT JOIN handed ON rows.visitor = handed.visitor AND rows.moment <= handed.until
), whos AS (
  SELECT * FROM every_who WHERE who % {{slices}} = {{slice}}
), pretenders AS (
  SELECT who FROM whos WHERE sort_of = {days.VIEW} GROUP BY who
  HAVING count(*) >= {MANY} AND NOT bool_or(heard) AND NOT bool_or(dot) AND NOT bool_or(logged)
     AND epoch(max(moment)) - epoch(min(moment)) < 2 * count(*)
), told AS (
  SELECT * REPLACE (CASE WHEN sort_of = {days.VIEW} AND who IN (FROM pretenders) THEN {days.PROGRAM}
                         ELSE sort_of END AS sort_of,
                    who <> 0 AND who IN (SELECT who FROM whos WHERE staff) AS staff) FROM whos
), busy AS (
  SELECT who FROM told WHERE sort_of = {days.VIEW} GROUP BY who HAVING count(*) > {PAGES}
), further AS (
  SELECT who, page FROM (
    SELECT who, page, row_number() OVER (PARTITION BY who ORDER BY min(moment)) AS nth
    FROM told WHERE sort_of = {days.VIEW} AND who IN (FROM busy) GROUP BY who, page
  ) WHERE nth > {PAGES}
), named AS (
  SELECT told.* REPLACE (CASE WHEN further.who IS NULL THEN told.page ELSE '(more)' END AS page)
  FROM told LEFT JOIN further ON told.who = further.who AND told.page = further.page
), around AS (
  SELECT * FROM named WHERE sort_of IN ({days.VIEW}, {days.GOAL}, {days.SEARCHED}) UNION ALL BY NAME
  SELECT * FROM beside WHERE who % {{slices}} = {{slice}}
), cut AS (
  SELECT *, CASE WHEN lag(moment) OVER w IS NULL OR moment - lag(moment) OVER w > {PAUSE}
       OR (campaign <> '' AND campaign IS DISTINCT FROM last_value(nullif(campaign, '') IGNORE NULLS)
           OVER (PARTITION BY who ORDER BY moment, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
       THEN 1 ELSE 0 END AS begins
  FROM around WINDOW w AS (PARTITION BY who ORDER BY moment, id)
), parts AS (
  SELECT *, sum(begins) OVER (PARTITION BY who ORDER BY moment, id) AS part FROM cut
), visits AS (
  SELECT * REPLACE (
           first_value(source) OVER v AS source, first_value(sort) OVER v AS sort,
           first_value(referrer) OVER v AS referrer, first_value(medium) OVER v AS medium,
           first_value(campaign) OVER v AS campaign),
         CASE WHEN first_value(carried) OVER v <> 0 THEN first_value(carried) OVER v
              ELSE CAST(hash(who, first_value(moment) OVER v) >> 1 AS BIGINT) END AS session
  FROM parts WINDOW v AS (PARTITION BY who, part ORDER BY moment, id
                          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), viewed AS (
  SELECT id, carried,
         row_number() OVER (PARTITION BY who, next_to ORDER BY moment, id) = 1
           AND (browser <> 0 OR who = visitor) AS fresh,
         row_number() OVER (PARTITION BY session, page ORDER BY moment, id) = 1 AS once,
         lag(page) OVER v IS NULL AS entry, lead(page) OVER v IS NULL AS leaves,
         coalesce(lag(page) OVER v, '') AS before, coalesce(lead(page) OVER v, '') AS after,
         CASE WHEN seen > 0 THEN seen WHEN heard OR lead(moment) OVER v IS NULL THEN NULL
              ELSE CAST(least(epoch_ms(lead(moment) OVER v) - epoch_ms(moment), 1800000) AS INTEGER)
              END AS stay
  FROM visits WHERE sort_of = {days.VIEW} WINDOW v AS (PARTITION BY session ORDER BY moment, id)
), sums AS (
  SELECT session, count(*) FILTER (sort_of = {days.VIEW}) AS pages,
         count(*) FILTER (sort_of = {days.GOAL}) AS won, sum(stay) AS length
  FROM visits LEFT JOIN viewed USING (id) GROUP BY session
)
SELECT visits.*, visits.sort_of AS kind,
       coalesce(viewed.fresh, false) AS fresh, coalesce(viewed.once, false) AS once,
       coalesce(viewed.entry, false) AS entry, coalesce(viewed.leaves, false) AS leaves,
       coalesce(viewed.before, '') AS before, coalesce(viewed.after, '') AS after, viewed.stay,
       CASE WHEN viewed.entry THEN sums.pages ELSE 0 END AS pages,
       CASE WHEN viewed.entry THEN sums.won ELSE 0 END AS won,
       CASE WHEN viewed.entry THEN CAST(least(sums.length, 86400000) AS INTEGER) END AS length
FROM visits LEFT JOIN viewed USING (id) LEFT JOIN sums USING (session) WHERE NOT next_to
UNION ALL BY NAME
SELECT named.*, named.sort_of AS kind, CAST(0 AS BIGINT) AS session,
       false AS fresh, false AS once, false AS entry,
       false AS leaves, '' AS before, '' AS after, CAST(NULL AS INTEGER) AS stay, 0 AS pages, 0 AS won,
       CAST(NULL AS INTEGER) AS length
FROM named WHERE sort_of NOT IN ({days.VIEW}, {days.GOAL}, {days.SEARCHED})
"""
