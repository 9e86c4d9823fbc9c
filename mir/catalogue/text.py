"""How text from tags becomes text that any database stores and any reader finds.

Tags may hold NUL (which Postgres refuses) and lone surrogates (which no encoding of
Unicode accepts), and the same name may be written in many ways.
"""

import re
import unicodedata
from pathlib import Path

from mir.catalogue.paths import shown

NAME_LENGTH = 400  # characters; an index entry of Postgres holds at most 2,704 bytes

_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str | None) -> str | None:
    """Return `text` fit to be stored, without outer white space; None where nothing is left."""
    if text is None:
        return None
    return _SURROGATES.sub("\ufffd", text.replace("\0", "")).strip() or None


def title_of(path: Path) -> str:
    """Return the title of a track whose tags have none: the file's name without its ending."""
    return clean(shown(Path(path.stem))) or "Untitled"


def clean_names(names: tuple[str, ...]) -> list[str]:
    """Return the names fit to be stored, cut to `NAME_LENGTH`, in order and each once."""
    kept: dict[str, None] = {}
    for name in names:
        cleaned = clean((clean(name) or "")[:NAME_LENGTH])
        if cleaned:
            kept[cleaned] = None
    return list(kept)


def folded(text: str) -> str:
    """Return `text` so that spellings that differ in case, width or spaces are equal."""
    cleaned = clean(text) or ""
    if cleaned.isascii():  # where the forms of Unicode are all the same
        return " ".join(cleaned.lower().split())
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cleaned).casefold())
    return " ".join(once.split())


def name_key(text: str) -> str:
    """Return what two spellings of one name share: the text cut as names are, and folded."""
    return folded((clean(text) or "")[:NAME_LENGTH])[:NAME_LENGTH]


def searchable(text: str) -> str:
    """Return `text` folded and without accents: who types "bjork" finds "Björk"."""
    apart = unicodedata.normalize("NFKD", folded(text))
    return folded("".join(c for c in apart if unicodedata.category(c) != "Mn"))
