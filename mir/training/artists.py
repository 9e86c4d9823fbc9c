"""When two files are by the same artist, as far as names tell.

Names are compared without regard to case, Unicode form or the number of spaces. "Various Artists"
and its kin say that nobody in particular is meant, so they count as unknown.
"""

import unicodedata

_NOBODY = frozenset(
    {
        "",
        "[unknown]",
        "<unknown>",
        "artistes divers",
        "artisti vari",
        "compilation",
        "divers",
        "diverse",
        "diverse interpreten",
        "n/a",
        "no artist",
        "unknown",
        "unknown artist",
        "v.a.",
        "v/a",
        "va",
        "vari artisti",
        "varios",
        "varios artistas",
        "various",
        "various artist",
        "various artists",
        "verschiedene",
        "verschiedene interpreten",
    }
)


def name_key(name: str | None) -> str | None:
    """What equal names have in common; None for no name or an empty one."""
    if name is None:
        return None
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()) or None


def artist_key(artist: str | None) -> str | None:
    """As `name_key`, but None also where the name stands for nobody ("Various Artists")."""
    key = name_key(artist)
    return None if key in _NOBODY else key
