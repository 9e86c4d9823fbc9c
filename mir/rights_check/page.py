"""The report as one web page that needs nothing else: no script, no font, no other file."""

import base64
from collections.abc import Mapping
from importlib import resources

import jinja2

from mir.analysis import Span
from mir.rights_check import words
from mir.rights_check.findings import EVIDENCE, Finding
from mir.rights_check.report import CheckedFile, Report
from mir.search.sentences import moment

SNIPPET_SECONDS = 10.0
MOST_SNIPPETS = 60  # findings with sound on a page: 13 MB

Snippets = Mapping[tuple[int, int], tuple[bytes | None, bytes | None]]
"""(file, finding) by their numbers -> mp3 of the file and of the track, None where it failed."""


def as_html(report: Report, snippets: Snippets) -> str:
    """Return the report as an HTML document in which both sides of findings can be heard."""
    # Everything is escaped: names and tags come from anywhere.
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {
        "heading": words.heading,
        "place": words.place,
        "measures": words.measures,
        "field": words.field,
        "relation": words.relation,
        "moment": lambda seconds: moment(round(seconds)),
        "shown": _shown,
    }
    text = (resources.files("mir.rights_check") / "page.html").read_text(encoding="utf-8")

    def sound(file: int, finding: int) -> tuple[str | None, str | None]:
        one, two = snippets.get((file, finding), (None, None))
        return _address(one), _address(two)

    return environment.from_string(text).render(
        report=report, evidence=EVIDENCE, sound=sound, most=MOST_SNIPPETS
    )


def wanted(report: Report) -> dict[tuple[int, int], tuple[CheckedFile, Finding]]:
    """The findings whose sound a page holds, by the numbers of file and finding: the first ones."""
    every = {
        (number, place): (file, finding)
        for number, file in enumerate(report.files)
        if file.checked
        for place, finding in enumerate(file.checked.findings)
    }
    return dict(list(every.items())[:MOST_SNIPPETS])


def spans(finding: Finding) -> tuple[Span, Span]:
    """What is heard of the file, and of the file of the track: the beginning of what is longest."""
    longest = max(finding.shared, key=lambda each: each.end - each.start)
    begin = finding.track.span[0] if finding.track.span else 0.0
    return (
        Span(longest.start, _length(longest.end - longest.start)),
        Span(begin + longest.track_start, _length(longest.track_end - longest.track_start)),
    )


def _length(seconds: float) -> float:
    return min(SNIPPET_SECONDS, max(1.0, seconds))


def _address(mp3: bytes | None) -> str | None:
    return None if mp3 is None else f"data:audio/mpeg;base64,{base64.b64encode(mp3).decode()}"


def _shown(text: object) -> str:
    """Text that UTF-8 can hold: bytes of names that it cannot (PEP 383) become U+FFFD."""
    return str(text).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
