import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from made_up_library import engine_at

from indexer.cli import COMMANDS, cli
from indexer.lock import only_run
from mir.catalogue import models
from mir.catalogue.session import open_catalogue
from mir.model.shelf import ModelShelf
from tests.indexer.stub_ear import StubEar

Mir = Callable[..., Result]

WHY_KEYS = """
notes compared_with artist album same_genre genres tag_genres instruments moods feelings tempo key
loudness passages percentile
"""
TRACK_KEYS = """
id title artists album album_artist year track_number disc_number seconds composer
lyricist publisher copyright licence isrc iswc recording_mbid work_mbid release_mbid
artist_mbids tag_genres genres uncertain moods instruments arousal valence sound container files
start end added_at
"""


@pytest.fixture
def mir(indexed_home: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Mir:
    """Run a command on the indexed home, with the stub for the shipped network."""
    home, _ = indexed_home
    for place in ("mir.engine.Embedder", "indexer.ingest.Embedder", "mir.model.embedder.Embedder"):
        monkeypatch.setattr(place, StubEar)
    monkeypatch.setattr(ModelShelf, "load", lambda shelf, model_id: StubEar(model_id))
    for name in [name for name in os.environ if name.startswith("MIR_")]:
        monkeypatch.delenv(name)

    def run(*arguments: object, status: int = 0) -> Result:
        result = CliRunner().invoke(cli, [*map(str, arguments), "--home", str(home)])
        assert result.exit_code == status, result.output
        return result

    return run


def said(result: Result) -> Any:
    """The JSON on standard output, which holds nothing else."""
    assert "\x1b" not in result.stdout
    return json.loads(result.stdout)


def test_help_imports_nothing_heavy() -> None:
    heavy = ("numpy", "scipy", "sqlalchemy", "faiss", "flask", "rich", "onnxruntime", "librosa")
    code = (
        "import sys; from indexer.cli import cli; cli(['--help'], standalone_mode=False); "
        f"print('HEAVY', [name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"
    for name, (_, _, summary) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(summary[:20])}", done.stdout, re.MULTILINE)


def test_every_command_can_be_imported_and_helps() -> None:
    for name in COMMANDS:
        result = CliRunner().invoke(cli, [name, "--help"])
        assert result.exit_code == 0, result.output
        assert f" {name} " in result.output.splitlines()[0]


def test_tracks_lists_searches_and_filters(mir: Mir) -> None:
    table = mir("tracks").stdout.splitlines()
    assert table[0].split() == ["Id", "Title", "Artist", "Year", "Genre", "Length"]
    assert len(table) == 5
    assert any("Song 1" in line and "Ada Quill" in line and "0:02" in line for line in table)
    whole = said(mir("tracks", "--json"))
    assert (whole["total"], whole["offset"], len(whole["tracks"])) == (4, 0, 4)
    assert list(whole["tracks"][0]) == TRACK_KEYS.split()
    found = said(mir("tracks", "bohm", "--json"))["tracks"]
    assert [track["artists"] for track in found] == [["The Böhm Quartet"]]
    assert len(said(mir("tracks", "--genre", "rock", "--json"))["tracks"]) == 4
    assert said(mir("tracks", "--not-genre", "Jazz", "--json"))["tracks"] == []
    years = said(mir("tracks", "--year", "1971-1972", "--json"))["tracks"]
    assert sorted(track["year"] for track in years) == [1971, 1972]
    every = {track["id"]: track for track in whole["tracks"]}
    for options, passes in (
        (["--bpm", "-1000"], lambda track: track["sound"]["tempo"] is not None),
        (["--length", "1s-3s"], lambda track: True),
        (["--length", "3s-"], lambda track: track["seconds"] >= 3),
        (["--path", "*.flac"], lambda track: track["files"][0].endswith(".flac")),
        (["--added-since", "1d"], lambda track: True),
        (["--added-since", "2999-01-01"], lambda track: False),
        (["--licence", "none"], lambda track: True),
        (["--genre", "Jazz", "--genre-by", "tag"], lambda track: "Jazz" in track["tag_genres"]),
        (["--genre", "Jazz", "--genre-by", "model"], lambda track: True),
        (["--album", "None such"], lambda track: False),
    ):
        found = {track["id"] for track in said(mir("tracks", *options, "--json"))["tracks"]}
        assert found == {id for id, track in every.items() if passes(track)}, options
    assert "go on with --offset 2" in mir("tracks", "--limit", 2).stdout
    assert "No tracks" in mir("tracks", "zzz").stdout


@pytest.mark.parametrize("name", ["similar", "next"])
def test_similar_and_next_answer_with_hits(mir: Mir, name: str) -> None:
    seed = said(mir("tracks", "Song 3", "--json"))["tracks"][0]
    for named in (seed["id"], seed["title"], seed["files"][0]):
        hits = said(mir(name, named, "--count", 2, "--json"))["hits"]
        assert len(hits) == 2
        assert seed["id"] not in [hit["track"]["id"] for hit in hits]
        assert list(hits[0]) == ["track", "score", "similarity", "reasons", "why"]
        assert list(hits[0]["why"]) == WHY_KEYS.split()
        assert hits[0]["why"]["compared_with"] == seed["id"]
        assert hits[0]["why"]["percentile"] == hits[0]["similarity"]
        assert list(hits[0]["track"]) == TRACK_KEYS.split()
    table = mir(name, seed["id"]).stdout.splitlines()
    assert table[0].split() == ["Id", "Match", "Track", "Length", "Why"]
    assert len(table) == 4
    whole = mir(name, seed["id"], "--why").stdout.splitlines()
    for line, hit in zip(whole[1:], said(mir(name, seed["id"], "--json"))["hits"], strict=True):
        assert line.endswith(" · ".join(hit["reasons"]))
    assert mir(name, seed["id"], "--artist", "Oslo Nord").stdout.count("Oslo Nord") == 1


@pytest.mark.parametrize("name", ["similar", "next"])
def test_seeds_are_tracks_artists_and_albums_and_some_are_not_wanted(mir: Mir, name: str) -> None:
    def found(*arguments: Any) -> list[int]:
        return [hit["track"]["id"] for hit in said(mir(name, *arguments, "--json"))["hits"]]

    assert sorted(found(1, "--not", 2)) == [3, 4]
    artist = said(mir("tracks", "--json"))["tracks"][0]
    assert artist["id"] not in found("--like-artist", artist["artists"][0])
    assert found(1, "--variety", 1, "--per-artist", 1, "--per-album", 1, "--count", 2)
    assert "100.0%" in mir(name, 1).stdout


def test_similar_goes_on_page_by_page_and_within_a_radius(mir: Mir) -> None:
    hits = said(mir("similar", 1, "--json"))["hits"]
    assert said(mir("similar", 1, "--offset", 1, "--count", 1, "--json"))["hits"] == [hits[1]]
    near = said(mir("similar", 1, "--min-similarity", 0.6, "--json"))["hits"]
    assert near == [hit for hit in hits if hit["similarity"] >= 0.6]


def test_a_path_leads_from_one_track_to_the_other(mir: Mir) -> None:
    hits = said(mir("path", 1, "Song 3", "--steps", 2, "--json"))["hits"]
    ids = [hit["track"]["id"] for hit in hits]
    assert (ids[0], hits[-1]["track"]["title"], len(set(ids))) == (1, "Song 3", 3)
    table = mir("path", 1, "Song 3", "--steps", 2).stdout.splitlines()
    assert len(table) == 4
    assert ["%" in line.split("·")[0] for line in table] == [False, False, True, True]


def test_search_finds_the_track_that_the_clip_is(mir: Mir, indexed_home: tuple[Path, Path]) -> None:
    clip = next(indexed_home[1].glob("Album*/*.mp3"))
    answer = said(mir("search", clip, "--json"))
    assert answer["hits"][0]["track"]["files"] == [str(clip)]
    assert answer["heard"]["genres"][0]["name"] == "Jazz"
    assert set(answer["heard"]["sound"]) == set(answer["hits"][0]["track"]["sound"])
    printed = mir("search", clip, "--count", 1).stdout
    assert printed.startswith("Heard 0:02; Jazz 70%, Rock 20%, Ambient 10%")
    # A clip is forgotten, so what it found is kept without the question.
    made = said(mir("search", clip, "--keep", "Heard", "--json"))["made"]
    assert (made["query"], made["count"]) == (None, len(answer["hits"]))


def test_genres_failures_and_status(mir: Mir, indexed_home: tuple[Path, Path]) -> None:
    home, music = indexed_home
    genres = said(mir("genres", "--json"))["genres"]
    assert genres[0] == {"name": "Jazz", "tracks": 4, "predicted": 4, "tagged": 1}
    assert mir("genres").stdout.splitlines()[1].split() == ["Jazz", "4", "4", "1"]

    failures = said(mir("failures", "--json"))
    assert failures["total"] == 1
    assert failures["failures"][0]["path"] == str(music / "broken.mp3")
    assert failures["failures"][0]["stage"] == "decode"
    assert "broken.mp3 is empty" in mir("failures").stdout

    status = said(mir("status", "--json"))
    assert status["home"] == str(home)
    assert (status["tracks"], status["failures"], status["indexed"]) == (4, 1, 4)
    assert status["revision"] == status["index_revision"]
    assert status["roots"] == [str(music)]
    assert status["last_failures"] == failures["failures"]
    printed = mir("status").stdout
    assert re.search(r"^Tracks +4$", printed, re.MULTILINE)
    assert re.search(r"^Index +4 tracks, up to date$", printed, re.MULTILINE)


def test_failures_are_retried_and_ignored_by_their_ids(
    mir: Mir, indexed_home: tuple[Path, Path]
) -> None:
    _, music = indexed_home
    (failure,) = said(mir("failures", "--json"))["failures"]
    assert failure["state"] == "failed"
    number = failure["id"]

    ignored = said(mir("failures", "ignore", number, "--json"))["failures"]
    assert ignored == [{**failure, "state": "ignored"}]
    assert mir("failures").stdout == "No failures but 1 ignored (`mir failures --ignored`).\n"
    assert "broken.mp3" in mir("failures", "--ignored").stdout
    assert said(mir("status", "--json"))["failures"] == 0
    assert said(mir("index", "--json"))["failed"] == 0

    assert "mir index" in mir("failures", "retry", number).stdout
    assert re.search(r"decode · again", mir("failures").stdout)
    assert said(mir("index", "--json"))["failed"] == 1
    assert said(mir("failures", "--json"))["failures"][0]["state"] == "failed"

    assert said(mir("failures", "retry", "--all", "--json")) == {"changed": 1}
    assert str(music / "broken.mp3") in mir("failures", "restore", number).stdout
    assert said(mir("index", "--json"))["failed"] == 0


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["retry", "99"], 1, "mir: There is no failure 99"),
        (["ignore", "1", "99"], 1, "mir: There is no failure 99"),
        (["retry"], 2, "ids, or all of them with --all"),
        (["retry", "1", "--all"], 2, "ids, or all of them with --all"),
        (["ignore"], 2, "Missing argument"),
        (["restore", "one"], 2, "not a valid integer"),
        (["--limit", "3", "retry", "1"], 2, "Write the options behind retry"),
    ],
)
def test_a_wrong_change_of_failures_changes_none(
    mir: Mir, arguments: list[str], status: int, message: str
) -> None:
    assert message in mir("failures", *arguments, status=status).stderr
    (failure,) = said(mir("failures", "--json"))["failures"]
    assert failure["state"] == "failed"


