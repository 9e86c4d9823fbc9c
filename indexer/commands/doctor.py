"""`mir doctor`: whether everything that mir needs is well."""

from pathlib import Path

import click

from indexer.opening import settings_for
from indexer.options import home_option, json_option
from indexer.printing import print_hanging, print_json

_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}
_WIDTH = 9


@click.command()
@json_option
@home_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool, home: Path | None) -> None:
    """Check Python, libraries, processor, home, disk, database, model and index.

    The exit status is 1 if there is a problem; warnings do not count.
    """
    from indexer.health import examine

    findings = []
    for finding in examine(settings_for(home)):
        findings.append(finding)
        if not as_json:
            state = click.style(finding.state.ljust(_WIDTH), fg=_COLOURS[finding.state])
            print_hanging(state, f"{finding.name}: {finding.text}")
            if finding.remedy:
                print_hanging(" " * _WIDTH, f"remedy: {finding.remedy}")
    problems = sum(finding.state == "problem" for finding in findings)
    if as_json:
        print_json({"findings": findings, "problems": problems})
    if problems:
        ctx.exit(1)
