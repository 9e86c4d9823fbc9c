"""People's moods, fitted to embeddings where the truth is known because it was made up."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from mir.errors import TrainingError
from mir.training.votes import MoodHead, Votes, fit_moods, mood_axes, read_votes

MOODS = ("happy", "tense", "calm", "sad")


def written(folder: Path, text: str) -> Path:
    path = folder / "set" / "votes.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def made_up(tracks: int = 120) -> tuple[Votes, list[str], np.ndarray]:
    """Votes that follow from the first numbers of the embeddings, and those embeddings."""
    rng = np.random.default_rng(3)
    embeddings = rng.standard_normal((tracks, 12)).astype(np.float32)
    shares = 1 / (1 + np.exp(-embeddings[:, :4] + 0.3 * rng.standard_normal((tracks, 4))))
    files = [f"{number}.ogg" for number in range(tracks)]
    splits = tuple(("train", "train", "valid", "test")[number % 4] for number in range(tracks))
    return Votes(MOODS, tuple(files), splits, shares), files, embeddings


def test_votes_are_read_relative_to_their_file(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufefffile,split,artist,calm,happy\na.ogg,train,Ada,0.5,1\n")
    votes = read_votes(path, tmp_path)
    assert votes.moods == ("calm", "happy")
    assert votes.files == ("set/a.ogg",)
    np.testing.assert_array_equal(votes.shares, [[0.5, 1.0]])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "an empty file"),
        ("file,split,artist\na.ogg,train,Ada\n", "one for each mood"),
        ("file,happy\na.ogg,0.5\n", "split"),
        ("file,split,happy\na.ogg,train,1.5\n", "1.5"),
        ("file,split,happy\na.ogg,train,much\n", "much"),
        ("file,split,happy\na.ogg,train\n", "None"),
    ],
)
def test_what_is_no_file_of_votes_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(TrainingError, match=named):
        read_votes(written(tmp_path, text), tmp_path)


def test_votes_outside_the_data_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "file,split,happy\na.ogg,train,1\n")
    with pytest.raises(TrainingError, match="not a file of votes inside"):
        read_votes(path, tmp_path / "elsewhere")


def test_moods_are_read_off_embeddings_of_music_that_was_not_learnt_from() -> None:
    votes, files, embeddings = made_up()
    head = fit_moods(votes, files, embeddings)
    assert head.moods == MOODS
    asked = [row for row, split in enumerate(votes.splits) if split == "test"]
    said = embeddings[asked] @ head.weight.T + head.bias
    for place, mood in enumerate(MOODS):
        assert spearmanr(said[:, place], votes.shares[asked, place])[0] > 0.8
        assert head.correlation[mood] > 0.8


def test_the_test_side_teaches_nothing() -> None:
    votes, files, embeddings = made_up()
    asked = [row for row, split in enumerate(votes.splits) if split == "test"]
    shares = votes.shares.copy()
    shares[asked] = 1 - shares[asked]
    other = fit_moods(Votes(votes.moods, votes.files, votes.splits, shares), files, embeddings)
    np.testing.assert_array_equal(other.weight, fit_moods(votes, files, embeddings).weight)


def test_too_few_votes_are_refused() -> None:
    votes, files, embeddings = made_up(20)
    with pytest.raises(TrainingError, match="5 validate"):
        fit_moods(votes, files, embeddings)


def test_axes_are_the_corners_of_the_circumplex() -> None:
    rng = np.random.default_rng(0)
    embeddings = rng.standard_normal((400, 4)).astype(np.float32)
    head = MoodHead(MOODS, np.eye(4, dtype=np.float32), np.ones(4, np.float32), {}, 1.0)
    arousal, valence = mood_axes(head, 7, embeddings)
    assert (arousal.name, valence.name) == ("arousal", "valence")
    assert set(arousal.columns) == {7, 8, 9, 10}

    def place(axis: object, **felt: float) -> float:
        logits = dict.fromkeys(MOODS, 1.0) | {mood: 1.0 + x for mood, x in felt.items()}
        columns, weights = axis.columns, axis.weights  # type: ignore[attr-defined]
        values = [logits[MOODS[column - 7]] for column in columns]
        return float(np.tanh(axis.offset + np.dot(weights, values)))  # type: ignore[attr-defined]

    assert abs(place(arousal)) < 0.1
    for mood, aroused, pleasant in (
        ("happy", 1, 1),
        ("tense", 1, -1),
        ("calm", -1, 1),
        ("sad", -1, -1),
    ):
        assert place(arousal, **{mood: 3.0}) * aroused > 0.3
        assert place(valence, **{mood: 3.0}) * pleasant > 0.3
    places = [
        np.tanh(arousal.offset + np.dot(arousal.weights, row))
        for row in (embeddings + 1)[:, [MOODS.index(MOODS[c - 7]) for c in arousal.columns]]
    ]
    assert abs(np.mean(places)) < 0.05
    assert max(np.abs(places)) < 1


def test_no_axes_without_the_moods_that_make_them() -> None:
    head = MoodHead(("happy",), np.zeros((1, 4), np.float32), np.zeros(1, np.float32), {}, 1.0)
    assert mood_axes(head, 0, np.zeros((3, 4), np.float32)) == ()
