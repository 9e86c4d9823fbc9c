"""Writes tags into audio files as common taggers do, so that reading them can be tested."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
from mutagen import aiff, asf, flac, id3, mp3, mp4, oggopus, oggvorbis, wave

from mir.analysis import Tags

_FREEFORM = "----:com.apple.iTunes:"


def write_tags(path: Path, tags: Tags, *, cover: bytes | None = None, id3_version: int = 4) -> None:
    """Replace the tags of `path`; `cover` is a JPEG or PNG; `id3_version` is 3 or 4."""
    file = mutagen.File(path)
    assert file is not None, f"mutagen does not know {path}"
    if file.tags is None:
        file.add_tags()
    file.tags.clear()
    writers: dict[type, Callable[[Any, Tags, bytes | None], None]] = {
        mp3.MP3: _id3,
        wave.WAVE: _id3,
        aiff.AIFF: _id3,
        flac.FLAC: _flac,
        oggvorbis.OggVorbis: _vorbis,
        oggopus.OggOpus: _vorbis,
        mp4.MP4: _mp4,
        asf.ASF: _asf,
    }
    writers[type(file)](file, tags, cover)
    if isinstance(file.tags, id3.ID3):
        if id3_version == 3:
            file.tags.update_to_v23()
        file.save(v2_version=id3_version)
    else:
        file.save()


def _mime(cover: bytes) -> str:
    return "image/png" if cover.startswith(b"\x89PNG") else "image/jpeg"


def _id3(file: Any, tags: Tags, cover: bytes | None) -> None:
    def text(frame: type, *values: object) -> None:
        if values and values[0] is not None:
            file.tags.add(frame(encoding=3, text=[str(value) for value in values]))

    def own(description: str, *values: str | None) -> None:
        if values and values[0] is not None:
            file.tags.add(id3.TXXX(encoding=3, desc=description, text=list(values)))

    text(id3.TIT2, tags.title)
    text(id3.TPE1, *tags.artists)
    text(id3.TALB, tags.album)
    text(id3.TPE2, tags.album_artist)
    text(id3.TCON, *tags.genres)
    text(id3.TDRC, None if tags.year is None else f"{tags.year:04}-07-01")
    text(id3.TRCK, None if tags.track_number is None else f"{tags.track_number}/99")
    text(id3.TPOS, tags.disc_number)
    text(id3.TCOM, tags.composer)
    text(id3.TEXT, tags.lyricist)
    text(id3.TPUB, tags.publisher)
    text(id3.TCOP, tags.copyright)
    text(id3.TSRC, tags.isrc)
    own("ISWC", tags.iswc)
    own("MusicBrainz Work Id", tags.work_mbid)
    own("LICENSE", tags.licence)
    own("MusicBrainz Album Id", tags.release_mbid)
    own("MusicBrainz Artist Id", *tags.artist_mbids)
    if tags.recording_mbid is not None:
        data = tags.recording_mbid.encode()
        file.tags.add(id3.UFID(owner="http://musicbrainz.org", data=data))
    if cover is not None:
        file.tags.add(id3.APIC(encoding=3, mime=_mime(cover), type=3, desc="", data=cover))


def _comments(tags: Tags) -> dict[str, list[str]]:
    values: dict[str, tuple[object | None, ...]] = {
        "title": (tags.title,),
        "artist": tags.artists,
        "album": (tags.album,),
        "albumartist": (tags.album_artist,),
        "genre": tags.genres,
        "date": (None if tags.year is None else f"{tags.year:04}-07-01",),
        "tracknumber": (tags.track_number,),
        "discnumber": (tags.disc_number,),
        "composer": (tags.composer,),
        "lyricist": (tags.lyricist,),
        "label": (tags.publisher,),
        "copyright": (tags.copyright,),
        "license": (tags.licence,),
        "isrc": (tags.isrc,),
        "iswc": (tags.iswc,),
        "musicbrainz_workid": (tags.work_mbid,),
        "musicbrainz_trackid": (tags.recording_mbid,),
        "musicbrainz_albumid": (tags.release_mbid,),
        "musicbrainz_artistid": tags.artist_mbids,
    }
    return {k: [str(v) for v in vs] for k, vs in values.items() if vs and vs[0] is not None}


def _picture(cover: bytes) -> flac.Picture:
    picture = flac.Picture()
    picture.type, picture.mime, picture.data = 3, _mime(cover), cover
    return picture


def _flac(file: Any, tags: Tags, cover: bytes | None) -> None:
    file.tags.update(_comments(tags))
    file.clear_pictures()
    if cover is not None:
        file.add_picture(_picture(cover))


def _vorbis(file: Any, tags: Tags, cover: bytes | None) -> None:
    file.tags.update(_comments(tags))
    if cover is not None:
        encoded = base64.b64encode(_picture(cover).write()).decode("ascii")
        file.tags["metadata_block_picture"] = [encoded]


def _mp4(file: Any, tags: Tags, cover: bytes | None) -> None:
    def put(atom: str, *values: object) -> None:
        if values and values[0] is not None:
            file.tags[atom] = list(values)

    def own(name: str, *values: str | None) -> None:
        if values and values[0] is not None:
            file.tags[_FREEFORM + name] = [mp4.MP4FreeForm((v or "").encode()) for v in values]

    put("\xa9nam", tags.title)
    put("\xa9ART", *tags.artists)
    put("\xa9alb", tags.album)
    put("aART", tags.album_artist)
    put("\xa9gen", *tags.genres)
    put("\xa9day", None if tags.year is None else f"{tags.year:04}-07-01T07:00:00Z")
    put("trkn", None if tags.track_number is None else (tags.track_number, 99))
    put("disk", None if tags.disc_number is None else (tags.disc_number, 0))
    put("\xa9wrt", tags.composer)
    own("LYRICIST", tags.lyricist)
    own("LABEL", tags.publisher)
    put("cprt", tags.copyright)
    own("LICENSE", tags.licence)
    own("ISRC", tags.isrc)
    own("ISWC", tags.iswc)
    own("MusicBrainz Work Id", tags.work_mbid)
    own("MusicBrainz Track Id", tags.recording_mbid)
    own("MusicBrainz Album Id", tags.release_mbid)
    own("MusicBrainz Artist Id", *tags.artist_mbids)
    if cover is not None:
        kind = mp4.MP4Cover.FORMAT_PNG if _mime(cover) == "image/png" else mp4.MP4Cover.FORMAT_JPEG
        file.tags["covr"] = [mp4.MP4Cover(cover, imageformat=kind)]


def _asf(file: Any, tags: Tags, cover: bytes | None) -> None:
    values: dict[str, tuple[object | None, ...]] = {
        "Title": (tags.title,),
        "Author": tags.artists,
        "WM/AlbumTitle": (tags.album,),
        "WM/AlbumArtist": (tags.album_artist,),
        "WM/Genre": tags.genres,
        "WM/Year": (None if tags.year is None else f"{tags.year:04}",),
        "WM/TrackNumber": (tags.track_number,),
        "WM/PartOfSet": (tags.disc_number,),
        "WM/Composer": (tags.composer,),
        "WM/Writer": (tags.lyricist,),
        "WM/Publisher": (tags.publisher,),
        "Copyright": (tags.copyright,),
        "LICENSE": (tags.licence,),
        "WM/ISRC": (tags.isrc,),
        "ISWC": (tags.iswc,),
        "MusicBrainz/Work Id": (tags.work_mbid,),
        "MusicBrainz/Track Id": (tags.recording_mbid,),
        "MusicBrainz/Album Id": (tags.release_mbid,),
        "MusicBrainz/Artist Id": tags.artist_mbids,
    }
    for key, entries in values.items():
        if entries and entries[0] is not None:
            file.tags[key] = [asf.ASFUnicodeAttribute(str(entry)) for entry in entries]
    if cover is not None:
        mime, size = _mime(cover).encode("utf-16-le"), len(cover).to_bytes(4, "little")
        data = b"\x03" + size + mime + b"\0\0" + b"\0\0" + cover
        file.tags["WM/Picture"] = [asf.ASFByteArrayAttribute(data)]
