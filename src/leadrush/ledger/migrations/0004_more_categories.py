"""Room for the categories of somebody of whom every kind is held: their names are longer than a line by now.

SQLite holds nobody to a length, and making its table anew would take the triggers off it.
"""

from django.db import migrations, models


def widen(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE ledger_entry ALTER COLUMN categories TYPE varchar(4000)")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_only_added")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("entry", "categories", models.CharField(blank=True, max_length=4000)),
            ],
            database_operations=[
                migrations.RunPython(widen, migrations.RunPython.noop, hints={"database": "ledger"}),
            ],
        ),
    ]
