"""Playlists as files: what is written can be read, by us and by who reads XML and JSON."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mir.analysis import Tags
from mir.catalogue import tracks
from mir.catalogue.portable.moves import Move, Moves
from mir.catalogue.session import Catalogue, Session
from mir.catalogue.tracks import Track
from mir.errors import InvalidQuery
from mir.playlist_files import m3u
from mir.playlist_files.export import FORMATS, exported
from mir.playlist_files.m3u import read_m3u
from mir.playlist_files.matching import Matched, match
from mir.playlist_files.xspf import NAMESPACE
from tests.made_up_analyses import NOW, made_up_analysis

MBID = "b97670e0-08fb-4316-9a24-5a7b6f0e6c0e"
ODD_PATHS = (
    b"/music/\"Quoted\" 'n' <b> & co.mp3",
    "/music/🌊👩\u200d👧 شمس.mp3".encode(),
    b"/music/caf\xe9 \xff.mp3",  # no UTF-8
    b"/music/ blanks at both ends ",
    b"/music/#1 hit.mp3",
    b"/music/a:b?c=d#t=1%20;.mp3",
    b"/music/back\\slash.mp3",
    b"/music/tab\there.mp3",
    b"/music/...dots...mp3",
    b"/#root.mp3",
)
_PART = st.binary(min_size=1, max_size=12).filter(
    lambda part: not set(part) & set(b"\0\n\r/") and part not in (b".", b"..")
)
PATHS = st.lists(_PART, min_size=1, max_size=3).map(lambda parts: b"/" + b"/".join(parts))


def stored(session: Session, paths: Sequence[bytes], **tags: object) -> list[Track]:
    """Tracks of those paths, in their order."""
    ids = []
    for number, path in enumerate(paths):
        given = Tags(**{"title": f"Title {number}", "artists": ("Ann", "Bo"), **tags})  # type: ignore[arg-type]
        analysis = made_up_analysis(os.fsdecode(path), f"{path!r}", tags=given)
        ids.append(tracks.store(session, analysis, NOW).id)
    return [tracks.get(session, each) for each in ids]


def imported(session: Session, data: bytes, **places: object) -> Matched:
    return match(session, read_m3u(data), **places)  # type: ignore[arg-type]


def locations(data: bytes) -> list[str]:
    """The locations in a file of XSPF."""
    path = f"{{{NAMESPACE}}}trackList/{{{NAMESPACE}}}track/{{{NAMESPACE}}}location"
    return [each.text or "" for each in ElementTree.fromstring(data).findall(path)]


def test_m3u8_is_what_players_expect(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        found = stored(session, [b"/music/a.mp3", "/music/Bö/b.mp3".encode()])
    data = exported("m3u8", "Evening", found)
    assert data.decode() == (
        "#EXTM3U\n#PLAYLIST:Evening\n"
        "#EXTINF:180,Ann, Bo - Title 0\n/music/a.mp3\n"
        "#EXTINF:180,Ann, Bo - Title 1\n/music/Bö/b.mp3\n"
    )


def test_paths_are_rewritten_and_made_relative(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        found = stored(session, [b"/music/a/1.mp3", b"/music2/2.mp3", b"/music/#3.mp3"])
    moves = Moves([Move(Path("/music"), Path("/mnt/nas"))])

    def paths(**places: object) -> list[str]:
        lines = exported("m3u8", "x", found, **places).decode().splitlines()  # type: ignore[arg-type]
        return [line for line in lines if not line.startswith("#")]

    assert paths(moves=moves) == ["/mnt/nas/a/1.mp3", "/music2/2.mp3", "/mnt/nas/#3.mp3"]
    assert paths(folder=Path("/music/")) == ["a/1.mp3", "/music2/2.mp3", "./#3.mp3"]
    assert paths(moves=moves, folder=Path("/mnt/nas/a"))[0] == "1.mp3"


@pytest.mark.parametrize("format", FORMATS)
def test_breaks_in_text_do_not_break_the_file(catalogue: Catalogue, format: str) -> None:
    title = "One\n/etc/passwd\r\n#EXTM3U\x1b\x0b\u2028\ufffe ]]> <x>"
    with catalogue.session() as session:
        found = stored(session, [b"/music/a.mp3"], title=title, album="A\nB", artists=("C\nD",))
        data = exported(format, "Evening\n/etc/shadow", found)
        if format == "m3u8":
            lines = read_m3u(data).lines
            assert [each.raw for each in lines] == [b"/music/a.mp3"]
        elif format == "xspf":
            assert locations(data) == ["file:///music/a.mp3"]
        else:
            (track,) = json.loads(data)["playlist"]["track"]
            assert track["title"] == "One /etc/passwd #EXTM3U ]]> <x>"
            assert (track["album"], track["creator"]) == ("A B", "C D")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("path", [b"/a\nb.mp3", b"/a\rb.mp3", b"/a/../b.mp3"])
def test_a_path_that_no_file_may_hold_is_refused(
    sqlite_catalogue: Catalogue, format: str, path: bytes
) -> None:
    with sqlite_catalogue.session() as session:
        found = stored(session, [path])
        with pytest.raises(InvalidQuery, match="line break"):
            exported(format, "x", found)
        # Another file of the same sound will do.
        copy = made_up_analysis("/copy.mp3", f"{path!r}")
        tracks.store_file(session, copy.file, copy.audio_hash, copy.tags)
        (again,) = tracks.get_many(session, [found[0].id]).values()
        assert b"/copy.mp3" in exported(format, "x", [again])


def test_xspf_has_the_structure_of_the_schema(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        found = stored(session, ODD_PATHS, recording_mbid=MBID, album="Al & bum")
        nameless = stored(session, [b"/x.mp3"], artists=(), recording_mbid="no id")
    data = exported("xspf", "Evening & <more>", [*found, *nameless])
    root = ElementTree.fromstring(data)
    assert (root.tag, root.attrib) == (f"{{{NAMESPACE}}}playlist", {"version": "1"})
    assert [each.tag.partition("}")[2] for each in root] == ["title", "trackList"]
    assert root[0].text == "Evening & <more>"
    names = ["location", "identifier", "title", "creator", "album", "duration"]
    for element in root[1][:-1]:
        assert [each.tag.partition("}")[2] for each in element] == names
        assert element[1].text == f"https://musicbrainz.org/recording/{MBID}"
        assert (element[3].text, element[5].text) == ("Ann, Bo", "180500")
    assert [each.tag.partition("}")[2] for each in root[1][-1]] == ["location", "title", "duration"]
    for location, path in zip(locations(data), [*ODD_PATHS, b"/x.mp3"], strict=True):
        parts = urlsplit(location)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("file", "", "", "")
        assert location.isascii()
        assert unquote_to_bytes(parts.path) == path


def test_jspf_says_the_same_as_xspf(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        found = stored(session, ODD_PATHS, recording_mbid=MBID)
    listed = json.loads(exported("jspf", "🌙", found))["playlist"]
    assert listed["title"] == "🌙"
    assert [each["location"] for each in listed["track"]] == [
        [each] for each in locations(exported("xspf", "🌙", found))
    ]
    assert listed["track"][0]["identifier"] == [f"https://musicbrainz.org/recording/{MBID}"]
    assert listed["track"][0]["duration"] == 180_500


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paths=st.lists(PATHS, max_size=6), data=st.data())
def test_what_is_exported_is_imported(
    sqlite_catalogue: Catalogue, paths: list[bytes], data: st.DataObject
) -> None:
    with sqlite_catalogue.session() as session:
        found = stored(session, paths)
        folder = data.draw(st.sampled_from([None, Path("/"), Path("/music"), *_folders(paths)]))
        written = exported("m3u8", "x", found, folder=folder)
        read = imported(session, written, folder=folder)
        assert read == Matched(tuple(track.id for track in found), ())
        session.rollback()


@pytest.mark.parametrize("blank", [b" ", b"\t", b"\x0b", b"\x0c"])
def test_a_name_of_blanks_comes_back(sqlite_catalogue: Catalogue, blank: bytes) -> None:
    with sqlite_catalogue.session() as session:
        (one,) = stored(session, [b"/m/" + blank])
        written = exported("m3u8", "x", [one], folder=Path("/m"))
        assert imported(session, written, folder=Path("/m")) == Matched((one.id,), ())


def _folders(paths: list[bytes]) -> list[Path]:
    return [Path(os.fsdecode(path)).parent for path in paths]


def test_odd_paths_come_back(catalogue: Catalogue) -> None:
    moves = Moves([Move(Path("/music"), Path("/mnt/m"))])
    back = Moves([Move(Path("/mnt/m"), Path("/music"))])
    with catalogue.session() as session:
        found = stored(session, ODD_PATHS)
        ids = tuple(track.id for track in found)
        for places, here in (({}, {}), ({"folder": Path("/music")},) * 2):
            written = exported("m3u8", "x", found, **places)  # type: ignore[arg-type]
            assert imported(session, written, **here) == Matched(ids, ())
        assert imported(session, exported("m3u8", "x", found, moves), moves=back).track_ids == ids


def test_foreign_lists_are_read(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        found = stored(session, ["/m/Café.mp3".encode(), b"/m/in/b.mp3", b"/m/c d.mp3"])
        cafe, b, c = (track.id for track in found)
        data = (
            b"\xef\xbb\xbf#EXTM3U\r\n#EXTINF:1,x\r\n\r\nCaf\xe9.mp3\r\nin\\b.mp3\r\n  c d.mp3  \r"
            b"in/../c d.mp3\n./in//b.mp3\nfile:///m/c%20d.mp3\nfile://localhost/m/in/b.mp3\n"
        )
        read = imported(session, data, folder=Path("/m"))
        assert read == Matched((cafe, b, c, c, b, c, b), ())
        assert read_m3u(b"#EXTM3U\n#playlist: My \xe9vening \n").name == "My évening"
        assert read_m3u(b"").lines == ()


def test_lines_that_name_no_track_are_reported(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        (a,) = (track.id for track in stored(session, [b"/m/a.mp3"]))
        data = b"""#EXTM3U
