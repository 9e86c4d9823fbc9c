"""`mir plays`: what is listed, taken back and erased."""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from made_up_library import NOW, engine_at, made_up, stored, unit_vectors

from indexer.cli import cli
from mir.catalogue import plays
from mir.catalogue.plays import NewPlay

Mir = Callable[..., Result]
HOUR = timedelta(hours=1)


@pytest.fixture
def mir(home: Path, monkeypatch: pytest.MonkeyPatch) -> Mir:
    """Run a command on a home with two tracks, three plays of "" and one of "ann"."""
    for name in [name for name in os.environ if name.startswith("MIR_")]:
        monkeypatch.delenv(name)
    with engine_at(home) as engine:
        vectors = unit_vectors(2)
        one, two = stored(engine, [made_up(n, vectors[n], artists=("Ada",)) for n in range(2)])
        engine.refresh_index()
        sent = [
            NewPlay(one, "listen", NOW - 2 * HOUR, seconds=61.0),
            NewPlay(two, "like", NOW - HOUR),
            NewPlay(one, "skip", NOW),
            NewPlay(two, "dislike", NOW, "ann"),
        ]
        with engine.catalogue.session() as session:
            plays.record(session, sent, NOW)

    def run(*arguments: object, status: int = 0, typed: str | None = None) -> Result:
        whole = [*map(str, arguments), "--home", str(home)]
        result = CliRunner().invoke(cli, whole, input=typed)
        assert result.exit_code == status, result.output
        return result

    return run


def listed(mir: Mir, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(mir("plays", *arguments, "--json").stdout)["plays"]
    return found


def test_plays_are_listed_the_latest_first(mir: Mir) -> None:
    lines = mir("plays").stdout.splitlines()
    assert lines[0].split() == ["Id", "When", "(UTC)", "What", "Track", "Heard"]
    assert [line.split()[3] for line in lines[1:]] == ["skip", "like", "listen"]
    assert "Title 0 · Ada" in lines[3]
    assert lines[3].endswith("1:01")
    assert "go on with --offset 1" in mir("plays", "--limit", 1).stdout
    assert [play["kind"] for play in listed(mir, "--listener", "ann")] == ["dislike"]
    assert "see --listener 'ann'" in mir("plays", "--listener", "bo").stdout


def test_plays_are_taken_back_by_their_ids(mir: Mir) -> None:
    skip, like, listen = listed(mir)
    assert "no play 99" in mir("plays", "undo", skip["id"], 99, status=1).stderr
    assert len(listed(mir)) == 3
    assert mir("plays", "undo", skip["id"]).stdout == "Taken back: skip of Title 0.\n"
    undone = json.loads(mir("plays", "undo", like["id"], "--json").stdout)
    assert undone == {"plays": [like]}
    assert listed(mir) == [listen]


def test_erasing_asks_first(mir: Mir) -> None:
    asked = mir("plays", "erase", "--listener", "ann", status=1, typed="n\n")
    assert "Erase all 1 plays of 'ann'?" in asked.stderr
    assert len(listed(mir, "--listener", "ann")) == 1
    mir("plays", "erase", "--listener", "ann", typed="y\n")
    assert listed(mir, "--listener", "ann") == []
    assert json.loads(mir("plays", "erase", "--yes", "--json").stdout) == {"changed": 3}
    assert "No plays yet" in mir("plays").stdout


def test_options_before_a_command_are_refused(mir: Mir) -> None:
    refused = mir("plays", "--listener", "ann", "erase", "--yes", status=2)
    assert "Write the options behind erase" in refused.stderr
    assert len(listed(mir, "--listener", "ann")) == 1


def test_what_comes_next_follows_from_plays(mir: Mir) -> None:
    for listener, first in (
        ((), "you liked it"),
        (("--listener", "ann"), "little is known of you"),
    ):
        hits = json.loads(mir("recommend", *listener, "--json").stdout)["hits"]
        assert any(hit["reasons"][0].startswith(first) for hit in hits)
    # Ann dislikes the second track, and the first is 100 seconds long.
    alone = mir("recommend", "--listener", "ann", "--duration", "102s").stdout.splitlines()
    assert len(alone) == 2
    assert "Title 0" in alone[1]
    assert "No track" in mir("recommend", "--listener", "ann", "--duration", "90s").stdout


def test_what_was_not_played_is_a_filter_of_every_command(mir: Mir) -> None:
    def ids(*arguments: str) -> set[int]:
        printed = json.loads(mir(*arguments, "--json").stdout)
        return {hit["track"]["id"] for hit in printed.get("hits", ())} | {
            track["id"] for track in printed.get("tracks", ())
        }

    every = ids("tracks")
    done = {p["track"] for p in listed(mir) if p["kind"] in ("listen", "like")}
    assert done
    assert ids("tracks", "--unplayed") == every - done
    assert ids("tracks", "--unplayed", "--listener", "ann") == every  # who dislikes only
    assert ids("tracks", "--not-played-since", "1990-01-01") == every - done
    assert not ids("recommend", "--unplayed") & done


def test_explored_shares_and_artists_may_be_asked_for(mir: Mir) -> None:
    assert "No track" in mir("recommend", "--explore", 0.5, "--like-artist", "ada").stdout
    assert "0<=x<=1" in mir("recommend", "--explore", 2, status=2).stderr
    assert "Nobody" in mir("recommend", "--like-artist", "Nobody", status=1).stderr


def test_related_artists_are_named(mir: Mir) -> None:
    assert "no other artist" in mir("related", "ada").stdout
    assert json.loads(mir("related", "Ada", "--json").stdout) == {"artists": []}
    assert "No track is by 'Nobody'" in mir("related", "Nobody", status=1).stderr


def test_recommendations_are_judged_only_by_enough_plays(mir: Mir) -> None:
    assert "No listener has played enough" in mir("evaluate", "recommend", status=1).stderr
