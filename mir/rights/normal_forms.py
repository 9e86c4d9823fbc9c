"""Normal forms of what tags say about rights: equal where only the spelling differs."""

import re
from dataclasses import dataclass

from mir.catalogue.text import folded

_NAMES_APART = re.compile(r"[;/&]")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_COPYRIGHT_WORDS = re.compile(
    r"\(c\)|\(p\)|[©℗]|\bcopyright\b|\(?\ball rights reserved\b\)?", re.IGNORECASE
)
_NOT = re.compile(r"\b(?:no|not|non|without)\b(?!\W*(?:commercial|deriv))")
_PUBLIC_DOMAIN = re.compile(r"\bcc\W*(?:0(?!\.)|zero\b)|\bpublic\W*domain")
_RESERVED = re.compile(r"\ball rights reserved\b")
_COMMONS = re.compile(r"\bcc\b|\bcreative\W*commons\b")
_VERSION = re.compile(r"(?<![\d.])[1-4]\.\d(?![\d.]*\d)")
_ELEMENTS = {
    "by": re.compile(r"\bby\b|\battribution\b"),
    "nc": re.compile(r"\bnc\b|\bnon\W*commercial\b"),
    "nd": re.compile(r"\bnd\b|\bno\W*deriv"),
    "sa": re.compile(r"\bsa\b|\bshare\W*alike\b"),
}


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence that is understood: its kind ("by-nc", "public domain"), its version if told."""

    kind: str
    version: str | None


@dataclass(frozen=True, slots=True)
class CopyrightLine:
    """The years and the holders (folded) that a copyright line names; either may be empty."""

    years: frozenset[str]
    holders: frozenset[str]


def code(text: str) -> str:
    """Return an ISRC, ISWC or MBID without dashes, dots and spaces, folded: `T-034.5` is t0345."""
    return "".join(c for c in folded(text) if c.isalnum()) or folded(text)


def names(text: str) -> frozenset[str]:
    """Return the names in `text`, parted at `;`, `/` and `&`, folded and without order."""
    parts = (folded(part) for part in _NAMES_APART.split(folded(text)))
    return frozenset(part for part in parts if part) or frozenset({folded(text)})


def copyright_line(text: str) -> CopyrightLine:
    """Return the years and holders of a line like `© 2009, 2011 One Label & Another`."""
    years = frozenset(_YEAR.findall(folded(text)))
    rest = _YEAR.sub(" ", _COPYRIGHT_WORDS.sub(" ", folded(text)))
    parts = (folded(part).strip(" ,.:-–()") for part in _NAMES_APART.split(rest))
    return CopyrightLine(years, frozenset(part for part in parts if part))


def licence(text: str) -> Licence | None:
    """Return which licence `text` (an address or words) names; None if that is not clear.

    Known are the licences of Creative Commons, "all rights reserved", and the public domain, with
    which CC0 counts as one. National ports of a version are not told apart. A text that names two
    kinds or denies one is not clear.
    """
    plain = folded(text).replace("_", " ")
    if _NOT.search(plain):
        return None
    public, reserved = _PUBLIC_DOMAIN.search(plain), _RESERVED.search(plain)
    elements = [name for name, pattern in _ELEMENTS.items() if pattern.search(plain)]
    commons = bool(elements) and _COMMONS.search(plain) is not None
    if sum(map(bool, (public, reserved, commons))) != 1:
        return None
    if public:
        return Licence("public domain", None)
    if reserved:
        return Licence("all rights reserved", None)
    versions = set(_VERSION.findall(plain))
    return Licence("-".join(elements), versions.pop() if len(versions) == 1 else None)