/m/a.mp3
/m/gone \xff.mp3
../m/a.mp3
in/../../m/a.mp3
/../m/a.mp3
https://radio.example/stream
file://nas/m/a.mp3
file:///m/%0Aa.mp3
file:///m/%2E%2E/%2E%2E/a.mp3
a.mp3
"""
        read = imported(session, data, folder=Path("/m"))
        assert read.track_ids == (a, a)
        assert [each.line for each in read.unmatched] == [3, 4, 5, 6, 7, 8, 9, 10]
        assert read.unmatched[0].path == "/m/gone ÿ.mp3"
        reasons = [each.reason for each in read.unmatched]
        assert "no such file" in reasons[0]
        assert all("climbs out" in reasons[place] for place in (1, 2, 3, 7))
        assert "network" in reasons[4]
        assert "another machine" in reasons[5]
        assert "line break" in reasons[6]
        read = imported(session, b"a.mp3\n")
        assert (read.track_ids, "relative" in read.unmatched[0].reason) == ((), True)


def test_tracks_inside_a_file_come_back_by_their_start(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        ids = []
        for part, start in ((1, 0.0), (2, 100.25), (3, 200.5)):
            analysis = made_up_analysis(
                "/day.flac", f"part-{part}", part=part, start=start, seconds=100.0
            )
            ids.append(tracks.store(session, analysis, NOW).id)
        found = [tracks.get(session, each) for each in (ids[2], ids[0], ids[1])]
        data = exported("m3u8", "x", found)
        assert b"#EXTVLCOPT:start-time=100.250\n#EXTVLCOPT:stop-time=200.250\n/day.flac" in data
        assert imported(session, data).track_ids == (ids[2], ids[0], ids[1])
        assert imported(session, b"/day.flac\n").track_ids == tuple(ids)
        assert locations(exported("xspf", "x", found))[2] == "file:///day.flac#t=100.250,200.250"


def test_what_is_no_list_or_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidQuery, match="text file"):
        read_m3u(b"ID3\0\0")
    monkeypatch.setattr(m3u, "MOST_LINES", 2)
    with pytest.raises(InvalidQuery, match="names 3"):
        read_m3u(b"a\nb\nc\n")
    monkeypatch.setattr(m3u, "MOST_BYTES", 10)
    with pytest.raises(InvalidQuery, match="larger"):
        read_m3u(b"#" * 11)


@given(data=st.binary(max_size=300))
def test_anything_is_read_or_refused(data: bytes) -> None:
    try:
        parsed = read_m3u(data)
    except InvalidQuery:
        assert b"\0" in data
        return
    assert all(line.raw.strip() and not line.raw.startswith(b"#") for line in parsed.lines)
