"""What the user does not want in the library: rules as values, and what each of them matches.

Four kinds. `path`: a pattern of names (see `PathRules`). `longer` and `shorter`: a number of
seconds, compared with the length of the file. `genre`: a genre in the file's own tags, without
regard to case.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

KINDS = ("path", "longer", "shorter", "genre")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One rule; `value` is a pattern, a number of seconds as text, or the name of a genre."""

    kind: str  # one of KINDS
    value: str

    @property
    def reason(self) -> str:
        """Say why a file that the rule matches stays out."""
        said = {
            "path": f"The path matches the rule {self.value!r}",
            "longer": f"It is longer than {self.value} seconds",
            "shorter": f"It is shorter than {self.value} seconds",
            "genre": f"Its tags name the genre {self.value!r}",
        }
        return f"{said[self.kind]}; see `mir exclude`."


def by_sound(
    rules: Iterable[Exclusion], seconds: float | None, genres: Iterable[str]
) -> Exclusion | None:
    """Return the first rule of length or genre that matches; `seconds` None: not known."""
    named = {_folded(genre) for genre in genres}
    for rule in rules:
        if rule.kind == "genre" and _folded(rule.value) in named:
            return rule
        if seconds is None or rule.kind not in ("longer", "shorter"):
            continue
        if seconds > float(rule.value) if rule.kind == "longer" else seconds < float(rule.value):
            return rule
    return None


class PathRules:
    """The `path` rules among `rules`, ready to be asked about many paths.

    A pattern without a slash is compared with each name on the way from the root to the file;
    one with a slash with the path below the root, one that begins with a slash with the whole
    path. `*` and `?` stand for characters of one name, `[ab]` for one of them, `**` for anything,
    slashes included. A folder that matches is left out with all that is in it. Case does not
    matter, nor how accents are encoded (NFC, NFD).
    """

    def __init__(self, rules: Iterable[Exclusion]) -> None:
        """Compile the patterns; rules of other kinds are passed over."""
        self._names: list[re.Pattern[str]] = []
        self._below: list[re.Pattern[str]] = []
        self._whole: list[re.Pattern[str]] = []
        for rule in rules:
            if rule.kind == "path":
                pattern = rule.value.removesuffix("/")
                if "/" not in pattern:
                    self._names.append(_compiled(pattern))
                elif pattern.startswith("/"):
                    self._whole.append(_compiled(pattern))
                else:
                    self._below.append(_compiled(pattern))

    def __bool__(self) -> bool:
        """Whether there is any such rule."""
        return bool(self._names or self._below or self._whole)

    def match(self, root: str, path: str) -> bool:
        """Whether a rule matches the file or folder `path` itself, which lies below `root`."""
        text = _plain(path)
        below = _plain(path[len(root) :].lstrip("/"))
        name = text.rpartition("/")[2]
        return (
            any(pattern.fullmatch(name) for pattern in self._names)
            or any(pattern.fullmatch(below) for pattern in self._below)
            or any(pattern.fullmatch(text) for pattern in self._whole)
        )

    def match_within(self, root: str, path: str) -> bool:
        """Whether a rule matches `path` or one of the folders between `root` and it."""
        start = len(root.rstrip("/")) + 1
        ends = [i for i, character in enumerate(path) if character == "/" and i > start]
        return any(self.match(root, path[:end]) for end in (*ends, len(path)))


def _compiled(pattern: str) -> re.Pattern[str]:
    """Turn a pattern into a regular expression over what `_plain` returns."""
    text = _plain(pattern)
    # "X/**" is the folder X too, which then is not even entered.
    tail = "(?:/.*)?" if text.endswith("/**") else ""
    text = text.removesuffix("/**")
    parts = re.findall(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|.", text, re.DOTALL)
    return re.compile("".join(map(_expression, parts)) + tail, re.DOTALL)


def _expression(part: str) -> str:
    if part in _WILD:
        return _WILD[part]
    if part.startswith("[") and len(part) > 2:
        inner = re.sub(r"([\\\[\]^])", r"\\\1", part[1:-1])
        return f"[^/{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
    return re.escape(part)


_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _folded(genre: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", genre).casefold().split())
