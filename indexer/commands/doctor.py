"""`mir doctor`: whether everything that mir needs is well, and mending what can be mended."""

from pathlib import Path

import click

from indexer.opening import settings_for
from indexer.options import home_option, json_option
from indexer.printing import print_hanging, print_json

_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}
_WIDTH = 9


@click.command()
@click.option("--repair", "mend", is_flag=True, help="Mend what can be mended, then check.")
@json_option
@home_option
@click.pass_context
def doctor(ctx: click.Context, mend: bool, as_json: bool, home: Path | None) -> None:
    """Check Python, libraries, processor, home, disk, database, models, index and fingerprints.

    With --repair: bring the schema up to date, take out rows that belong to nothing, restore the
    file of the model that comes with mir, build the index anew and delete half-written files,
    each only where that is needed. The exit status is 1 if there is a problem (left); warnings do
    not count.
    """
    from indexer.health import examine, repair

    settings = settings_for(home)
    repairs = []
    for tried in repair(settings) if mend else ():
        repairs.append(tried)
        if not as_json:
            state = "repaired" if tried.done else "not done"
            label = click.style(state.ljust(_WIDTH), fg="green" if tried.done else "red")
            print_hanging(label, f"{tried.name}: {tried.text}")
    findings = []
    for finding in examine(settings):
        findings.append(finding)
        if not as_json:
            state = click.style(finding.state.ljust(_WIDTH), fg=_COLOURS[finding.state])
            print_hanging(state, f"{finding.name}: {finding.text}")
            if finding.remedy:
                print_hanging(" " * _WIDTH, f"remedy: {finding.remedy}")
    problems = sum(finding.state == "problem" for finding in findings)
    if as_json:
        told = {"repairs": repairs} if mend else {}
        print_json({**told, "findings": findings, "problems": problems})
    if problems:
        ctx.exit(1)