def test_index_reports_what_it_did(mir: Mir, indexed_home: tuple[Path, Path]) -> None:
    _, music = indexed_home
    next(music.rglob("*.flac")).unlink()
    report = said(mir("index", "--json"))  # without a folder: those of before
    assert (report["unchanged"], report["removed"], report["failed"]) == (4, 1, 0)
    assert report["messages"] == []
    assert mir("index", music).stdout == "Files: 4 unchanged.\n"


def test_index_of_an_unmounted_folder_warns_and_fails(
    mir: Mir, indexed_home: tuple[Path, Path]
) -> None:
    _, music = indexed_home
    music.rename(music.with_name("away"))
    result = mir("index", music, status=1)
    assert "mounted" in result.stderr
    assert said(mir("status", "--json"))["tracks"] == 4


def test_rebuild_makes_the_index_anew(mir: Mir, indexed_home: tuple[Path, Path]) -> None:
    home, _ = indexed_home
    for path in (home / "index").iterdir():
        path.write_bytes(b"damaged")
    assert said(mir("doctor", "--json", status=1))["problems"] == 1
    assert mir("rebuild").stdout == "The index holds 4 tracks, and that of fingerprints 0.\n"
    assert said(mir("rebuild", "--json")) == {"indexed": 4, "fingerprints": 0}
    assert said(mir("doctor", "--json"))["problems"] == 0


