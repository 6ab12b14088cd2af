"""Six reports as somebody writes them who has the days' files and DuckDB; `{v}` stands for the files.

They use what the files say already (where a visit begins, the page before), and nothing else of the site.
"""

from __future__ import annotations

from bench.visits.standing import PAGE

BY_HAND: dict[str, tuple[str, ...]] = {
    "visitors a day": (
        "SELECT day, count_if(entry), count(*), count_if(fresh AND browser IS NULL) FROM {v} "
        "WHERE kind = 0 AND NOT staff GROUP BY day ORDER BY day",
        "SELECT count(DISTINCT browser) FROM {v} WHERE kind = 0 AND NOT staff",
    ),
    "top pages": (
        "SELECT page, count(*), count_if(once) AS visits FROM {v} WHERE kind = 0 AND NOT staff "
        "GROUP BY page ORDER BY visits DESC, page LIMIT 10",
    ),
    "time on page": (
        "SELECT page, count(*), median(stay) FROM {v} WHERE kind = 0 AND NOT staff AND stay IS NOT NULL "
        "GROUP BY page",
    ),
    "entry and exit": (
        "SELECT page, count_if(entry), count_if(leaves) FROM {v} WHERE kind = 0 AND NOT staff GROUP BY page",
    ),
    "before and after a page": (
        "SELECT CASE WHEN entry THEN concat('@', source) ELSE before END AS came, count(*) FROM {v} "
        f"WHERE kind = 0 AND NOT staff AND page = '{PAGE}' GROUP BY came",
        "SELECT CASE WHEN leaves THEN '@' ELSE after END AS went, count(*) FROM {v} "
        f"WHERE kind = 0 AND NOT staff AND page = '{PAGE}' GROUP BY went",
    ),
    "funnel": (
        "WITH seen AS (SELECT session, moment, page FROM {v} WHERE kind = 0 AND NOT staff), "
        "first AS (SELECT session, min(moment) AS came FROM seen WHERE starts_with(page, '/webinars/') "
        "AND page <> '/webinars/' GROUP BY session), "
        f"second AS (SELECT session, min(moment) AS came FROM seen JOIN first USING (session) "
        f"WHERE page = '{PAGE}' AND moment > first.came GROUP BY session), "
        "third AS (SELECT session FROM seen JOIN second USING (session) "
        "WHERE page = '/webinars/page-5/' AND moment > second.came GROUP BY session) "
        "SELECT (SELECT count(*) FROM first), (SELECT count(*) FROM second), (SELECT count(*) FROM third)",
    ),
}  # fmt: skip
