"""Portraits for tests of reasons: made by hand, or drawn by hypothesis."""

from hypothesis import strategies as st

from mir.analysis import MOST_LABELS, Descriptors, Label
from mir.search.portrait import Portrait

KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_GENRES = ("rock", "jazz", "folk", "pop", "techno")
_INSTRUMENTS = ("piano", "choir", "harp", "flute", "organ", "cello", "brass")
_MOODS = ("calm", "sad", "happy", "tense")


def portrait(
    *genres: tuple[str, float],
    uncertain: bool = False,
    moods: dict[str, float] | None = None,
    instruments: dict[str, float] | None = None,
    tagged: tuple[str, ...] = (),
    artists: tuple[str, ...] = (),
    album: str | None = None,
    arousal: float | None = None,
    valence: float | None = None,
    **descriptors: object,
) -> Portrait:
    """A portrait of which nothing is known but what is given."""
    return Portrait(
        genres=tuple(Label(name, probability) for name, probability in genres),
        uncertain=uncertain,
        moods=tuple(Label(*pair) for pair in (moods or {}).items()),
        instruments=tuple(Label(*pair) for pair in (instruments or {}).items()),
        descriptors=Descriptors(**descriptors),  # type: ignore[arg-type]
        arousal=arousal,
        valence=valence,
        tag_genres=tagged,
        artists=artists,
        album=album,
    )


_share = st.floats(0, 1).map(lambda value: round(value, 3))


def _labels(names: tuple[str, ...], most: int) -> st.SearchStrategy[tuple[Label, ...]]:
    one = st.builds(Label, st.sampled_from(names), _share)
    return st.lists(one, max_size=most, unique_by=lambda label: label.name).map(tuple)


@st.composite
def _genres(draw: st.DrawFn) -> tuple[Label, ...]:
    """The first three of a softmax over all genres."""
    weights = draw(st.lists(st.integers(1, 50), min_size=len(_GENRES), max_size=len(_GENRES)))
    shares = sorted(
        ((weight / sum(weights), name) for weight, name in zip(weights, _GENRES, strict=True)),
        reverse=True,
    )
    return tuple(Label(name, share) for share, name in shares[:3])


_descriptors = st.builds(
    Descriptors,
    tempo=st.none() | st.floats(40, 220),
    tempo_confidence=st.none() | _share,
    key=st.none() | st.sampled_from(KEYS),
    mode=st.none() | st.sampled_from(["major", "minor"]),
    key_confidence=st.none() | _share,
    loudness=st.none() | st.floats(-30, -5),
)

portraits = st.builds(
    Portrait,
    genres=st.just(()) | _genres(),
    uncertain=st.booleans(),
    moods=_labels(_MOODS, MOST_LABELS),
    instruments=_labels(_INSTRUMENTS, MOST_LABELS),
    descriptors=_descriptors,
    arousal=st.none() | st.floats(-1, 1),
    valence=st.none() | st.floats(-1, 1),
    tag_genres=st.lists(st.sampled_from(["Rock", "Noise", "rock "]), max_size=2).map(tuple),
    artists=st.lists(st.sampled_from(["Ada", "ada", "Bo"]), max_size=2).map(tuple),
    album=st.none() | st.sampled_from(["One", "one", "Two"]),
)
"""Any two recordings, however little is known of them."""