def test_doctor_names_every_check_with_its_state(mir: Mir) -> None:
    found = said(mir("doctor", "--json"))
    names = ["python", "libraries", "processor", "home", "disk", "database"]
    names += ["rows", "model", "models", "index", "fingerprints", "leftovers"]
    assert [finding["name"] for finding in found["findings"]] == names
    assert {finding["state"] for finding in found["findings"]} <= {"ok", "warning"}
    assert len(mir("doctor").stdout.splitlines()) >= len(names)


def test_doctor_and_status_name_the_model_that_is_to_follow(
    mir: Mir, indexed_home: tuple[Path, Path]
) -> None:
    home, _ = indexed_home
    catalogue = open_catalogue(f"sqlite:///{home / 'catalogue.db'}")
    with catalogue.session() as session:
        models.register(session, models.KnownModel("next", "mir-9", 32, ()))
        models.prepare(session, "next")
    catalogue.close()
    found = {each["name"]: each for each in said(mir("doctor", "--json"))["findings"]}["model"]
    assert found["state"] == "warning"
    assert "stub (stub) has heard 4 of 4 tracks" in found["text"]
    assert "mir-9 is to follow and has heard 0" in found["text"]
    assert "mir index" in found["remedy"]
    status = said(mir("status", "--json"))
    assert (status["model_id"], status["model_name"]) == ("stub", "stub")
    assert status["pending_model"] == {"id": "next", "name": "mir-9", "tracks": 0}
    assert "mir-9 (next) has heard 0 of 4 tracks" in mir("status").stdout


