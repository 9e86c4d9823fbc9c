"""The forms in which a recording is sent to who cannot play its file."""

from typing import Literal

Form = Literal["opus", "mp3"]
"""Opus in Ogg, or mp3."""

MIME: dict[Form, str] = {"opus": "audio/ogg", "mp3": "audio/mpeg"}
