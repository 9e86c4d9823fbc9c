"""Which sheet is followed, and what the tags of its tracks are; the sound does not matter here."""

from pathlib import Path

import pytest

from mir.analysis import Tags
from mir.audio.decode import Span
from mir.audio.parts import Division, divide, sheets_beside
from mir.audio.tags import Fields
from tests.cue_albums import cue_text

ONE = (0.0,), ("alone",)


def put(folder: Path, **texts: str) -> None:
    """Write sheets, by their names without the ending."""
    for name, text in texts.items():
        (folder / f"{name}.cue").write_text(text, encoding="utf-8")


def divided(path: Path, fields: Fields | None = None, seconds: float | None = 9.0) -> Division:
    path.touch()
    return divide(path, sheets_beside(path), fields or {}, seconds)


def titles(division: Division) -> list[str | None]:
    return [part.tags.title for part in division.parts]


@pytest.mark.parametrize("named", ["day.flac", "DAY.FLAC", "C:\\rips\\day.wav", "a/b/day.ape", "x"])
def test_a_sheet_of_the_same_name_speaks_of_the_file_whatever_it_calls_it(
    tmp_path: Path, named: str
) -> None:
    put(tmp_path, day=cue_text(named))
    found = divided(tmp_path / "day.flac")
    assert titles(found) == ["Dawn", "Noon", "Dusk"]
    assert [part.span for part in found.parts] == [Span(0, 3), Span(3, 2), Span(5, 4)]
    assert [(part.start, part.end) for part in found.parts] == [(0, 225), (225, 375), (375, None)]


def test_a_loose_sheet_speaks_of_the_file_it_names_or_that_has_its_other_ending(
    tmp_path: Path,
) -> None:
    put(tmp_path, album=cue_text("day.wav"))
    assert len(divided(tmp_path / "day.flac").parts) == 3
    assert divided(tmp_path / "night.flac") == Division()
    (tmp_path / "day.wav").touch()  # then that is the one it means
    assert divided(tmp_path / "day.flac") == Division()
    assert len(divided(tmp_path / "day.wav").parts) == 3


def test_a_sheet_of_several_files_divides_each(tmp_path: Path) -> None:
    put(
        tmp_path, both=cue_text("one.wav") + cue_text("two.wav", head="REM", titles=("a", "b", "c"))
    )
    assert titles(divided(tmp_path / "one.flac")) == ["Dawn", "Noon", "Dusk"]
    assert titles(divided(tmp_path / "two.flac")) == ["a", "b", "c"]


def test_a_sheet_beside_goes_before_one_in_the_tags_and_its_own_before_a_loose_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "day.flac"
    inside = {"cue_sheet": [cue_text("x", titles=("in", "the", "tags"))]}
    assert titles(divided(path, inside)) == ["in", "the", "tags"]
    put(tmp_path, loose=cue_text("day.flac", titles=("a", "loose", "one")))
    assert titles(divided(path, inside)) == ["a", "loose", "one"]
    put(tmp_path, day=cue_text("day.flac", titles=("its", "own", "sheet")))
    assert titles(divided(path, inside)) == ["its", "own", "sheet"]
    put(tmp_path, day="broken")
    assert titles(divided(path, inside)) == ["a", "loose", "one"]


def test_a_sheet_in_the_tags_need_not_name_the_file(tmp_path: Path) -> None:
    inside = {"cue_sheet": [cue_text("x").replace('FILE "x" WAVE\n', "")]}
    assert titles(divided(tmp_path / "day.flac", inside)) == ["Dawn", "Noon", "Dusk"]


def test_one_track_of_a_file_is_the_file_even_if_its_tags_say_more(tmp_path: Path) -> None:
    put(tmp_path, day=cue_text("day.flac", *ONE))
    assert divided(tmp_path / "day.flac", {"cue_sheet": [cue_text("x")]}) == Division()


@pytest.mark.parametrize(
    ("name", "text", "seconds", "reason"),
    [
        ("day", cue_text("day.flac"), 4.9, "track 3 begins behind the end"),
        ("day", cue_text("day.flac"), None, "how long it is"),
        ("day", "", 9.0, "names no tracks"),
        ("loose", 'FILE "day.wav" WAVE', 9.0, "names no tracks"),
    ],
)
def test_what_makes_no_sense_is_said_with_the_sheets_name(
    tmp_path: Path, name: str, text: str, seconds: float | None, reason: str
) -> None:
    put(tmp_path, **{name: text or " "})
    found = divided(tmp_path / "day.flac", seconds=seconds)
    assert found.parts == ()
    assert found.problem is not None
    assert reason in found.problem
    assert f"{name}.cue" in found.problem


def test_a_loose_sheet_about_something_else_is_no_problem(tmp_path: Path) -> None:
    put(tmp_path, notes="these are notes")
    assert divided(tmp_path / "day.flac") == Division()


def test_a_sheet_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "day.cue").symlink_to(tmp_path / "nowhere.cue")
    problem = divided(tmp_path / "day.flac").problem
    assert problem is not None
    assert "cannot be read" in problem


def test_tags_are_the_tracks_then_the_albums_then_the_files(tmp_path: Path) -> None:
    head = 'PERFORMER "Various"\nTITLE "Sum"\nREM DATE 1971\nREM GENRE Folk;Rock\nREM DISCNUMBER 2'
    text = cue_text("day.flac", head=head).replace(
        '    TITLE "Noon"', '    PERFORMER "Ann"\n    SONGWRITER "Bo"\n    ISRC DEA120000001'
    )
    put(tmp_path, day=text)
    own = {
        "title": ["Whole"],
        "artists": ["Nobody"],
        "album": ["Other"],
        "copyright": ["© Ada"],
        "isrc": ["X"],
        "artist_mbids": ["5b11f4ce-a62d-471e-81fc-a69a8278c7da"],
    }
    first, second, _ = divided(tmp_path / "day.flac", own).parts
    common = {
        "album": "Sum",
        "album_artist": "Various",
        "genres": ("Folk", "Rock"),
        "year": 1971,
        "disc_number": 2,
        "copyright": "© Ada",
    }
    assert first.tags == Tags(title="Dawn", artists=("Various",), track_number=1, **common)
    assert second.tags == Tags(
        title="Track 02",
        artists=("Ann",),
        track_number=2,
        composer="Bo",
        isrc="DEA120000001",
        **common,
    )


def test_where_the_sheet_is_silent_the_file_speaks(tmp_path: Path) -> None:
    put(tmp_path, day=cue_text("day.flac", head="REM"))
    part = divided(tmp_path / "day.flac", {"title": ["A Day"], "artists": ["Ann"]}).parts[0]
    assert part.tags == Tags(title="Dawn", artists=("Ann",), album="A Day", track_number=1)
