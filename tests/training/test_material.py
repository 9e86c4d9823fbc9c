from pathlib import Path

import numpy as np
import pytest
from labelled_music import LabelledMusic

from mir.errors import TrainingError
from mir.model.labels import GENRES
from mir.training.material import Material, gather


def test_peoples_names_become_the_genres(by_people: Material) -> None:
    assert by_people.genres == ("beats", "drones")
    assert len(by_people.genre_of) == len(by_people.labels) == 20
    assert by_people.genre_of["beats/beats artist 0/0.wav"] == 0
    assert by_people.teacher is None
    assert not by_people.teaches_genres
    assert all(stretch.rows is None for stretch in by_people.stretches)
    assert by_people.described == "20 files with people's labels of 20"


def test_artists_stay_on_one_side(by_people: Material) -> None:
    sides: dict[str, set[str]] = {}
    for each in by_people.labels:
        assert each.artist is not None
        sides.setdefault(each.artist, set()).add(by_people.sides[each.file])
    assert all(len(on) == 1 for on in sides.values())
    assert {side for on in sides.values() for side in on} == {"train", "valid", "test"}


def test_with_a_teacher_the_genres_are_mirs_own(by_both: Material) -> None:
    assert by_both.genres == tuple(GENRES)
    assert by_both.teaches_genres
    assert {by_both.genres[genre] for genre in by_both.genre_of.values()} == {"ambient", "techno"}
    assert len(by_both.genre_of) == 4  # of 16 files
    assert by_both.teacher is not None
    for stretch in by_both.stretches:
        assert stretch.rows is not None
        starts = by_both.teacher.start[stretch.rows]
        assert np.allclose(np.diff(starts), 2.992, atol=0.02)
        assert (by_both.teacher.file_index[stretch.rows] == stretch.rows[0] // 4).all()


def test_beside_a_teacher_peoples_names_can_still_be_the_genres(
    labelled_music: LabelledMusic, tmp_path: Path
) -> None:
    material = gather(
        labelled_music.data,
        [labelled_music.labels],
        labelled_music.teacher,
        taxonomy="labels",
        cache=tmp_path,
    )
    assert material.genres == ("ambient", "techno")
    assert material.teacher is not None
    assert not material.teaches_genres


def test_music_without_labels_of_people_is_split_by_folder(
    labelled_music: LabelledMusic, tmp_path: Path
) -> None:
    material = gather(labelled_music.data, [], labelled_music.teacher, cache=tmp_path)
    sides: dict[str, set[str]] = {}
    for file, side in material.sides.items():
        sides.setdefault(file.rpartition("/")[0], set()).add(side)
    assert all(len(on) == 1 for on in sides.values())
    assert material.labels == ()


def test_the_digest_tells_other_labels_and_other_music_apart(
    genre_folders: Path, by_people: Material, tmp_path: Path
) -> None:
    again = gather(genre_folders, ["folders"], None, cache=tmp_path)
    assert again.digest == by_people.digest
    csv = tmp_path / "labels.csv"
    rows = [f"{each.file},x{each.label},{each.artist}" for each in by_people.labels]
    csv.write_text("\n".join(["file,label,artist", *rows]) + "\n")
    other = gather(genre_folders, [csv], None, cache=tmp_path)
    assert other.genres == ("xbeats", "xdrones")
    assert other.digest != by_people.digest


def test_damaged_files_are_told_and_not_learnt_from(genre_folders: Path, tmp_path: Path) -> None:
    damaged = genre_folders / "beats" / "beats artist 0" / "damaged.mp3"
    damaged.write_text("this is no music")
    try:
        material = gather(genre_folders, ["folders"], None, cache=tmp_path)
    finally:
        damaged.unlink()
    name = "beats/beats artist 0/damaged.mp3"
    assert name in material.skipped
    assert name not in material.sides
    assert len(material.labels) == 20


@pytest.mark.parametrize(
    ("labels", "teacher", "taxonomy", "message"),
    [
        ([], False, None, "nothing to learn: give labels of people .--labels., of teachers"),
        ([], True, "labels", "takes its genres from labels of people; give --labels"),
        (["folders"], False, "mir", r"labels \(beats, drones\) are among mir's genres; use"),
        (["folders"], False, "discogs", "taxonomy is 'discogs'; it must be mir or labels"),
        (["folders", "folders"], False, None, "is labelled twice"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused_with_the_remedy(
    genre_folders: Path,
    labelled_music: LabelledMusic,
    tmp_path: Path,
    labels: list[str],
    teacher: bool,
    taxonomy: str | None,
    message: str,
) -> None:
    with pytest.raises(TrainingError, match=message):
        gather(
            genre_folders,
            labels,
            labelled_music.teacher if teacher else None,
            taxonomy=taxonomy,
            cache=tmp_path,
        )


def test_music_that_is_not_there_is_said(labelled_music: LabelledMusic, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"none of the 16 .*: 0\.wav does not exist"):
        gather(tmp_path, [], labelled_music.teacher, cache=tmp_path / "cache")
    with pytest.raises(TrainingError, match="is not a folder"):
        gather(tmp_path / "gone", [], labelled_music.teacher, cache=tmp_path / "cache")
