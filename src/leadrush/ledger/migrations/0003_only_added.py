"""A second hand on the ledger: the database itself refuses to change or remove a row.

It stops a mistake and a hole in the program. Whoever owns the database can take a trigger off, and is found
by `leadrush verify`. SQLite makes a table anew to alter it and loses its triggers: a later migration that
alters one of these tables ends with `forbid` again.
"""

from django.db import migrations

TABLES = ("ledger_entry", "ledger_link", "ledger_head")
WORDS = "the ledger is only added to"


def forbid(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION ledger_only_added() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_added()"
            )
        return
    for table in TABLES:
        for deed in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_only_added ON {table}")
        schema_editor.execute("DROP FUNCTION ledger_only_added()")
        return
    for table in TABLES:
        for deed in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{deed.lower()}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_chain")]

    operations = [migrations.RunPython(forbid, allow, hints={"database": "ledger"})]
