from collections import Counter

import pytest

from mir.model.labels import GENRE_SYNONYMS, GENRES, canonical_genre


def test_a_teacher_tag_speaks_for_one_genre_only() -> None:
    for kind in ("msd", "audioset"):
        counts = Counter(tag for members in GENRES.values() for tag in getattr(members, kind))
        assert [tag for tag, count in counts.items() if count > 1] == []


@pytest.mark.parametrize(
    ("name", "ours"),
    [("Rock", "rock"), (" jungle ", "drum and bass"), ("Hip-Hop", "hip hop"), ("polka", None)],
)
def test_other_words_for_a_genre(name: str, ours: str | None) -> None:
    assert canonical_genre(name) == ours


def test_synonyms_lead_to_genres() -> None:
    assert set(GENRE_SYNONYMS.values()) <= set(GENRES)
