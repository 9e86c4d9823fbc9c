"""From a ranking to a list one can listen to: artists limited and kept apart. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mir.catalogue.text import folded
from mir.catalogue.tracks import Track

_SAME_LENGTH = 2.0  # seconds by which two files of one recording may differ


@dataclass(frozen=True, slots=True)
class Candidate:
    """A track that may be played; `artist` is None where nobody is named."""

    track: int
    artist: str | None
    score: float


def main_artist(track: Track) -> str | None:
    """Whom a listener would name first, in a spelling that can be compared."""
    return folded(track.artists[0]) if track.artists else None


def without_versions(tracks: Iterable[Track], played: Iterable[Track]) -> list[Track]:
    """The tracks in their order, without those that repeat an earlier one or one of `played`.

    Two tracks are taken for the same when title and first artist agree and their lengths
    differ by at most two seconds. Tracks without an artist are never taken for one another:
    their titles are often only numbers.
    """
    lengths: dict[tuple[str, str], list[float]] = {}

    def is_new(track: Track) -> bool:
        artist = main_artist(track)
        if artist is None:
            return True
        known = lengths.setdefault((artist, folded(track.title)), [])
        if any(abs(track.seconds - seconds) <= _SAME_LENGTH for seconds in known):
            return False
        known.append(track.seconds)
        return True

    for track in played:
        is_new(track)
    return [track for track in tracks if is_new(track)]


def listenable(
    ranking: Sequence[Candidate], count: int, after: str | None = None
) -> list[Candidate]:
    """`count` of the candidates, best first as far as variety allows.

    At most max(2, count // 4) are of one artist, unless there are too few others: then the
    best of those left over fill the list. No two in a row are of the same artist where that
    can be avoided; `after` is the artist that has just been played. Unnamed artists are
    all different.
    """
    return _spaced(_capped(ranking, count, most=max(2, count // 4)), after)


def _capped(ranking: Sequence[Candidate], count: int, most: int) -> list[Candidate]:
    taken: list[Candidate] = []
    left_over: list[Candidate] = []
    of_artist: Counter[str] = Counter()
    for candidate in ranking:
        if candidate.artist is not None and of_artist[candidate.artist] >= most:
            left_over.append(candidate)
            continue
        taken.append(candidate)
        if candidate.artist is not None:
            of_artist[candidate.artist] += 1
        if len(taken) == count:
            return taken
    return taken + left_over[: count - len(taken)]


def _spaced(chosen: Sequence[Candidate], after: str | None) -> list[Candidate]:
    """All of `chosen`, each time the first that is not of the last artist.

    An artist with more than half of what is left must come now: later there would not be
    enough others to stand between. That makes the fewest possible neighbours of one artist.
    """
    waiting = list(chosen)
    left: Counter[str] = Counter(c.artist for c in waiting if c.artist is not None)
    spaced: list[Candidate] = []
    last = after
    while waiting:
        artist, tracks = left.most_common(1)[0] if left else (None, 0)
        if artist is not None and artist != last and 2 * tracks > len(waiting):
            position = next(i for i, c in enumerate(waiting) if c.artist == artist)
        else:
            others = (i for i, c in enumerate(waiting) if c.artist is None or c.artist != last)
            position = next(others, 0)
        candidate = waiting.pop(position)
        if candidate.artist is not None:
            left[candidate.artist] -= 1
        spaced.append(candidate)
        last = candidate.artist
    return spaced
