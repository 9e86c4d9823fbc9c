"""`mir duplicates`: what the library holds more than once, in whole or in part."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from indexer.file_output import refuse_to_overwrite, write_file
from indexer.opening import opened
from indexer.options import FOLDER, home_option, json_option, page_options
from indexer.printing import Column, print_json, print_table, say, say_part, warn
from mir.durations import clock

if TYPE_CHECKING:
    from mir.catalogue.matches import Match
    from mir.catalogue.tracks import Track
    from mir.duplicates.choice import Copy
    from mir.duplicates.relation import Relation
    from mir.duplicates.report import Duplicates, Group, Pair

_KINDS = ("same", "excerpt", "version", "shared")  # the names of mir.duplicates' Relation
_ID = Column("Id", right=True)
_PLACES = (Column("In each", right=True), Column("Evidence"))


@click.command()
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    help="Only one kind: the same recording, excerpts, likely versions, or shared sound.",
)
@click.option("--track", metavar="TRACK", help="What one track is to others instead.")
@click.option(
    "--csv", "file", metavar="FILE", type=FOLDER, help="Write all of it to this file as a table."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@page_options
@json_option
@home_option
@click.pass_context
def duplicates(
    ctx: click.Context,
    kind: str | None,
    track: str | None,
    file: Path | None,
    force: bool,
    limit: int,
    offset: int,
    as_json: bool,
    home: Path | None,
) -> None:
    """List recordings that the library holds more than once, the copy to keep first and why.

    Then excerpts (one track is a part of the other), likely versions (other takes, editions
    and covers) and other tracks that share sound, each with what shows it: where the longest common
    stretch lies in each, how much of each is shared, and how much of the sound there agrees, or how
    strong the likeness of melody and harmony is. docs/duplicates.md explains the words.

    It is a view: no file is ever changed, merged or deleted.
    """
    from mir.duplicates.part import part
    from mir.duplicates.relation import Relation
    from mir.duplicates.report import duplicates as found_in
    from mir.fingerprint.packing import METHOD

    if track is not None:
        _refuse(
            ctx,
            ("kind", "file", "force", "limit", "offset"),
            "It is for the whole library, not for --track.",
        )
        _say_track(track, as_json, home)
        return
    if file is not None:
        _refuse(ctx, ("limit", "offset"), "--csv writes the whole list.")
        refuse_to_overwrite(file, force)
    chosen = Relation[kind.upper()] if kind else None
    with opened(home) as engine, engine.catalogue.session() as session:
        found = found_in(session, METHOD)
    if file is not None:
        _write(file, found, chosen, as_json)
        return
    shown = part(found, chosen, offset=offset, limit=limit)
    if as_json:
        from indexer.duplicate_shapes import duplicates_shape

        print_json(duplicates_shape(found, shown, offset))
        return
    _say_counts(found)
    _print_groups(shown.groups, offset)
    for relation in Relation:
        _print_pairs(relation, [each for each in shown.pairs if each.relation == relation])
    if shown.total > limit:
        say("")
        say_part(offset, len(shown.groups) + len(shown.pairs), shown.total)
    _warn_waiting(found.waiting)


def _refuse(ctx: click.Context, names: Sequence[str], why: str) -> None:
    for name in names:
        if ctx.get_parameter_source(name) != ParameterSource.DEFAULT:
            option = "csv" if name == "file" else name
            raise click.UsageError(f"--{option} does not go here. {why}")


def _say_track(name: str, as_json: bool, home: Path | None) -> None:
    from indexer.duplicate_shapes import related_tracks_shape
    from mir.catalogue import tracks
    from mir.catalogue.matches import uncompared
    from mir.duplicates.report import of_track
    from mir.duplicates.words import what_second_is
    from mir.fingerprint.packing import METHOD

    with opened(home) as engine, engine.catalogue.session() as session:
        found = of_track(session, tracks.resolve(session, name))
        waiting = uncompared(session, METHOD)
    if as_json:
        print_json(related_tracks_shape(found))
        return
    print_table(
        (_ID, Column("Track", flexible=True), Column("What it is", flexible=True), *_PLACES),
        ((*_names(pair.second), what_second_is(pair), *_places(pair.match)) for pair in found),
        empty="No other track shares sound or music with it.",
    )
    _warn_waiting(waiting)


def _say_counts(found: "Duplicates") -> None:
    from mir.duplicates.part import counts
    from mir.duplicates.words import HEADINGS

    told = counts(found)
    if not any(told.values()):
        say("Nothing is there twice, in whole or in part; `mir index FOLDER` adds and compares.")
        return
    for relation, count in told.items():
        say(f"{HEADINGS[relation] + ':':17}{count:6}")
    say("Nothing is changed, merged or deleted.")


def _print_groups(groups: "Sequence[Group]", before: int) -> None:
    from mir.duplicates.relation import Relation

    if not groups:
        return
    _say_heading(Relation.SAME)
    print_table(
        (
            Column("#", right=True),
            _ID,
            Column("Copy, the one to keep first", flexible=True),
            Column("Sound"),
            Column("Length", right=True),
        ),
        (
            (
                "" if place else str(number),
                str(copy.track.id),
                _copy_words(group, copy),
                _sound(copy),
                clock(copy.track.seconds),
            )
            for number, group in enumerate(groups, before + 1)
            for place, copy in enumerate(group.copies)
        ),
    )


def _print_pairs(relation: "Relation", pairs: "Sequence[Pair]") -> None:
    if not pairs:
        return
    first, second = {
        "excerpt": ("Excerpt", "Of"),
        "version": ("Track", "Version"),
        "shared": ("Track", "Shares with"),
    }[relation.name.lower()]
    _say_heading(relation)
    print_table(
        (_ID, Column(first, flexible=True), _ID, Column(second, flexible=True), *_PLACES),
        ((*_names(each.first), *_names(each.second), *_places(each.match)) for each in pairs),
    )


def _say_heading(relation: "Relation") -> None:
    from mir.duplicates.words import HEADINGS

    say("")
    click.secho(HEADINGS[relation], bold=True)


def _copy_words(group: "Group", copy: "Copy") -> str:
    """The file, its names, and why it is first, or what shows that it is the same recording."""
    from mir.duplicates.words import evidence

    part = f" (track {copy.file.part} of it)" if copy.file.part else ""
    lines = [f"{copy.file.path}{part}"]
    if copy.track.artists or copy.track.title != copy.file.path.stem:
        lines.append(_by(copy.track))
    shown = {match.first: match for match in group.evidence}
    if copy is group.keep:
        lines.append(f"to keep: {group.reason}")
    elif copy.track.id not in shown:
        lines.append("its sound is equal bit for bit")
    else:
        match = shown[copy.track.id]
        here, there = _spans(match)
        lines.append(f"{here} is {there} of {match.second}")
        lines.append("; ".join(evidence(match)))
    return "\n".join(lines)


def _sound(copy: "Copy") -> str:
    file = copy.file
    rate = f"{file.bit_rate / 1000:.0f} kbit/s" if file.bit_rate else ""
    sampled = f"{file.sample_rate / 1000:g} kHz" if file.sample_rate else ""
    return "\n".join(each for each in (file.codec or "unknown", rate, sampled) if each)


def _names(track: "Track") -> tuple[str, str]:
    return str(track.id), f"{track.title}\n{', '.join(track.artists) or 'unknown artist'}"


def _by(track: "Track") -> str:
    return f"{track.title} by {', '.join(track.artists)}" if track.artists else track.title


def _places(match: "Match") -> tuple[str, str]:
    """Where the longest stretch lies in both, and the evidence, as cells of a table."""
    from mir.duplicates.words import evidence

    more = len(match.stretches) - 1
    lines = (*_spans(match), *([f"and {more} more"] if more else []))
    shares, *others = evidence(match)
    return "\n".join(lines), "\n".join((_in_short(shares), *others))


def _in_short(shares: str) -> str:
    return shares.replace(" of one, ", ", ").replace(" of the other", "")


def _spans(match: "Match") -> tuple[str, str]:
    from mir.duplicates.words import longest

    each = longest(match)
    return (
        f"{clock(each.first_start)}-{clock(each.first_end)}",
        f"{clock(each.second_start)}-{clock(each.second_end)}",
    )


def _warn_waiting(waiting: int) -> None:
    if waiting:
        many = "track is" if waiting == 1 else "tracks are"
        warn(f"{waiting} {many} not compared yet; run `mir index`.")


def _write(file: Path, found: "Duplicates", chosen: "Relation | None", as_json: bool) -> None:
    from mir.duplicates.part import everything
    from mir.duplicates.rows import HEADER, rows
    from mir.spreadsheet import table

    written = list(rows(everything(found, chosen)))
    write_file(file, table(HEADER, written))
    if as_json:
        print_json({"file": file, "rows": len(written)})
    else:
        say(f"{len(written)} rows are in {file}.")
    _warn_waiting(found.waiting)
