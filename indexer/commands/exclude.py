"""`mir exclude`: the rules of what stays out of the library."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.opening import opened
from indexer.options import Length, home_option, json_option
from indexer.printing import Column, print_json, print_table, say
from mir.durations import clock

if TYPE_CHECKING:
    from mir.exclusion import Exclusion


@click.command()
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="GLOB",
    help="Files and folders whose name, or path below the indexed folder, matches (repeatable).",
)
@click.option("--longer", type=Length(), help="Files longer than this: 90, 20s, 30m or 1h30m.")
@click.option("--shorter", type=Length(), help="Files shorter than this.")
@click.option(
    "--genre", "genres", multiple=True, metavar="NAME", help="Files whose tags name this genre."
)
@click.option("--remove", is_flag=True, help="Drop these rules instead of adding them.")
@json_option
@home_option
def exclude(
    paths: tuple[str, ...],
    longer: float | None,
    shorter: float | None,
    genres: tuple[str, ...],
    remove: bool,
    as_json: bool,
    home: Path | None,
) -> None:
    """Keep files out of the library by rules, or list the rules.

    What a new rule matches leaves the library in the next `mir index`, with its analysis; what a
    dropped rule matched comes back in the next one, and is heard anew.

    A GLOB without a slash is compared with each name on the way to a file (`*.wav`, `Podcasts`),
    one with a slash with the path below the indexed folder (`Live/**/Talk*`), one that begins
    with a slash with the whole path. `*` and `?` stay within a name, `**` does not; case does
    not matter.
    """
    from mir.catalogue import exclusions
    from mir.exclusion import Exclusion

    asked = [
        *(Exclusion("path", value) for value in paths),
        *(Exclusion("longer", str(value)) for value in (longer,) if value is not None),
        *(Exclusion("shorter", str(value)) for value in (shorter,) if value is not None),
        *(Exclusion("genre", value) for value in genres),
    ]
    if remove and not asked:
        raise click.UsageError("Say which rules to remove, such as --remove --path '*.wav'.")
    with opened(home) as engine, engine.catalogue.session() as session:
        changed = (exclusions.remove if remove else exclusions.add)(session, asked)
        rules = exclusions.listing(session)
    if as_json:
        print_json({"exclusions": rules, "removed" if remove else "added": changed})
        return
    print_table(
        (Column("Stays out"), Column("Rule", flexible=True)),
        ((_KINDS[rule.kind], _value(rule)) for rule in rules),
        empty="No rules: everything in the indexed folders is in the library.",
    )
    if changed:
        say("The next `mir index` goes by these rules.")


_KINDS = {"path": "path", "longer": "longer than", "shorter": "shorter than", "genre": "genre"}


def _value(rule: "Exclusion") -> str:
    return clock(float(rule.value)) if rule.kind in ("longer", "shorter") else rule.value
