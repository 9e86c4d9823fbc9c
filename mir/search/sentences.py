"""Reasons in words, each made from a field of `Why` and from nothing else.

The order says how telling a coincidence is: what the question itself says, an album before an
artist, what both are before how they sound, and how fast before how loud. Then come differences,
in one sentence that begins with "but", and last where the two are nearest.
"""

from collections.abc import Iterator, Sequence

from mir.analysis import Label
from mir.durations import clock, moment
from mir.search.why import Key, Names, NearestPassages, Shared, Tempo, Why

MOST_SHARED = 4  # sentences of what is shared, and notes
MOST_DIFFERENCES = 3  # named in the one sentence
_SHARED_IN_SHORT = 2
_NAMES_SHOWN = 3

_TEMPO_WORDS = {"same": "similar tempo", "double": "twice the tempo", "half": "half the tempo"}
_KEY_WORDS = {"relative": "relative keys", "neighbouring": "neighbouring keys"}


def sentences(why: Why) -> tuple[str, ...]:
    """At most six: four of what is shared, one of differences, one of passages; maybe none."""
    told = _told(why, MOST_SHARED)
    if why.passages and why.passages.pairs > 1:
        return (*told, nearest_passages(why.passages))
    return told


def in_short(why: Why) -> tuple[str, ...]:
    """The most telling sentences, for a narrow place: two of what is shared, and the "but"."""
    return _told(why, _SHARED_IN_SHORT)


def nearest_passages(found: NearestPassages) -> str:
    """As "1:12 here is nearest to 2:40 there": here in the query, there in the track."""
    return f"{moment(found.query.start)} here is nearest to {moment(found.track.start)} there"


def beginning(offset: float) -> str:
    """Where in a track a clip begins, to the nearest second: "at 1:12".

    offset: seconds into the track; negative where the clip begins before it: "from 0:06 of the
    clip on".
    """
    if offset <= -1:
        return f"from {clock(-offset)} of the clip on"
    return f"at {clock(max(0.0, offset))}"


def _told(why: Why, most_shared: int) -> tuple[str, ...]:
    shared = [*why.notes, *_shared(why)][:most_shared]
    differing = list(_differing(why))[:MOST_DIFFERENCES]
    return (*shared, f"but: {', '.join(differing)}") if differing else tuple(shared)


def _shared(why: Why) -> Iterator[str]:
    if why.album:
        yield f"from the same album, {why.album}"
    elif why.artist:
        yield f"by the same artist, {why.artist}"
    if why.genres.shared:
        first = why.genres.shared[0]
        yield f"both {'' if why.same_genre else 'touch '}{first.name} ({_percents(first)})"
    elif why.tag_genres:
        yield f"both tagged {', '.join(why.tag_genres[:_NAMES_SHOWN])}"
    for verb, names in (("both have", why.instruments), ("both sound", why.moods)):
        if names.shared:
            yield f"{verb} {_listed([each.name for each in names.shared[:_NAMES_SHOWN]])}"
    if why.tempo and why.tempo.relation in _TEMPO_WORDS:
        yield f"{_TEMPO_WORDS[why.tempo.relation]}, {_tempi(why.tempo)}"
    if why.key and why.key.relation == "same":
        yield f"same key, {why.key.query}"
    elif why.key and why.key.relation in _KEY_WORDS:
        yield f"{_KEY_WORDS[why.key.relation]}, {_keys(why.key)}"
    if why.loudness:
        yield f"similar loudness, {why.loudness.query:.1f} and {why.loudness.track:.1f} LUFS"


def _differing(why: Why) -> Iterator[str]:
    yield from _instead(why.genres, more="also", less="not")
    yield from (feeling.relation for feeling in why.feelings)
    yield from _instead(why.instruments, more="with", less="no")
    yield from _instead(why.moods, more="also", less="not")
    if why.tempo and why.tempo.percent is not None:
        yield f"{why.tempo.percent:.0f}% {why.tempo.relation}"
    if why.key and why.key.relation == "far":
        yield f"keys far apart, {_keys(why.key)}"


def _instead(names: Names, more: str, less: str) -> Iterator[str]:
    """The surest of each side: what the track has instead, what more, or what it lacks."""
    here, there = _first(names.query_only), _first(names.track_only)
    if here and there:
        yield f"{there} instead of {here}"
    elif there:
        yield f"{more} {there}"
    elif here:
        yield f"{less} {here}"


def _first(labels: Sequence[Label]) -> str | None:
    return labels[0].name if labels else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if names[1:] else names[0]


def _percents(found: Shared) -> str:
    return f"{found.query:.0%} and {found.track:.0%}"


def _tempi(found: Tempo) -> str:
    return f"{found.query:.0f} and {found.track:.0f} BPM"


def _keys(found: Key) -> str:
    return f"{found.query} and {found.track}"
