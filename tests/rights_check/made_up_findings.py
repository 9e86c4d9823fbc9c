"""What was shared, made up: for tests of what is made of it."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from mir.catalogue.tracks import Track
from mir.comparison import SameMusic
from mir.fingerprint.overlap import Overlap, Stretch
from mir.versions import alignment


def track(number: int, **known: Any) -> Track:
    """A track of that id of which nothing but what is given is known."""
    nothing: dict[str, Any] = {field.name: None for field in fields(Track)}
    lists = dict.fromkeys(("artists", "artist_mbids", "tag_genres", "genres"), ())
    always = {"id": number, "title": f"Track {number}", "paths": (Path(f"/music/{number}.mp3"),)}
    return Track(**(nothing | lists | always | known))


def line(
    *stretches: tuple[float, float, float],
    covered: float = 0.1,
    other_covered: float = 0.1,
    agreement: float = 0.9,
    tempo: float = 1.0,
    score: float = 20.0,
    number: int = 1,
) -> Overlap:
    """A line of stretches (start, end, start in the track)."""
    parts = tuple(Stretch(a, b, at, at + (b - a) * tempo, score) for a, b, at in stretches)
    return Overlap(number, parts, covered, other_covered, agreement, tempo)


def music(start: float = 10, end: float = 70, number: int = 1, tempo: float = 1.25) -> SameMusic:
    """Music that a file of 100 s shares, the track `tempo` times as fast and two higher."""
    second = alignment.Stretch(20, 20 + (end - start) / tempo)
    first = alignment.Stretch(start, end)
    aligned = alignment.Alignment(8.0, 1.0, first, second, 2, tempo)
    return SameMusic(number, aligned, 100.0, 100.0)
