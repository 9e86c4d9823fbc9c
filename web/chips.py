"""The filters that are in use, each in words and with the query that is left without it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from mir.durations import clock
from web.acting import me
from web.schemas import FilterFields

_EACH = {
    "genre": "Genre: {}",
    "all_genres": "Also genre: {}",
    "not_genre": "not: {}",
    "mood": "Mood: {}",
}  # fields of several values, each of which is a chip
_ONE = {
    "artist": "Artist: {}",
    "album": "Album: {}",
    "path": "Files: {}",
    "added_since": "Added since {}",
    "not_played_since": "not played since {}",
}
_RANGES = {"year": ("Year {}", ""), "bpm": ("Tempo {}", " BPM"), "seconds": ("Length {}", "")}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use: what it says, the fields that it takes, and the query without it."""

    words: str
    fields: tuple[str, ...]
    value: str | None  # of a field of several values: which of them
    rest: str  # as part of an address


def chips(query: FilterFields) -> list[Chip]:
    """The filters that the query holds, in the order of the grammar; also its text."""
    given = query.model_dump(exclude_defaults=True, exclude={"offset", "limit", "timeline"})
    if given.get("listener") == me():
        given.pop("listener", None)
    return [
        Chip(words, fields, value, _without(given, fields, value))
        for words, fields, value in _said(given)
    ]


def _said(given: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    if "q" in given:
        yield f"“{given['q']}”", ("q",), None
    for name, words in _EACH.items():
        for value in given.get(name, ()):
            yield words.format(value), (name,), value
    if "genre_by" in given:
        by = {"tag": "tags", "model": "the model"}[given["genre_by"]]
        yield f"Genres by {by}", ("genre_by",), None
    for name in ("artist", "album"):
        if name in given:
            yield _ONE[name].format(given[name]), (name,), None
    for name, (words, unit) in _RANGES.items():
        fields = (f"{name}_from", f"{name}_to")
        first, last = (given.get(field) for field in fields)
        if first is not None or last is not None:
            yield words.format(_between(name, first, last)) + unit, fields, None
    if "key" in given:
        neighbours = " and neighbours" if given.get("harmonic") else ""
        yield f"Key {given['key']}{neighbours}", ("key", "harmonic"), None
    for name in ("path", "added_since"):
        if name in given:
            yield _ONE[name].format(given[name]), (name,), None
    if "licence" in given:
        whether = {"any": "With a licence", "none": "Without a licence"}
        licence = given["licence"]
        yield whether.get(licence.strip().casefold(), f"Licence: {licence}"), ("licence",), None
    if "unplayed" in given:
        yield "never played", ("unplayed",), None
    if "not_played_since" in given:
        told = _ONE["not_played_since"].format(given["not_played_since"])
        yield told, ("not_played_since",), None
    if "listener" in given:
        yield f"Listener: {given['listener']}", ("listener",), None


def _between(name: str, first: float | None, last: float | None) -> str:
    def shown(value: float) -> str:
        return clock(value) if name == "seconds" else f"{value:g}"

    if first is None:
        assert last is not None
        return f"up to {shown(last)}"
    if last is None:
        return f"from {shown(first)}"
    return shown(first) if first == last else f"{shown(first)}–{shown(last)}"


def _without(given: dict[str, Any], fields: tuple[str, ...], value: str | None) -> str:
    rest = {name: kept for name, kept in given.items() if name not in fields or value is not None}
    if value is not None:
        rest[fields[0]] = [each for each in given[fields[0]] if each != value]
    return urlencode(rest, doseq=True, errors="replace")
