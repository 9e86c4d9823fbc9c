"""What a file has of the library, with the rights on record on both sides."""

from flask import Response, request

from mir.rights_check.check import Checker
from mir.rights_check.findings import Checked
from web.api.describe import blueprint, multipart, problems, read_fields, reply
from web.context import context, engine
from web.listening import uploaded_clip
from web.schemas import CheckedOut, ClipForm

api = blueprint("rights", "What a file has of the library, as evidence for a person.")


@api.post(
    "/rights/check",
    summary="What a file has of the library",
    responses={200: CheckedOut, **problems(413, 415)},
    openapi_extensions=multipart(ClipForm, "clip", "The audio file to check."),
)
def check_rights() -> Response:
    """The same recording, seconds of it, or a likely version, with the rights on both sides.

    It is evidence for a person, and no verdict.
    """
    upload = uploaded_clip()
    read_fields(ClipForm, request.form)
    with context().desk.seat():
        return reply(CheckedOut.of(checked(upload.read())))


def checked(clip: bytes) -> Checked:
    """What the clip has of the library; to be asked for from a seat of the desk. AudioError."""
    from mir.rights_check.hearing import hear_file  # late: a server starts without decoders

    heard = context().apart.call(hear_file, clip, engine().settings.max_clip_seconds)
    return Checker(engine()).check(heard)
