"""XSPF and JSPF: a playlist as XML (https://xspf.org/spec) and the same as JSON.

Locations are file URIs (RFC 8089), or relative references, whose bytes are quoted; so any path can
be told, one that is no UTF-8 included. A track inside a file has the span as a media fragment,
`#t=start,end`.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_from_bytes
from xml.etree import ElementTree as Xml

from mir.playlist_files.listed import ListedTrack, one_line

NAMESPACE = "http://xspf.org/ns/0/"
_MBID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def write_xspf(name: str, tracks: Sequence[ListedTrack]) -> bytes:
    """Return the file of a playlist as XML in UTF-8."""
    root = Xml.Element("playlist", {"version": "1", "xmlns": NAMESPACE})
    Xml.SubElement(root, "title").text = one_line(name)
    listed = Xml.SubElement(root, "trackList")
    for track in tracks:
        element = Xml.SubElement(listed, "track")
        for field, value in _fields(track):
            Xml.SubElement(element, field).text = str(value)
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def write_jspf(name: str, tracks: Sequence[ListedTrack]) -> bytes:
    """Return the file of a playlist as JSON in ASCII."""
    listed: list[dict[str, Any]] = []
    for track in tracks:
        fields = dict(_fields(track))
        for several in ("location", "identifier"):  # of which JSPF allows more than one
            if several in fields:
                fields[several] = [fields[several]]
        listed.append(fields)
    whole = {"playlist": {"title": one_line(name), "track": listed}}
    return json.dumps(whole, indent=2).encode("ascii") + b"\n"


def _fields(track: ListedTrack) -> list[tuple[str, Any]]:
    """The elements of a track in the order of the schema; what is not known is left out."""
    mbid = track.recording_mbid if _MBID.fullmatch(track.recording_mbid or "") else None
    known = (
        ("location", _location(track)),
        ("identifier", mbid and f"https://musicbrainz.org/recording/{mbid}"),
        ("title", track.title),
        ("creator", track.artist),
        ("album", track.album),
        ("duration", round(1000 * track.seconds)),  # milliseconds
    )
    return [(name, value) for name, value in known if value not in (None, "")]


def _location(track: ListedTrack) -> str:
    quoted = quote_from_bytes(track.path, safe="/")
    fragment = "" if track.span is None else f"#t={track.span[0]:.3f},{track.span[1]:.3f}"
    return ("file://" if quoted.startswith("/") else "") + quoted + fragment
