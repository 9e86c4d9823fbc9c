"""`mir model`: the models that the library knows, uses and changes to."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.opening import opened
from indexer.options import FOLDER, home_option, json_option
from indexer.printing import Column, bytes_shown, print_facts, print_json, print_table, say
from mir.errors import ModelError

if TYPE_CHECKING:
    from mir.model.embedder import Embedder
    from mir.models import ListedModel


@click.group()
def model() -> None:
    """List, change and look at the models that hear the library.

    A MODEL is named by its name, by its id or the beginning of it, or as `shipped`: the one that
    comes with this version of mir.
    """


@model.command("list")
@json_option
@home_option
def list_(as_json: bool, home: Path | None) -> None:
    """List the models, how many tracks each has heard, and which is in use.

    The pending model takes the place of the active one when index runs have let it hear all.
    """
    from mir.catalogue import tracks
    from mir.models import listing

    with opened(home) as engine:
        listed = listing(engine)
        with engine.catalogue.session() as session:
            total = tracks.count(session)
    if as_json:
        print_json({"models": listed, "tracks": total})
        return
    print_table(
        (
            Column("Name", flexible=True),
            Column("Id"),
            Column("Size", right=True),
            Column("Heard", right=True),
            Column("State", flexible=True),
        ),
        (
            (
                each.name,
                each.id,
                str(each.dimension),
                f"{each.tracks} of {total}",
                ", ".join(_states(each)),
            )
            for each in listed
        ),
    )


@model.command()
@click.argument("named", metavar="[MODEL|FILE]", required=False)
@click.option("--measure", is_flag=True, help="Measure what hearing a minute costs here.")
@json_option
@home_option
def info(named: str | None, measure: bool, as_json: bool, home: Path | None) -> None:
    """Show what a model or a model FILE is; without a name, the one in use."""
    from mir.model.embedder import Embedder
    from mir.models import content_of, listing

    with opened(home) as engine:
        content = content_of(engine, named or engine.model_id)
        embedder = Embedder(content, named or "the model in use")
        listed = {each.id: each for each in listing(engine)}
    facts = embedder.info
    known = listed.get(facts.model_id)
    card = _card(embedder)
    cost = _milliseconds_a_minute(embedder) if measure else None
    if as_json:
        told = {**card, "id": facts.model_id, "bytes": len(content), "known": known}
        print_json({**told, "ms_per_minute": cost} if measure else told)
        return
    spec = facts.spec
    shown = {
        "Name": facts.name,
        "Id": facts.model_id,
        "State": ", ".join(_states(known)) if known else "not used here",
        "Heard": f"{known.tracks} tracks" if known else "",
        "Vectors": f"{facts.dimension} numbers" + _shared(facts.vectors_of),
        "Genres": ", ".join(facts.genres),
        "Moods": ", ".join(facts.moods),
        "Axes": ", ".join(facts.axes) or "none",
        "Instruments": ", ".join(facts.instruments),
        "Hears": f"{spec.sample_rate} Hz mono, {spec.n_mels} mel bands, "
        f"window {spec.n_fft}, hop {spec.hop}",
        "Trained on": facts.trained_on,
        "Training": "\n".join(f"{name}: {value}" for name, value in card["training"].items())
        if "training" in card
        else "",
        "File": bytes_shown(len(content)),
    }
    if cost is not None:
        shown["Cost"] = f"{cost:.0f} ms of one core for a minute of sound"
    print_facts({name: text for name, text in shown.items() if text})


@model.command()
@click.argument("named", metavar="MODEL|FILE")
@json_option
@home_option
def use(named: str, as_json: bool, home: Path | None) -> None:
    """Change to a model, known or in a FILE; the present one answers until it is ready.

    A model that has heard the library takes over at once, as when going back. Another one is
    prepared: the next `mir index` lets it hear what it has not heard, and then it takes over.
    """
    from mir.models import content_of
    from mir.models import use as use_model

    with opened(home) as engine:
        change = use_model(engine, content_of(engine, named), named)
    if as_json:
        print_json(change)
    elif change.state == "pending":
        say(
            f"{change.name} has heard {change.heard} of {change.tracks} tracks. Run `mir index`, "
            f"which lets it hear the others; until that is done, {change.before} answers."
        )
    elif change.before is None:
        say(f"{change.name} is in use.")
    else:
        say(f"{change.name} answers from now on; go back with `mir model use {change.before}`.")


@model.command()
@click.argument("named", metavar="MODEL")
@click.option("--out", required=True, type=FOLDER, help="The file to write.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@json_option
@home_option
def export(named: str, out: Path, force: bool, as_json: bool, home: Path | None) -> None:
    """Write a model's file (ONNX, with its names and calibration inside) to another place."""
    from mir.models import find

    with opened(home) as engine:
        found = find(engine, named)
        content = engine.shelf.read(found.id)
    _write(out, content, force)
    if as_json:
        print_json({"id": found.id, "name": found.name, "file": out, "bytes": len(content)})
    else:
        say(f"{found.name} is in {out} ({bytes_shown(len(content))}).")


@model.command()
@click.argument("named", metavar="MODEL")
@json_option
@home_option
def forget(named: str, as_json: bool, home: Path | None) -> None:
    """Drop a model that is not in use, with all that it heard, and give the space back.

    To use it again, the library must be heard again.
    """
    from indexer.lock import only_run
    from mir.models import forget as forget_model

    # A run may be hearing with this very model, so that one has to end first.
    with opened(home) as engine, only_run(engine.settings.home, engine.catalogue):
        found = forget_model(engine, named)
    if as_json:
        print_json({"forgotten": found})
    else:
        say(f"{found.name} is forgotten, with what it heard of {found.tracks} tracks.")


def _states(each: "ListedModel") -> list[str]:
    named = (
        (each.active, "active"),
        (each.pending, "pending"),
        (each.shipped, "shipped"),
        (not each.at_hand, "file gone"),
    )
    return [word for holds, word in named if holds]


def _shared(vectors_of: str) -> str:
    return f", those of the network of {vectors_of}" if vectors_of else ""


def _card(embedder: "Embedder") -> dict[str, Any]:
    import json

    told: dict[str, Any] = json.loads(embedder.card.to_json())
    return told


def _milliseconds_a_minute(embedder: "Embedder") -> float:
    from time import process_time

    from mir.model.cost import seconds_a_minute

    return 1000 * seconds_a_minute(embedder, process_time)


def _write(path: Path, content: bytes, force: bool) -> None:
    """Write the whole file or none of it; ModelError where it is there or cannot be written."""
    if path.exists() and not force:
        raise ModelError(f"{path} is there already; name another file, or add --force.")
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ModelError(
            f"The model cannot be written to {path} ({error.strerror}); name another file."
        ) from error
