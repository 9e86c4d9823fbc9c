"""From a ranking to a list one can listen to: artists limited and kept apart. Pure."""

from collections import Counter
from collections.abc import Sequence

from mir.search.variety import Candidate, capped


def listenable(
    ranking: Sequence[Candidate],
    count: int,
    after: str | None = None,
    per_artist: int | None = None,
    per_album: int | None = None,
) -> list[Candidate]:
    """`count` of the candidates, best first as far as variety allows.

    At most max(2, count // 4), or `per_artist`, are of one artist, and at most `per_album` of one
    album (None: any number), unless there are too few others: then the best of those left over
    fill the list. No two in a row are of the same artist where that can be avoided; `after` is the
    artist that has just been played. Unnamed artists are all different.
    """
    most = max(2, count // 4) if per_artist is None else per_artist
    within, over = capped(ranking, most, per_album)
    return _spaced([*within, *over][:count], after)


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
