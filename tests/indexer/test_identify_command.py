"""`mir identify`: which recording a clip is, from an index run to the words."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from songs_of_notes import Stretch, write_mix, write_song

from indexer.cli import cli
from indexer.whole_run import index_whole
from mir.analysis import Tags
from mir.engine import open_engine
from mir.model.shelf import ModelShelf
from mir.settings import load_settings
from tests.indexer.stub_ear import StubEar

Mir = Callable[..., Result]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose library has two songs of half a minute, twice the second."""
    place = tmp_path_factory.mktemp("identify")
    for name, seed in (("one.flac", 1), ("two.ogg", 2), ("two again.mp3", 2)):
        path = place / "music" / name
        write_song(path, seed, Tags(title=path.stem.title(), artists=("Ann",)))
    settings = load_settings({}, home=place / "home", jobs=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.ingest.Embedder", StubEar)
        with open_engine(settings, embedder=StubEar()) as engine:
            assert index_whole(engine, [place / "music"]).fingerprinted == 3
    return place / "home"


@pytest.fixture
def mir(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> Mir:
    for place in ("mir.engine.Embedder", "mir.model.embedder.Embedder"):
        monkeypatch.setattr(place, StubEar)
    monkeypatch.setattr(ModelShelf, "load", lambda shelf, model_id: StubEar(model_id))

    def run(*arguments: object, status: int = 0, home: Path = indexed) -> Result:
        result = CliRunner().invoke(cli, [*map(str, arguments), "--home", str(home)])
        assert result.exit_code == status, result.output
        return result

    return run


def clip(folder: Path, *pieces: Stretch) -> Path:
    """Stretches of songs, one after the other, as an mp3."""
    return write_mix(folder / "clip.mp3", *pieces)


def test_a_clip_is_named_with_its_place(mir: Mir, tmp_path: Path) -> None:
    said = mir("identify", clip(tmp_path, (1, 12.4, 8.0))).stdout
    assert said == "This is One by Ann [1] at 0:12 (certain).\n"


def test_every_copy_is_named(mir: Mir, tmp_path: Path) -> None:
    said = mir("identify", clip(tmp_path, (2, 5.4, 8.0))).stdout.splitlines()
    assert len(said) == 2
    assert said[1].startswith("This is also Two")


def test_a_clip_that_begins_before_the_track(mir: Mir, tmp_path: Path) -> None:
    said = mir("identify", clip(tmp_path, (9, 0.0, 6.4), (1, 0.0, 12.0))).stdout
    assert said == "This is One by Ann [1] from 0:06 of the clip on (certain).\n"


def test_another_clip_is_refused(mir: Mir, tmp_path: Path) -> None:
    path = clip(tmp_path, (9, 0.0, 8.0))
    assert mir("identify", path, status=3).stdout == ("Not in the library: no recording matches.\n")
    told = json.loads(mir("identify", path, "--json", status=3).stdout)
    assert told == {"recording": None, "others": [], "among": 3}


def test_json_has_the_shape_of_the_api(mir: Mir, tmp_path: Path) -> None:
    told = json.loads(mir("identify", clip(tmp_path, (1, 3.0, 8.0)), "--json").stdout)
    assert told["recording"].keys() == {"track", "offset", "tempo", "score", "verdict"}
    assert told["recording"]["offset"] == pytest.approx(3.0, abs=0.1)


def test_a_search_says_it_first(mir: Mir, tmp_path: Path) -> None:
    path = clip(tmp_path, (1, 12.4, 8.0))
    first, second, *_ = mir("search", path).stdout.splitlines()
    assert first == "This is One by Ann [1] at 0:12 (certain)."
    assert second.startswith("Heard ")
    assert json.loads(mir("search", path, "--json").stdout)["recording"]["track"]["id"] == 1


def test_a_timeline_tells_what_was_played_when(mir: Mir, tmp_path: Path) -> None:
    path = clip(tmp_path, (1, 10.0, 20.0), (9, 0.0, 20.0), (1, 0.0, 20.0))
    rows = mir("identify", path, "--timeline").stdout.splitlines()
    assert [row.split()[0] for row in rows] == ["From", "0:00", "0:35"]
    told = json.loads(mir("identify", path, "--timeline", "--json").stdout)
    assert [each["track"]["id"] for each in told["played"]] == [1, 1]


def test_a_timeline_without_anything(mir: Mir, tmp_path: Path) -> None:
    said = mir("identify", clip(tmp_path, (9, 0.0, 12.0)), "--timeline", status=3).stdout
    assert said == "Not in the library: no recording matches.\n"


def test_a_library_without_fingerprints_names_the_remedy(mir: Mir, tmp_path: Path) -> None:
    result = mir("identify", clip(tmp_path, (1, 0.0, 8.0)), status=1, home=tmp_path / "home")
    assert result.stdout == ""
    assert "run `mir index`" in result.stderr


def test_what_is_no_sound_is_one_line(mir: Mir, tmp_path: Path) -> None:
    path = tmp_path / "text.mp3"
    path.write_text("hello, this is text\n" * 100)
    for more in ((), ("--timeline",)):
        result = mir("identify", path, *more, status=1)
        assert result.stderr.count("\n") == 1
        assert "holds text" in result.stderr


def test_rebuild_makes_both_indexes(mir: Mir) -> None:
    assert json.loads(mir("rebuild", "--json").stdout) == {"indexed": 3, "fingerprints": 3}


def test_doctor_says_how_many_can_be_recognised(
    mir: Mir, indexed: Path, indexed_home: tuple[Path, Path]
) -> None:
    told = {}
    for home in (indexed, indexed_home[0]):
        findings = json.loads(mir("doctor", "--json", home=home).stdout)["findings"]
        told[home] = next(each for each in findings if each["name"] == "fingerprints")
    assert (told[indexed]["state"], told[indexed]["text"]) == ("ok", "3 tracks can be recognised")
    lacking = told[indexed_home[0]]
    assert lacking["text"] == "0 tracks can be recognised, 4 have no fingerprint yet"
    assert (lacking["state"], lacking["remedy"]) == ("warning", "run `mir index`")


def test_doctor_notices_a_damaged_index_which_rebuild_mends(mir: Mir, indexed: Path) -> None:
    (segment,) = (indexed / "fingerprints").glob("*.segment")
    whole = segment.read_bytes()
    segment.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        findings = json.loads(mir("doctor", "--json", status=1).stdout)["findings"]
        told = next(each for each in findings if each["name"] == "fingerprints")
        assert (told["state"], told["remedy"]) == ("problem", "run `mir rebuild`")
        assert "damaged" in told["text"]
        mir("rebuild")
        findings = json.loads(mir("doctor", "--json").stdout)["findings"]
        assert next(e["state"] for e in findings if e["name"] == "fingerprints") == "ok"
    finally:
        segment.write_bytes(whole)
