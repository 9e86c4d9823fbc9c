"""Covers for tracks without one, drawn from how they sound: the same track, the same picture.

The key sets the colour (neighbours on the circle of fifths have neighbouring hues, minor is
darker), and the mean and spread of the MFCCs set the shape, so tracks that sound alike look alike.
"""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

from mir.catalogue.tracks import Track

SIZE = 240  # side of the square, in SVG units
_FIFTHS = ("C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#", "F")
_BARS = 16


def draw(track: Track) -> str:
    """An SVG picture of the track's sound."""
    digest = hashlib.blake2b(track.audio_hash.encode(), digest_size=16).digest()
    sound = track.descriptors
    hue = _FIFTHS.index(sound.key) * 30 if sound.key in _FIFTHS else digest[0] * 360 // 256
    hue = (hue + digest[1] % 24 - 12) % 360
    dark = 30 if sound.mode == "minor" else 42
    heights = _heights(sound.mfcc_std, sound.mfcc_mean, digest)
    shape = (_pillars, _rings, _hills)[digest[2] % 3](heights)
    start = f"hsl({hue},46%,{dark}%)"
    end = f"hsl({(hue + 44) % 360},52%,{dark + 22}%)"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">'
        '<defs><linearGradient id="g" x1="0" y1="1" x2="1" y2="0">'
        f'<stop offset="0" stop-color="{start}"/><stop offset="1" stop-color="{end}"/>'
        f'</linearGradient></defs><rect width="{SIZE}" height="{SIZE}" fill="url(#g)"/>'
        f'<g fill="#fff" stroke="#fff">{shape}</g></svg>'
    )


def _heights(spread: Sequence[float], mean: Sequence[float], digest: bytes) -> list[float]:
    """One height in [0.12, 1] for each bar, from the sound where it was measured."""
    if len(spread) > _BARS and len(mean) > _BARS:
        raw = [abs(mean[i]) / 12 + spread[i] for i in range(1, _BARS + 1)]
    else:
        raw = [float(byte) for byte in digest[:_BARS]]
    low, high = min(raw), max(raw)
    return [0.12 + 0.88 * ((value - low) / (high - low or 1)) ** 0.7 for value in raw]


def _pillars(heights: Sequence[float]) -> str:
    step = SIZE * 0.7 / len(heights)
    return "".join(
        f'<rect x="{SIZE * 0.15 + i * step:.1f}" y="{SIZE / 2 - h * 62:.1f}" '
        f'width="{step * 0.55:.1f}" height="{h * 124:.1f}" rx="{step * 0.27:.1f}" '
        'stroke="none" fill-opacity=".82"/>'
        for i, h in enumerate(heights)
    )


def _rings(heights: Sequence[float]) -> str:
    step = SIZE * 0.44 / len(heights)
    rings = "".join(
        f'<circle cx="{SIZE / 2}" cy="{SIZE / 2}" r="{12 + i * step:.1f}" fill="none" '
        f'stroke-width="{h * step * 0.8:.1f}" stroke-opacity="{0.25 + 0.5 * h:.2f}"/>'
        for i, h in enumerate(heights)
    )
    return f'{rings}<circle cx="{SIZE / 2}" cy="{SIZE / 2}" r="5" stroke="none"/>'


def _hills(heights: Sequence[float]) -> str:
    ridges = []
    for row in range(4):
        base = SIZE * (0.42 + row * 0.17)
        turned = [*heights[row * 4 :], *heights[: row * 4]][:9]
        step = SIZE / (len(turned) - 1)
        points = [(i * step, base - h * 46) for i, h in enumerate(turned)]
        path = f"M0 {points[0][1]:.1f}"
        for (x0, y0), (x1, y1) in pairwise(points):
            middle = (x0 + x1) / 2
            path += f"C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        opacity = f"{0.14 + 0.1 * row:.2f}"
        ridges.append(f'<path d="{path}V{SIZE}H0Z" stroke="none" fill-opacity="{opacity}"/>')
    return "".join(ridges)
