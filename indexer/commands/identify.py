"""`mir identify`: which recording a clip is, or what was played when in a long one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.opening import opened
from indexer.options import home_option, json_option
from indexer.printing import Column, print_json, print_table, say, warn
from mir.durations import clock

if TYPE_CHECKING:
    from mir.catalogue.tracks import Track
    from mir.search.recognise import Played, Recording

_PLAYED_COLUMNS = (
    Column("From", right=True),
    Column("To", right=True),
    Column("Id", right=True),
    Column("Track", flexible=True),
    Column("At", right=True),
    Column("Sure"),
)
_NOT_IN_THE_LIBRARY = 3  # the exit status; 1 is an error, 2 wrong usage
_NO_FINGERPRINTS = "No track has a fingerprint yet, to be known again by; run `mir index`."


@click.command()
@click.argument("clip", type=click.Path(path_type=Path))
@click.option(
    "--timeline",
    "long",
    is_flag=True,
    help="Say what was played when in a recording of any length, such as a mix or a radio hour.",
)
@json_option
@home_option
@click.pass_context
def identify(ctx: click.Context, clip: Path, long: bool, as_json: bool, home: Path | None) -> None:
    """Say which recording of the library CLIP is, and where in it CLIP begins.

    It is known by its sound alone: five seconds from anywhere are enough, and ten through noise,
    a telephone or a codec. The answer is certain or likely. Covers and live versions are other
    recordings. The exit status is 0 if something was found, 3 if CLIP is not in the library, and
    1 if that cannot be told: no such file, no sound in it, or no track with a fingerprint yet.
    """
    from indexer.bar import recording_bar
    from indexer.shapes import recognition_shape, timeline_shape
    from mir.search.recognise import recognise, what_was_played

    with opened(home) as engine:
        if long:
            with recording_bar() as progress:
                heard = what_was_played(engine, clip, progress=progress)
            found, shape, among = bool(heard.played), timeline_shape(heard), heard.among
        else:
            known = recognise(engine, clip)
            found, shape, among = bool(known.recordings), recognition_shape(known), known.among
    if as_json:
        print_json(shape)
    elif not among:
        warn(_NO_FINGERPRINTS)
    elif long:
        _print_played(heard.played)
    else:
        say_recordings(known.recordings)
    if not found:
        ctx.exit(_NOT_IN_THE_LIBRARY if among else 1)


def say_recordings(found: "Sequence[Recording]") -> None:
    """Say which recordings a clip is, the surest first, each on a line."""
    from mir.search.sentences import beginning

    if not found:
        say("Not in the library: no recording matches.")
    for number, each in enumerate(found):
        also = "" if number == 0 else "also "
        say(f"This is {also}{_named(each.track)} {beginning(each.offset)} ({each.verdict}).")


def _named(track: "Track") -> str:
    by = f" by {', '.join(track.artists)}" if track.artists else ""
    return f"{track.title}{by} [{track.id}]"


def _print_played(found: "Sequence[Played]") -> None:
    rows = (
        (
            clock(each.start),
            clock(each.end),
            str(each.track.id),
            f"{each.track.title}\n{', '.join(each.track.artists) or 'unknown artist'}",
            clock(max(0.0, each.offset)),
            each.verdict,
        )
        for each in found
    )
    print_table(_PLAYED_COLUMNS, rows, empty="Not in the library: no recording matches.")
