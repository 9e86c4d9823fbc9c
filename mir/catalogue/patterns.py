"""Texts and patterns of paths as regular expressions that SQLite and Postgres read alike.

SQLite is given Python's `re`, Postgres has its own. So only what both have is used: escaped
letters, classes of letters, groups, stars, anchors to the whole text, and `(?s)`, by which a dot
stands for a new line too. Case is part of the expression: `LIKE` would compare letters beyond
ASCII on Postgres alone.
"""

import re
import unicodedata
from typing import NamedTuple

STARS = 5  # in a pattern at most: each may multiply the time that a long path takes
_ANY = ".*"
_WILD = {"**/": f"(?:{_ANY}/)?", "**": _ANY, "*": "[^/]*", "?": "[^/]"}
_WILD_LIKE = {"*": "%"} | dict.fromkeys("?%_\\iI", "_")
_PARTS = re.compile(r"\*\*/|\*\*+|\*|\?|.", re.DOTALL)


class Pattern(NamedTuple):
    """What texts must match."""

    expression: str
    like: str  # for SQL's LIKE, regardless of case in ASCII: all that match it, and perhaps others
    exact: bool = False  # there are no others


def containing(text: str) -> Pattern:
    """Return the pattern of texts that contain this one, in capitals or not."""
    like = _roughly(text)
    exact = not set("%_kK") & set(like)  # the sign of the unit kelvin is a k to Postgres
    return Pattern("".join(map(_letter, text)), f"%{like}%", exact)


def of_paths(pattern: str) -> Pattern:
    """Return the pattern of paths (absolute, with slashes) that a pattern matches.

    One that begins with a slash begins at the root, any other after any slash. It matches the
    file or a folder on the way to it. `*` and `?` stand for characters of one name, `**` for
    anything, slashes included; case does not matter, nor how accents are encoded (NFC, NFD).
    """
    plain = pattern if pattern.strip("/") == "" else pattern.rstrip("/")
    plain = plain.removesuffix("/**")  # a folder stands for all that is in it
    forms = dict.fromkeys(unicodedata.normalize(form, plain) for form in ("NFC", "NFD"))
    either = "|".join("".join(map(_part, _PARTS.findall(form))) for form in forms)
    start = "" if plain.startswith("/") else f"(?:{_ANY}/)?"
    within = _ANY if plain.strip("/") == "" else f"(?:/{_ANY})?"
    begin = "" if plain.startswith("/") else "%"
    like = f"{begin}{_roughly(unicodedata.normalize('NFC', plain))}%"
    return Pattern(rf"(?s)\A{start}(?:{either}){within}\Z", like)


def stars(pattern: str) -> int:
    """Return how many runs of stars a pattern of paths has."""
    return len(re.findall(r"\*+", pattern))


def _part(part: str) -> str:
    return _WILD.get(part) or (_ANY if part.startswith("**") else _letter(part))


def _roughly(text: str) -> str:
    """The text for LIKE, where `_` is any letter and `%` any number of letters.

    What may be written in several ways stands for any text: letters beyond ASCII, stars. So do
    signs that LIKE reads itself, and i, whose capital depends on Postgres' locale.
    """
    text = text.replace("**/", "*")  # which may stand for nothing at all
    parts = (_WILD_LIKE.get(each, each if each.isascii() else "%") for each in text)
    return re.sub("%+", "%", "".join(parts))


def _letter(letter: str) -> str:
    cases = {letter, letter.lower(), letter.upper()}
    single = sorted(case for case in cases if len(case) == 1)
    return f"[{''.join(single)}]" if len(single) > 1 else re.escape(letter)
