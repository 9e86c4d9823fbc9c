"""Writes a report as one web page: tables with their intervals, and pictures inside it.

The page needs nothing else: no script, no font, no file of another host (its own policy forbids
them), follows the reader's light or dark colours, and says in words what its pictures show.
"""

from importlib import resources

import jinja2
from markupsafe import Markup

from mir.evaluation.interval import Measured, short
from mir.evaluation.pictures import Picture
from mir.evaluation.plots import draw
from mir.evaluation.report import Report, cell_text


def as_html(report: Report) -> str:
    """Return the report as an HTML document; PlotsMissing where matplotlib is not installed."""
    # Everything that is not marked as safe is escaped: file names come from anywhere.
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"short": short, "cell": cell_text}
    environment.tests["measured"] = lambda cell: isinstance(cell, Measured)
    text = (resources.files("mir.evaluation") / "page.html").read_text(encoding="utf-8")
    facts = ", ".join(f"{name} {value}" for name, value in report.model.items())
    return environment.from_string(text).render(report=report, facts=facts, draw=_drawn)


def _drawn(picture: Picture, identity: str) -> Markup:
    return Markup(draw(picture, identity))  # matplotlib escapes the names in it