def test_doctor_makes_nothing_in_a_home_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mir.model.embedder.Embedder", StubEar)
    result = CliRunner().invoke(cli, ["doctor", "--json", "--home", str(tmp_path / "new")])
    assert result.exit_code == 0, result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["similar", "999"], 1, "mir: No track matches '999'"),
        (["search", "/no/such/clip.mp3"], 1, "mir: clip.mp3 does not exist"),
        (["similar", "1", "--genre", "Polka"], 1, "mir: There is no genre 'Polka'"),
        (["index", "/no/such/folder"], 1, "mir: The folder /no/such/folder does not exist"),
        (["index", "--max-memory", "100M"], 1, "mir: MIR_MAX_MEMORY_MB (or the option for it)"),
        (["index", "--max-memory", "lots"], 2, "'lots' is no size; write 800M or 2G"),
        (["index", "--nice", "20"], 2, "--nice"),
        (["tracks", "--year", "1999-1990"], 2, "ends before it begins"),
        (["tracks", "--year", "soon"], 2, "'soon' is no range of years; write 1990 or 1990-1999"),
        (["tracks", "--bpm", "-"], 2, "'-' names no bpm; write 120 or 90-110"),
        (["tracks", "--bpm", "110-90"], 2, "ends before it begins"),
        (["tracks", "--bpm", "nan"], 1, "mir: A tempo in the filter lies outside 0 to 1e+06"),
        (["tracks", "--length", "2m"], 2, "write 2m-5m, 20m- or -90s"),
        (["tracks", "--length", "2m-soon"], 2, "'soon' is no length of time"),
        (["tracks", "--key", "H"], 1, "mir: 'H' names no key"),
        (["tracks", "--harmonic"], 1, "mir: Harmonic neighbours are those of a key"),
        (["tracks", "--added-since", "soon"], 1, "mir: 'soon' is no moment"),
        (["tracks", "--not-played-since", "soon"], 1, "mir: 'soon' is no moment"),
        (["tracks", "--genre", "Polka"], 1, "mir: There is no genre 'Polka'"),
        (["similar", "1", "--count", "0"], 2, "--count"),
        (["next"], 2, "SEED"),
        (["similar", "1", "--variety", "2"], 2, "--variety"),
        (["similar", "--like-artist", "Nobody"], 1, "mir: No track is by 'Nobody'"),
        (["similar", "1", "--offset", "1999"], 1, "mir: Tracks 2000 to 2009 were asked for"),
        (["mood", "2", "0"], 2, "2.0 is not in the range -1<=x<=1"),
        (["mood", "0", "0", "--varety", "1"], 2, "--varety"),
        (["mood", "-.5", "-1"], 1, "does not tell how calm or bright a track is"),
        (["path", "1", "1"], 1, "mir: A path from track 1 to itself"),
        (["recommend", "--duration", "soon"], 2, "no length of time"),
        (["recommend", "--duration", "9"], 1, "mir: 9 seconds cannot be filled"),
        (["dance"], 2, "No such command 'dance'"),
    ],
)
def test_mistakes_end_in_one_line_and_the_right_status(
    mir: Mir, arguments: list[str], status: int, message: str
) -> None:
    result = mir(*arguments, status=status)
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.output
    if status == 1:
        assert len(result.stderr.splitlines()) == 1


