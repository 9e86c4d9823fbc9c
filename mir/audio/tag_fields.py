"""The fields of every kind of tag, brought to one shape: field name -> the texts found, in order.

A field bears the name that it has in `mir.analysis.Tags`; `cue_sheet` is one more. The texts are
raw; `mir.audio.tags` makes sense of them. Keys are those of MusicBrainz Picard's table of tag
mappings.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3
from mutagen.id3 import TCON as GenreFrame
from mutagen.mp4 import MP4Tags

Fields = dict[str, list[str]]

# Several keys for one field: the first that says anything counts.
_VORBIS = {
    "title": ("title",),
    "artists": ("artists", "artist"),
    "album": ("album",),
    "album_artist": ("albumartist", "album artist"),
    "genres": ("genre",),
    "year": ("date", "year", "originaldate", "originalyear"),
    "track_number": ("tracknumber", "track"),
    "disc_number": ("discnumber", "disc"),
    "composer": ("composer",),
    "lyricist": ("lyricist",),
    "publisher": ("publisher", "label", "organization"),
    "copyright": ("copyright",),
    "licence": ("license", "licence"),
    "isrc": ("isrc",),
    "iswc": ("iswc",),
    "work_mbid": ("musicbrainz_workid",),
    "recording_mbid": ("musicbrainz_trackid",),
    "release_mbid": ("musicbrainz_albumid",),
    "artist_mbids": ("musicbrainz_artistid",),
    "cue_sheet": ("cuesheet",),
}
_ID3 = {
    "title": ("TIT2",),
    "artists": ("TXXX:ARTISTS", "TPE1"),
    "album": ("TALB",),
    "album_artist": ("TPE2", "TXXX:ALBUMARTIST", "TXXX:ALBUM ARTIST"),
    "genres": ("TCON",),
    "year": ("TDRC", "TDRL", "TDOR"),
    "track_number": ("TRCK",),
    "disc_number": ("TPOS",),
    "composer": ("TCOM",),
    "lyricist": ("TEXT",),
    "publisher": ("TPUB", "TXXX:LABEL"),
    "copyright": ("TCOP",),
    "licence": ("TXXX:LICENSE", "TXXX:LICENCE", "WCOP"),
    "isrc": ("TSRC",),
    "iswc": ("TXXX:ISWC",),
    "work_mbid": ("TXXX:MUSICBRAINZ WORK ID",),
    "recording_mbid": ("UFID:HTTP://MUSICBRAINZ.ORG", "TXXX:MUSICBRAINZ TRACK ID"),
    "release_mbid": ("TXXX:MUSICBRAINZ ALBUM ID",),
    "artist_mbids": ("TXXX:MUSICBRAINZ ARTIST ID",),
    "cue_sheet": ("TXXX:CUESHEET",),
}
_FREEFORM = "----:com.apple.itunes:"
_MP4 = {
    "title": ("\xa9nam",),
    "artists": (_FREEFORM + "artists", "\xa9art"),
    "album": ("\xa9alb",),
    "album_artist": ("aart",),
    "genres": ("\xa9gen",),
    "year": ("\xa9day",),
    "track_number": ("trkn",),
    "disc_number": ("disk",),
    "composer": ("\xa9wrt",),
    "lyricist": (_FREEFORM + "lyricist",),
    "publisher": (_FREEFORM + "publisher", _FREEFORM + "label"),
    "copyright": ("cprt",),
    "licence": (_FREEFORM + "license", _FREEFORM + "licence"),
    "isrc": (_FREEFORM + "isrc",),
    "iswc": (_FREEFORM + "iswc",),
    "work_mbid": (_FREEFORM + "musicbrainz work id",),
    "recording_mbid": (_FREEFORM + "musicbrainz track id",),
    "release_mbid": (_FREEFORM + "musicbrainz album id",),
    "artist_mbids": (_FREEFORM + "musicbrainz artist id",),
    "cue_sheet": (_FREEFORM + "cuesheet",),
}
_ASF = {
    "title": ("title",),
    "artists": ("wm/artists", "author"),
    "album": ("wm/albumtitle",),
    "album_artist": ("wm/albumartist",),
    "genres": ("wm/genre",),
    "year": ("wm/year", "wm/originalreleasetime", "wm/originalreleaseyear"),
    "track_number": ("wm/tracknumber",),
    "disc_number": ("wm/partofset",),
    "composer": ("wm/composer",),
    "lyricist": ("wm/writer",),
    "publisher": ("wm/publisher",),
    "copyright": ("copyright",),
    "licence": ("license", "licence"),
    "isrc": ("wm/isrc",),
    "iswc": ("iswc",),
    "work_mbid": ("musicbrainz/work id",),
    "recording_mbid": ("musicbrainz/track id",),
    "release_mbid": ("musicbrainz/album id",),
    "artist_mbids": ("musicbrainz/artist id",),
    "cue_sheet": ("cuesheet",),
}


def fields_of(tags: Any) -> Fields:
    """The fields of what mutagen read: ID3, MP4, ASF, APE or Vorbis comments."""
    if isinstance(tags, ID3):
        return _id3(tags)
    if isinstance(tags, MP4Tags):
        return _pick(_MP4, tags, _mp4_texts)
    if isinstance(tags, ASFTags):
        return _pick(_ASF, tags.as_dict(), _texts)
    if isinstance(tags, APEv2):
        return _pick(_VORBIS, tags, list)
    return _pick(_VORBIS, tags.as_dict(), _texts)


def _pick(
    keys: Mapping[str, tuple[str, ...]],
    tags: Any,  # a mapping, though some of mutagen's are none by their base class
    texts: Callable[[Any], list[str]],
) -> Fields:
    known = {key.lower(): key for key in tags}
    fields: Fields = {}
    for field, candidates in keys.items():
        for key in candidates:
            found = texts(tags[known[key]]) if key in known else []
            if any(text.strip("\0 ") for text in found):
                fields[field] = found
                break
    return fields


def _texts(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values]


def _mp4_texts(values: Iterable[Any]) -> list[str]:
    """Texts, byte strings of our own atoms, and (number, of how many) pairs."""
    texts = []
    for value in values:
        if isinstance(value, bytes):
            texts.append(value.decode("utf-8", errors="replace"))
        else:
            texts.append(str(value[0]) if isinstance(value, tuple) else str(value))
    return texts


def _id3(tags: ID3) -> Fields:
    by_name: dict[str, list[str]] = {}
    for name, frame in tags.items():
        if name.startswith("UFID:"):
            texts = [frame.data.decode("ascii", errors="replace")]
        elif isinstance(frame, GenreFrame):
            texts = list(frame.genres)  # resolves numbers: "(17)", "17", "(4)Eurodisco"
        elif hasattr(frame, "text"):
            texts = _texts(frame.text)
        elif hasattr(frame, "url"):
            texts = [frame.url]
        else:
            continue
        by_name.setdefault(name.upper() if name[:4] in ("TXXX", "UFID") else name[:4], texts)
    fields: Fields = {}
    for field, names in _ID3.items():
        for name in names:
            if any(text.strip("\0 ") for text in by_name.get(name, [])):
                fields[field] = by_name[name]
                break
    return _unjoined(fields) if tags.version < (2, 4, 0) else fields


def _unjoined(fields: Fields) -> Fields:
    """Take apart what ID3v2.3 joins with a slash, where another field proves that it did.

    Artists: only into as many parts as there are MusicBrainz ids of artists, for a slash may
    well belong to a name (AC/DC). Genres: only if every part is the name of an ID3 genre.
    """
    ids = [i for text in fields.get("artist_mbids", []) for i in text.split("/") if i.strip()]
    parts = [part.strip() for text in fields.get("artists", []) for part in text.split("/")]
    if len(ids) > 1 and len(parts) == len(ids):
        fields["artists"] = parts
    genres = [part.strip() for text in fields.get("genres", []) for part in text.split("/")]
    if all(genre.lower() in _GENRE_NAMES for genre in genres):
        fields["genres"] = genres
    if ids:
        fields["artist_mbids"] = ids
    return fields


_GENRE_NAMES = frozenset(str(name).lower() for name in GenreFrame.GENRES)
