"""`leadrush evidence` and `leadrush publish`, for whoever runs the site."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from leadrush import statement
    from leadrush.accountability import drafting


@click.command("evidence")
@click.option("--run", is_flag=True, help="Count every sentence now, whatever the clock says.")
@click.option("--strict", is_flag=True, help="Fail also where there is nothing to count yet.")
@click.option("--json", "as_json", is_flag=True, help="What /privacy/evidence.json gives.")
def evidence(run: bool, strict: bool, as_json: bool) -> None:
    """Print each sentence's evidence; fail if one is broken, or was not counted in time."""
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
            state = "nothing yet" if one.empty else one.state
            took = f" ({one.row.fault or f'{one.row.took} ms'})" if one.row else ""
            click.echo(f"{state:12}  §{one.number:<2}  {one.clause.slug:20}  {one.words}{took}")
    states, empty = [one.state for one in found], sum(one.empty for one in found)
    click.echo(
        f"Version {force.number}: {states.count('kept')} of {len(states)} sentences kept, "
        f"{states.count('broken')} broken, {states.count('due') - empty} not counted in time, "
        f"{empty} with nothing to count yet.",
        err=True,
    )
    if len(states) - states.count("kept") - (0 if strict else empty):
        raise SystemExit(1)


@click.command("publish")
@click.option("--draft", type=click.File("rb"), help="A draft as JSON; else the one in the back office.")
@click.option("--dry-run", is_flag=True, help="Say what would change and for whom, and publish nothing.")
@click.option("--yes", is_flag=True, help="Publish without asking.")
def publish(draft: Any, dry_run: bool, yes: bool) -> None:
    """Publish the next version: the draft, or what the installed rooms bring with the numbers in force."""
    from leadrush import gate, statement
    from leadrush.accountability import drafting, reaching, shown

    try:
        begun = drafting.current()
        words = statement.Draft.read(json.load(draft)) if draft else begun.words
        text = drafting.drawn(words)
    except ValueError as fault:  # of which what JSON and the statement say are some
        raise click.ClickException(f"This draft cannot be published: {fault}.") from None
    except (gate.Altered, gate.Unpublished) as fault:
        raise click.ClickException(str(fault)) from None
    concern = reaching.concern_of(gate.force(), text)
    if concern.change.nothing:
        click.echo(f"Nothing to publish: version {gate.force().number} says the same.")
        return
    for sentence in shown.sentences(concern.change):
        word = "gone" if sentence.gone else "new" if sentence.new else "reads otherwise"
        click.echo(f"§{sentence.number} {sentence.slug}: {word}")
    for row in shown.rows(concern.change):
        click.echo(f"{row.way_words}: {row.data}, to {row.use[1] or row.use[0]} ({row.reasons})")
    reach = reaching.reach(concern)
    click.echo(
        f"It concerns {reach.concerned:,} of {reach.held:,} people: {reach.written:,} are written to, "
        f"{reach.asked:,} asked. {reach.items:,} items stay locked until their people say yes."
    )
    if dry_run:
        return
    if not yes:
        click.confirm(f"Publish version {text.number}?", abort=True)
    try:
        bring_in(text, None if draft else begun)
    except (ValueError, drafting.Overtaken) as fault:
        raise click.ClickException(str(fault) or "Somebody saved the draft meanwhile.") from None


def bring_in(text: statement.Version, begun: drafting.Begun | None) -> None:
    """Publish a version and stay until it is in force and every row follows it, showing how far it is."""
    from leadrush.accountability import drafting
    from leadrush.vault import publishing

    by = "leadrush publish"
    if begun is not None and begun.row is not None:
        drafting.publish(seen=begun.revision, number=text.number, by=by)
    else:
        publishing.begin(text, by=by)
    with click.progressbar(length=200, label=f"Version {text.number}") as bar:

        def told(step: publishing.Bringing) -> None:
            bar.update(step.percent + 100 * step.bound - bar.pos)

        publishing.finish(told)
    click.echo(f"Version {text.number} is in force.")


COMMANDS = [evidence, publish]
