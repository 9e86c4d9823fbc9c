"""What the strength of an alignment means: how seldom unrelated recordings reach it.

Whatever two recordings are, some path through them gains something. How much is told in two ways.
It grows with the logarithm of the product of their lengths, as for any local alignment (Karlin and
Altschul 1990, "Methods for assessing the statistical significance of molecular sequence features").
And it is more where harmony is plain, slow or common to both; so the second is also played
backwards, which keeps all of that and is a version of nothing. The strength is the gain over the
mean of the two, and strengths of unrelated pairs fall off exponentially.

The numbers below were fitted to 7,825 pairs of unrelated recordings: free music of different games,
rendered pieces, and pairs of one of each. `benchmarks/versions.py` measures what they promise.
"""

import math

LIKELY = 0.9999  # the score from which on two recordings are called likely versions

_GROWTH, _NOTHING = 1.6, 7.6  # half seconds for each factor of e; log of the pairs of frames
_LEAST = 1.5  # half seconds, for the shortest clips
_START, _FOLD = 0.66, 0.33  # of the exponential: strength, and what one in e has beyond


def strength(gain: float, backwards: float, first_frames: int, second_frames: int) -> float:
    """The gain of the best path over what chance gives, from 0.

    gain, backwards: of the best path, in half seconds, with the second recording as it is and
    reversed. Frames are the lengths of both recordings in half seconds.
    """
    cells = max(1, first_frames) * max(1, second_frames)
    expected = max(_LEAST, _GROWTH * (math.log(cells) - _NOTHING))
    return 2 * gain / (expected + backwards)


def score(strength: float) -> float:
    """The share of pairs of unrelated recordings, in [0, 1], whose alignment is weaker.

    0.999 says that one unrelated pair in a thousand aligns as well: among a hundred
    candidates a tenth of one is awaited by chance alone.
    """
    return -math.expm1(min(0.0, (_START - strength) / _FOLD))


def strength_of(score: float) -> float:
    """The strength from which on that score is reached; `score` must be in [0, 1)."""
    if not 0 <= score < 1:
        raise ValueError(f"a score of {score} has no strength of its own; choose one in [0, 1)")
    return _START - _FOLD * math.log1p(-score)
