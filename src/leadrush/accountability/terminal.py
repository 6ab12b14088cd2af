"""`leadrush evidence`: what was counted of each sentence, for whoever runs the site."""

from __future__ import annotations

import json

import click


@click.command("evidence")
@click.option("--run", is_flag=True, help="Count every sentence now, whatever the clock says.")
@click.option("--json", "as_json", is_flag=True, help="What /privacy/evidence.json gives.")
def evidence(run: bool, as_json: bool) -> None:
    """Print each sentence's evidence; fail if one is broken, was not counted, or counted nothing."""
    from django.core.serializers.json import DjangoJSONEncoder

    from leadrush import gate
    from leadrush.accountability import checking, showing
    from leadrush.accountability.evidence import all_of, forget

    try:
        force = gate.force()
    except (gate.Altered, gate.Unpublished) as fault:
        raise click.ClickException(str(fault)) from None
    if run:
        shown = not as_json
        with click.progressbar(length=len(force.clauses), label="Counting", hidden=not shown) as bar:
            checking.run_all(lambda result: bar.update(1))
        forget()
    found = all_of()
    if as_json:
        click.echo(json.dumps(showing.linked(), cls=DjangoJSONEncoder, indent=1, ensure_ascii=False))
    else:
        for one in found:
            state = "never counts" if one.row and not one.row.broken and not one.row.of else one.state
            took = f" ({one.row.fault or f'{one.row.took} ms'})" if one.row else ""
            click.echo(f"{state:12}  §{one.number:<2}  {one.clause.slug:20}  {one.words}{took}")
    states = [one.state for one in found]
    click.echo(
        f"Version {force.number}: {states.count('kept')} of {len(states)} sentences kept, "
        f"{states.count('broken')} broken, {states.count('due')} not vouched for.",
        err=True,
    )
    if set(states) != {"kept"}:
        raise SystemExit(1)


COMMANDS = [evidence]
