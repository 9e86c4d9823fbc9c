import os
from pathlib import Path

from mir.audio.sheets import Sheets, is_sheet, stamped
from mir.audio.walk import FoundFile, walk


def test_sheets_belong_to_the_files_whose_name_they_bear() -> None:
    sheets = Sheets.among(
        ["A.CUE", "b.flac.cue", "b.cue", "zz.cue", "any.cue"], ["a.flac", "b.flac", "c.mp3"]
    )
    assert sheets.of("a.flac") == ("A.CUE", "any.cue", "zz.cue")
    assert sheets.of("b.flac") == ("b.cue", "b.flac.cue", "any.cue", "zz.cue")
    assert sheets.of("c.mp3") == ("any.cue", "zz.cue")
    assert Sheets.among([], ["a.flac"]).of("a.flac") == ()
    assert Sheets.among(["u\u0308ber.cue"], ["Über.flac"]).of("Über.flac") == ("u\u0308ber.cue",)


def test_hidden_files_are_no_sheets() -> None:
    assert is_sheet("Album.Cue")
    assert not is_sheet("._Album.cue")
    assert not is_sheet("album.cue.txt")


def test_a_stamp_tells_every_change_of_a_sheet_and_keeps_the_second(tmp_path: Path) -> None:
    path, sheet = tmp_path / "a.flac", tmp_path / "a.cue"
    time = 1_700_000_000_123_456_789
    sheet.write_text("one")
    os.utime(sheet, ns=(time, time))
    seen = {time, first := stamped(path, ["a.cue"], time)}
    assert first // 10**9 == time // 10**9
    assert stamped(path, ["a.cue"], time) == first
    sheet.write_text("longer")
    os.utime(sheet, ns=(time, time))
    seen.add(stamped(path, ["a.cue"], time))
    os.utime(sheet, ns=(time - 10**12, time - 10**12))
    seen.add(stamped(path, ["a.cue"], time))
    seen.add(stamped(path, ["a.cue"], time + 1))
    seen.add(stamped(tmp_path / "b.flac", ["a.cue"], time))
    sheet.rename(tmp_path / "other.cue")
    seen.add(stamped(path, ["other.cue"], time))
    assert len(seen) == 7
    assert stamped(path, ["gone.cue"], time) == time


def test_a_folder_that_moves_as_a_whole_looks_the_same(tmp_path: Path) -> None:
    album = tmp_path / "here" / "album"
    album.mkdir(parents=True)
    for name in ("day.flac", "Ada - Day.cue", "night.mp3", "night.cue"):
        (album / name).write_bytes(b"x")

    def looks(root: Path) -> list[tuple[str, int, int]]:
        found = [item for item in walk(root) if isinstance(item, FoundFile)]
        return [(item.path.name, item.size, item.modified_ns) for item in found]

    before = looks(tmp_path)
    assert [name for name, _, _ in before] == ["day.flac", "night.mp3"]
    album.rename(tmp_path / "there")
    assert looks(tmp_path) == before
    (tmp_path / "there" / "night.cue").unlink()
    after = looks(tmp_path)
    assert after[0] == before[0]
    assert after[1] != before[1]
