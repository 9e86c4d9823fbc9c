from pathlib import Path

import pytest

from mir.errors import InvalidQuery, NotFound
from mir.evaluation.labelled import read_labels

HEADER = "file,split,label,sublabel,artist\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "split.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_csv_and_columns_found_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "Mine"
    folder.mkdir()
    path = written(folder, "artist,extra,label,file,split,sublabel\nBjörk,7,pop,a/b.ogg,test,\n")

    labelled = read_labels(path)

    (item,) = labelled.items
    assert labelled.name == "Mine"
    assert item.path == folder / "a/b.ogg"
    assert (item.split, item.label, item.sublabel, item.artist) == ("test", "pop", "", "Björk")


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "a.ogg,test,pop,,\n,,,,\n\nb.ogg,train,pop,,\n")

    assert len(read_labels(path).items) == 2


def test_unknown_artists_may_be_on_both_sides(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "a.ogg,test,pop,,\nb.ogg,train,pop,,\n")

    assert [item.artist for item in read_labels(path).items] == ["", ""]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("file,split,label\n", "column sublabel, artist"),
        ("", "column file"),
        (HEADER + "a.ogg,test,pop,,\nb.ogg,dev,pop,,\n", "line 3: split is 'dev'"),
        (HEADER + "a.ogg,test,,,\n", "line 2: file and label"),
        (HEADER + "a.ogg,train,pop,,\n", "no row of split test"),
        (HEADER + "a.ogg,train,pop,,Ann\nb.ogg,test,pop,,Ann\n", "'Ann' in test and in another"),
        (HEADER + "a.ogg,test\n", "line 2: file and label"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_line(tmp_path: Path, text: str, hint: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(InvalidQuery, match=hint):
        read_labels(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"none\.csv"):
        read_labels(tmp_path / "none.csv")


def test_audio_is_no_csv(tmp_path: Path) -> None:
    path = tmp_path / "music.csv"
    path.write_bytes(b"\xff\xfb\x90\x00" * 100)

    with pytest.raises(InvalidQuery, match="no CSV"):
        read_labels(path)


def test_the_album_stands_in_for_an_unknown_artist(tmp_path: Path) -> None:
    header = "file,split,label,sublabel,artist,album\n"
    path = written(tmp_path, header + "a.ogg,test,pop,,,Hits\nb.ogg,test,pop,,Ann,Hits\n")

    unknown, known = read_labels(path).items

    assert unknown.maker not in ("", known.maker)
    assert known.maker == "Ann"
    assert unknown.release != known.release  # of the same title, but not the same album
    path = written(tmp_path, header + "a.ogg,test,pop,,,Hits\nb.ogg,train,pop,,,Hits\n")
    with pytest.raises(InvalidQuery, match="'the album Hits' in test and in another"):
        read_labels(path)
