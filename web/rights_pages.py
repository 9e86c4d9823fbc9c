"""The page of rights checks: takes a file, and shows what it has of the library."""

import base64

from flask import Blueprint, render_template, request

from mir.rights_check import words
from mir.rights_check.findings import Checked
from mir.rights_check.page import spans
from web.api.rights import checked
from web.context import context
from web.listening import uploaded_clip
from web.schemas import CheckedOut, showable

pages = Blueprint("rights_pages", __name__)

_MOST_SNIPPETS = 12  # of an upload on a page: 1.3 MB


@pages.get("/rights")
def waiting() -> str:
    """The page, waiting for a file."""
    return render_template("rights.html")


@pages.post("/rights")
def check() -> str:
    """The page with what the file that was sent has of the library."""
    upload = uploaded_clip()
    with context().desk.seat():
        clip = upload.read()
        found = checked(clip)
        sounds = _sounds(clip, found)
    return render_template(
        "rights.html",
        answer=CheckedOut.of(found),
        clip_name=showable(request.files["clip"].filename or "the file"),
        sounds=sounds,
        said=[
            {
                "heading": showable(words.heading(each)),
                "measures": words.measures(each),
                "fields": [(words.field(one), words.relation(one)) for one in each.rights],
            }
            for each in found.findings
        ],
    )


def _sounds(clip: bytes, found: Checked) -> list[str | None]:
    """For each finding an address that holds the sound of the file there; None where it fails."""
    from mir.audio.snippet import snippets  # late: a server starts without decoders

    wanted = [spans(each)[0] for each in found.findings[:_MOST_SNIPPETS]]
    sounds = [
        None if mp3 is None else f"data:audio/mpeg;base64,{base64.b64encode(mp3).decode()}"
        for mp3 in context().apart.call(snippets, clip, wanted)
    ]
    return sounds + [None] * (len(found.findings) - len(sounds))
