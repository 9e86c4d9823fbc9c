"""The media types of files, by which a browser says whether it plays them."""

from pathlib import Path

MIME = {
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "aiff": "audio/aiff",
    "aif": "audio/aiff",
    "aifc": "audio/aiff",
    "m4a": "audio/mp4",
    "m4b": "audio/mp4",
    "mp4": "audio/mp4",
    "mov": "audio/mp4",
    "aac": "audio/aac",
    "wma": "audio/x-ms-wma",
    "asf": "audio/x-ms-wma",
}


def mime_type(container: str | None, path: Path) -> str:
    """The media type of a file, by what it holds and, failing that, by its name."""
    for name in (container, path.suffix.lstrip(".")):
        if name and name.lower() in MIME:
            return MIME[name.lower()]
    return "application/octet-stream"
