import os
from pathlib import Path

import numpy as np
import pytest
from small_library import write_audio

from mir.analysis import Tags
from mir.errors import TrainingError
from mir.training.labels import LabelledFile, read_labels

_SILENCE = np.zeros(800, np.float32)


def music(data: Path, name: str, tags: Tags | None = None) -> Path:
    path = data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_audio(path, _SILENCE, 8_000, tags)


def sheet(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(data: Path, source: str | Path) -> tuple[dict[str, LabelledFile], dict[str, str]]:
    left_out: dict[str, str] = {}
    files = read_labels(data, source, left_out.__setitem__)
    assert [each.file for each in files] == sorted(each.file for each in files)
    return {each.file: each for each in files}, left_out


def test_folders_name_labels_and_artists_where_the_tags_do_not(tmp_path: Path) -> None:
    music(tmp_path, "Rock/Ada/First/one.flac")
    music(tmp_path, "Rock/Ada/First/two.mp3", Tags(artists=("Bea",), album="Second"))
    music(tmp_path, "rock/three.wav")
    music(tmp_path, "Jazz/Cleo/four.ogg")
    music(tmp_path, "loose.flac")
    (tmp_path / "Jazz" / "notes.txt").write_text("no music")
    files, left_out = read(tmp_path, "folders")
    first = LabelledFile("Rock/Ada/First/one.flac", "Rock", None, "Ada", "First", None)
    assert files[first.file] == first
    assert files["Rock/Ada/First/two.mp3"].artist == "Bea"
    assert files["Rock/Ada/First/two.mp3"].album == "Second"
    assert files["rock/three.wav"].label == "Rock"  # the more frequent spelling
    assert files["rock/three.wav"].artist is None
    assert files["Jazz/Cleo/four.ogg"].artist == "Cleo"
    assert len(files) == 4
    assert list(left_out) == ["loose.flac"]
    assert "folder that would name its label" in left_out["loose.flac"]


def test_a_folder_whose_name_is_not_utf8_gives_a_label_and_a_file_that_opens(
    tmp_path: Path,
) -> None:
    music(tmp_path, "Reggae/a.flac")
    (tmp_path / "Reggae").rename(tmp_path / os.fsdecode(b"R\xe9ggae"))
    music(tmp_path, "Rock/a.flac")
    files, _ = read(tmp_path, "folders")
    assert sorted(each.label for each in files.values()) == ["Rock", "R\ufffdggae"]
    assert all((tmp_path / file).is_file() for file in files)


def test_one_name_in_two_unicode_forms_is_one_label(tmp_path: Path) -> None:
    music(tmp_path, "caf\u00e9/a.flac")
    music(tmp_path, "cafe\u0301/b.flac")
    music(tmp_path, "rock/c.flac")
    files, _ = read(tmp_path, "folders")
    assert sorted({each.label for each in files.values()}) == ["caf\u00e9", "rock"]


def test_tags_give_the_first_genre_of_those_with_enough_artists(tmp_path: Path) -> None:
    for artist in ("Ada", "Bea", "Cleo"):
        for genre in ("Rock", "Folk"):
            tags = Tags(artists=(artist,), album="One", genres=(genre, "Odd"))
            music(tmp_path, f"{artist}-{genre}.flac", tags)
    music(tmp_path, "rare.flac", Tags(artists=("Ada",), genres=("Odd",)))
    music(tmp_path, "bare.flac", Tags(artists=("Ada",)))
    (tmp_path / "empty.mp3").touch()
    files, left_out = read(tmp_path, "tags")
    assert files["Ada-Rock.flac"] == LabelledFile("Ada-Rock.flac", "Rock", None, "Ada", "One", None)
    assert {each.label for each in files.values()} == {"Rock", "Folk"}
    assert left_out["rare.flac"] == "only 1 artist of its genre 'Odd'; tag at least 3"
    assert "no genre" in left_out["bare.flac"]
    assert "empty" in left_out["empty.mp3"]
    assert len(files) == 6


def test_the_album_artist_stands_in_only_if_it_is_somebody(tmp_path: Path) -> None:
    music(tmp_path, "a/1.flac", Tags(artists=("Various",), album_artist="Ada", album="One"))
    music(tmp_path, "b/2.flac", Tags(album_artist="Various Artists", album="Two"))
    files, _ = read(tmp_path, "folders")
    assert files["a/1.flac"].artist == "Ada"
    assert files["b/2.flac"].artist is None


def test_a_csv_inside_the_data_is_relative_to_its_folder(tmp_path: Path) -> None:
    music(tmp_path, "set/one.flac", Tags(artists=("Ada",), album="One"))
    music(tmp_path, "set/two.flac", Tags(artists=("Ada",), album="One"))
    path = sheet(
        tmp_path / "set" / "labels.csv",
        "\ufeffmood,file,label,split,sublabel,artist\n"
        "glad,one.flac,Rock,Train,punk,Bea\n"
        ",two.flac,Jazz,,,\n"
        ",,,,,\n",
    )
    files, left_out = read(tmp_path, path)
    assert files["set/one.flac"] == LabelledFile(
        "set/one.flac", "Rock", "punk", "Bea", "One", "train"
    )
    assert files["set/two.flac"] == LabelledFile("set/two.flac", "Jazz", None, "Ada", "One", None)
    assert left_out == {}


def test_a_csv_elsewhere_is_relative_to_the_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    music(data, "a/one.flac")
    music(data, "two.flac")
    path = sheet(tmp_path / "l.csv", f"file,label\na/../a/one.flac,x\n{data}/two.flac,y\n")
    files, _ = read(data, path)
    assert {file: each.label for file, each in files.items()} == {
        "a/one.flac": "x",
        "two.flac": "y",
    }


def test_what_a_csv_names_in_vain_is_left_out_with_its_reason(tmp_path: Path) -> None:
    for name in ("a.flac", "b.flac", "c.flac"):
        music(tmp_path, name)
    path = sheet(
        tmp_path / "l.csv", "file,label\na.flac,x\na.flac,X\nb.flac,y\nc.flac,\ngone.flac,x\n"
    )
    files, left_out = read(tmp_path, path)
    assert sorted(files) == ["a.flac", "b.flac"]
    assert left_out["c.flac"] == "no label in line 5 of l.csv; give it one"
    assert "does not exist" in left_out["gone.flac"]
    assert len(left_out) == 2


def test_a_file_whose_name_is_not_utf8_can_stand_in_a_csv(tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9.flac")
    music(tmp_path, "plain.flac").rename(tmp_path / odd)
    music(tmp_path, "b.flac")
    path = tmp_path / "l.csv"
    path.write_bytes(b"file,label\ncaf\xe9.flac,x\nb.flac,y\n")
    files, _ = read(tmp_path, path)
    assert files[odd].label == "x"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"file;label\na.flac;x\n", "lacks the column file"),
        (b"file,split\na.flac,test\n", "lacks the column label"),
        (b"", "lacks the column file"),
        (b"file,label,split\na.flac,x,testing\n", r"line 2: the split is 'testing'; write train"),
        (b"file,label\n,x\n", "line 2: no file is named"),
        (b"file,label\na.flac,R\xe9ggae\n", "line 2: the label is not in UTF-8"),
        (b"file,label\n../a.flac,x\n", r"line 2: \.\./a\.flac lies outside"),
        (b"file,label\na.flac,x\na.flac,y\n", "lines 2 and 3: a.flac stands there twice"),
        (b"file,label,split\na.flac,x,test\na.flac,x,train\n", "different labels or splits"),
        (b"file,label\ngone.flac,x\n", r"1 left out; gone\.flac: gone\.flac does not exist"),
        (b"file,label\na.flac,x\nb.flac,x\n", "all 2 labelled files .* bear the label 'x'"),
        (b"file,label\n\0,x\n", "1 left out"),
    ],
)
def test_a_csv_that_cannot_be_used_is_refused_with_the_place(
    tmp_path: Path, text: bytes, said: str
) -> None:
    music(tmp_path, "a.flac")
    music(tmp_path, "b.flac")
    path = tmp_path / "l.csv"
    path.write_bytes(text)
    with pytest.raises(TrainingError, match=said):
        read_labels(tmp_path, path)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is not a folder"):
        read_labels(tmp_path / "gone", "folders")
    with pytest.raises(TrainingError, match='name a CSV file, or "folders" or "tags"'):
        read_labels(tmp_path, "genres")
    with pytest.raises(TrainingError, match=r"no music under .* has a label by folders"):
        read_labels(tmp_path, "folders")
