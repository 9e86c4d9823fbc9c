"""`mir status` and `mir rebuild`: how the library stands, and its index made anew."""

from pathlib import Path

import click

from indexer.opening import opened
from indexer.options import home_option, json_option
from indexer.printing import print_facts, print_json, say

_LAST_FAILURES = 3
_GENRES_NAMED = 5


@click.command()
@json_option
@home_option
def status(as_json: bool, home: Path | None) -> None:
    """Show what the catalogue and the index hold."""
    from indexer.shapes import status_shape
    from mir.catalogue.failures import listing

    with opened(home) as engine:
        found = engine.status()
        database = engine.catalogue.location
        with engine.catalogue.session() as session:
            recent = listing(session, limit=_LAST_FAILURES)
        kept = engine.settings.home
    if as_json:
        print_json(status_shape(found, kept, database, recent))
        return
    named = ", ".join(f"{count.name} ({count.tracks})" for count in found.genres[:_GENRES_NAMED])
    more = ", …" if len(found.genres) > _GENRES_NAMED else ""
    behind = found.revision - found.index_revision
    facts = {
        "Home": str(kept),
        "Database": database,
        "Folders": "\n".join(map(str, found.roots)) or "none yet; add one with `mir index FOLDER`",
        "Tracks": str(found.tracks),
        "Genres": f"{len(found.genres)}: {named}{more}" if found.genres else "0",
        "Failures": str(found.failures) + (" (see `mir failures`)" if found.failures else ""),
        "Index": f"{found.index_count} tracks, "
        + ("up to date" if behind == 0 else f"{behind} changes behind the catalogue"),
        "Model": f"{found.model_name} ({found.model_id})",
    }
    if found.pending is not None:
        heard = f"has heard {found.pending.tracks} of {found.tracks} tracks"
        facts["Next model"] = f"{found.pending.name} ({found.pending.id}) {heard}; run `mir index`"
    if recent.items:
        facts["Last failed"] = "\n".join(f"{each.path}: {each.reason}" for each in recent.items)
    print_facts(facts)


@click.command()
@json_option
@home_option
def rebuild(as_json: bool, home: Path | None) -> None:
    """Build the indexes anew from the catalogue; nothing is decoded and nothing can be lost.

    Those are the index of vectors, and that of fingerprints.
    """
    with opened(home) as engine:
        count = len(engine.rebuild_index())
        known = len(engine.fingerprints.rebuild())
    if as_json:
        print_json({"indexed": count, "fingerprints": known})
    else:
        say(f"The index holds {count} tracks, and that of fingerprints {known}.")