def test_a_busy_home_is_said(mir: Mir, indexed_home: tuple[Path, Path]) -> None:
    home, music = indexed_home
    with engine_at(home) as engine, only_run(home, engine.catalogue):
        result = mir("index", music, status=1)
    assert re.match(r"mir: Another run is indexing .*\(pid \d+\)", result.stderr)


def test_control_characters_from_tags_do_not_reach_the_terminal(
    mir: Mir, indexed_home: tuple[Path, Path]
) -> None:
    from small_library import song, write_audio

    from mir.analysis import Tags

    _, music = indexed_home
    plain = music / "plain.flac"
    write_audio(plain, song(5, 1.5, 22_050), 22_050, Tags(title="evil\x1b[2J [bold]title"))
    path = plain.rename(music / os.fsdecode(b"caf\xe9 [red].flac"))
    mir("index", music)
    printed = mir("tracks", "evil").stdout
    assert "\x1b" not in printed
    assert "[bold]title" in printed
    (track,) = said(mir("tracks", "evil", "--json"))["tracks"]
    assert os.fsencode(track["files"][0]) == os.fsencode(path)


def test_a_closed_pipe_ends_a_command_without_a_word(indexed_home: tuple[Path, Path]) -> None:
    code = (
        "import mir.engine; from tests.indexer.stub_ear import StubEar; "
        "mir.engine.Embedder = StubEar; from indexer.cli import main; main()"
    )
    command = f"""{sys.executable} -c "{code}" tracks --json --home {indexed_home[0]} | head -c 1"""
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=True, env=_environment()
    )
    assert done.stdout == "{"
    assert done.stderr == ""


def test_ctrl_c_while_indexing_stores_what_was_read(tmp_path: Path) -> None:
    from small_library import small_library

    small_library(tmp_path / "music", tracks=9, formats=("wav",), seconds=1.1)
    code = (
        "import time, indexer.ingest as i, mir.engine as e\n"
        "from tests.indexer.stub_ear import SlowEar\n"
        "i.Embedder = e.Embedder = SlowEar\n"
        "from indexer.cli import main\n"
        "main()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "index", "music", "--home", "home", "--jobs", "1", "--json"],
        cwd=tmp_path,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        started = tmp_path / "home" / "first-heard"
        while not started.exists() and process.poll() is None:
            pass
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it, too
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err == ""
    report = json.loads(out)
    assert report["stopped"]
    assert 1 <= report["added"] < 9
    assert "index again" in report["messages"][0]


def _environment() -> dict[str, str]:
    house = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": f"{house}:{house / 'tests'}"}
