"""Row-level security: the second lock, kept by PostgreSQL itself for every personal table."""

from __future__ import annotations

from typing import Any

from leadrush.gate import tables
from leadrush.gate.tables import MASK
from leadrush.gate.use import shaping
from leadrush.gate.words import WRITING

SETTING = "leadrush.use"
# The setting is '' on a connection that had one once, and NULL on one that never had; both mean: no use.
TOLD = f"(SELECT nullif(current_setting('{SETTING}', true), '')::bigint)"
# A row that is being written may be hidden from its own use; bit 62 lets RETURNING and UPDATE show it.
SEEN = f'(("{MASK}" | {WRITING}) & {TOLD}) <> 0'
POLICIES = {
    "gate_reads_1": f"FOR SELECT USING ({SEEN})",
    "gate_adds_1": f"FOR INSERT WITH CHECK ({TOLD} IS NOT NULL)",
    "gate_changes_1": f"FOR UPDATE USING ({SEEN}) WITH CHECK ({TOLD} IS NOT NULL)",
    "gate_removes_1": f"FOR DELETE USING ({SEEN})",
}
STATE = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
       array(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid)
  FROM pg_class c
 WHERE c.relkind IN ('r', 'p') AND c.relname = ANY(%s) AND pg_table_is_visible(c.oid)
"""


def state(connection: Any) -> dict[str, tuple[bool, set[str]]]:
    """Return, for each personal table that exists: whether security is on and forced, and its policies."""
    names = [table.name for table in tables.all().values() if table.masked]
    with connection.cursor() as cursor:
        cursor.execute(STATE, [names])
        return {name: (forced, set(policies)) for name, forced, policies in cursor.fetchall()}


def protect(connection: Any) -> list[str]:
    """Turn row-level security on for every personal table of this database; return the tables that changed.

    Called after each migrate, so that test databases have it too. A new wording gets new names, which replace
    the old ones here.
    """
    changed = []
    for name, (forced, policies) in state(connection).items():
        if forced and policies == set(POLICIES):
            continue
        changed.append(name)
        table = connection.ops.quote_name(name)
        with shaping(), connection.cursor() as cursor:
            for policy in policies - set(POLICIES):
                cursor.execute(f"DROP POLICY {connection.ops.quote_name(policy)} ON {table}")
            for policy, words in POLICIES.items():
                if policy not in policies:
                    cursor.execute(f"CREATE POLICY {policy} ON {table} {words}")
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    return changed
