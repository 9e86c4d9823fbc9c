from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from mir.analysis import Label
from mir.errors import InvalidQuery, NotFound
from mir.evaluation.hearing import HeardSet
from mir.evaluation.tags import EveryName, names_of, tag_tables
from mir.evaluation.voted import Question, VotedSet, read_votes
from mir.model.embedder import Embedder

KNOWN = ("happy", "sad", "male voice", "arousal")
HEADER = "file,split,artist,Male_Voice,joy,mood,genre of it\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "votes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_belong_to_the_names_they_bear_or_are_given(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "a.ogg,test,Ann,1,.5,x,rock\nb.ogg,train,Bo,0,,y,jazz\n")

    voted = read_votes(path, KNOWN, {"joy": "happy"})

    assert list(map(str, voted.votes)) == ["Male_Voice = male voice", "joy = happy"]
    np.testing.assert_equal(voted.votes[Question("joy", "happy")], [0.5, np.nan])
    assert voted.unmatched == ("mood", "genre of it")
    assert voted.labelled.items[0].artist == "Ann"


@pytest.mark.parametrize(
    ("text", "match", "hint"),
    [
        ("file,split\na,test\n", {}, "lacks the column artist"),
        (HEADER + "a,test,A,1,2,3,4\n", {"joi": "happy"}, "no column 'joi'; it has Male_Voice"),
        (HEADER + "a,test,A,1,2,3,4\n", {"joy": "hapy"}, "knows no 'hapy'; it knows happy, sad"),
        (HEADER + "a,test,A,yes,2,3,4\n", {}, "line 2: Male_Voice is 'yes'"),
        (HEADER + "a,test,A,inf,2,3,4\n", {}, "line 2: Male_Voice is 'inf'"),
        (HEADER + "a,train,A,1,2,3,4\n", {}, "no row of split test"),
        (HEADER + "a,test,A,1,2,3,4\nb,train,A,1,2,3,4\n", {}, "'A' in test and in another"),
        ("file,split,artist,mood\na,test,A,1\n", {}, "no column that bears one"),
        (HEADER, {}, "no row of split test"),
    ],
)
def test_a_wrong_file_is_refused(
    tmp_path: Path, text: str, match: dict[str, str], hint: str
) -> None:
    with pytest.raises(InvalidQuery, match=hint):
        read_votes(written(tmp_path, text), KNOWN, match)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"none\.csv"):
        read_votes(tmp_path / "none.csv", KNOWN, {})


def made(folder: Path, knows: float, learns: float, seed: int = 0) -> tuple[VotedSet, HeardSet]:
    """A CSV of 120 tracks with votes, and a hearing that knows and MFCCs that tell of them."""
    rng = np.random.default_rng(seed)
    lines, heard = ["file,split,artist,happy,male voice\n"], []
    for i in range(120):
        vote = rng.random()
        split = "test" if i % 3 == 0 else "train"
        sung = "" if i % 5 == 0 else str(int(vote > 0.6))
        lines.append(f"{i},{split},artist {i},{vote:.3f},{sung}\n")
        happy = float(knows * vote + (1 - knows) * rng.random())
        hearing = SimpleNamespace(
            moods=(Label("happy", happy),),
            instruments=(Label("male voice", happy / 2),),
            genres=(Label("rock", 1.0),),
        )
        told = learns * vote + 0.1 * rng.random()
        descriptors = SimpleNamespace(mfcc_mean=(told, rng.random()), mfcc_std=())
        heard.append(SimpleNamespace(hearing=hearing, descriptors=descriptors))
    path = written(folder, "".join(lines))
    voted = read_votes(path, ("happy", "male voice"), {})
    return voted, HeardSet("mine", voted.labelled.items, tuple(heard), ())


def test_graded_votes_are_judged_by_rank_and_yes_or_no_by_the_curve(tmp_path: Path) -> None:
    voted, heard_set = made(tmp_path, knows=0.9, learns=1.0)

    auc, precision, correlation = tag_tables(voted, {"mir": heard_set}, np.random.default_rng(0))

    (row,) = correlation.rows
    assert row.name == "happy"
    assert row.cells["n"] == 40
    assert row.cells["mir"].value > 0.9
    assert row.cells["MFCC"].value > 0.8
    assert abs(row.cells["random"].value) < 0.4
    assert row.cells["mir"].low < row.cells["mir"].value < row.cells["mir"].high
    (row,) = auc.rows
    assert row.name == "male voice"
    assert row.cells["n"] == 32  # of eight nobody was asked
    assert row.cells["mir"].value > 0.9
    assert precision.rows[0].cells["mir"].value > 0.8
    assert list(row.cells) == ["n", "random", "MFCC", "mir"]


def test_a_model_that_knows_nothing_is_no_better_than_chance(tmp_path: Path) -> None:
    voted, heard_set = made(tmp_path, knows=0.0, learns=0.0, seed=1)

    *_, correlation = tag_tables(voted, {"mir": heard_set}, np.random.default_rng(0))

    assert correlation.rows[0].cells["mir"].low < 0 < correlation.rows[0].cells["mir"].high


def test_models_stand_side_by_side(tmp_path: Path) -> None:
    voted, good = made(tmp_path, knows=0.9, learns=0.0)
    _, poor = made(tmp_path, knows=0.1, learns=0.0)

    *_, correlation = tag_tables(voted, {"before": poor, "mir": good}, np.random.default_rng(0))

    cells = correlation.rows[0].cells
    assert list(cells)[-2:] == ["before", "mir"]
    assert cells["mir"].value > cells["before"].value


def test_an_ear_for_evaluation_names_everything_however_improbable() -> None:
    ear = EveryName(Embedder.load)
    names = names_of(Embedder.load().info)

    mel = np.random.default_rng(0).random((400, 96), np.float32)
    hearing, shown = ear.hear([mel]), Embedder.load().hear([mel])

    told = [label.name for label in (*hearing.moods, *hearing.instruments, *hearing.genres)]
    assert sorted(told) == sorted(name for name in names if name not in ("arousal", "valence"))
    assert sum(label.probability for label in hearing.genres) == pytest.approx(1.0, abs=1e-5)
    assert all(0 <= label.probability <= 1 for label in (*hearing.moods, *hearing.instruments))
    # What is shown of it otherwise is a part of it.
    assert hearing.genres[:3] == shown.genres
    assert {*shown.moods, *shown.instruments} <= {*hearing.moods, *hearing.instruments}
    assert hearing.vector.tolist() == shown.vector.tolist()
