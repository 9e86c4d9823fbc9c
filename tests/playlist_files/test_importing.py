"""Lists become playlists: how they are called, and which names and folders are refused."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mir.catalogue import playlist_entries, playlists, tracks
from mir.catalogue.session import Catalogue
from mir.errors import InvalidQuery
from mir.playlist_files.folders import rewriting
from mir.playlist_files.importing import import_m3u
from tests.made_up_analyses import NOW, made_up_analysis


def test_a_list_is_called_as_one_says_or_as_it_says_or_as_its_file(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        track = tracks.store(session, made_up_analysis("/m/a.mp3", "a"), NOW)
        named = b"#EXTM3U\n#PLAYLIST: Evening \n/m/a.mp3\n/m/gone.mp3\n"
        for data, name, called in (
            (named, "Mine", "Mine"),
            (named, None, "Evening"),
            (b"/m/a.mp3\n", None, "some.list"),
        ):
            found = import_m3u(session, data, NOW, name=name, file_name="some.list.m3u")
            assert (found.playlist.name, found.playlist.count) == (called, 1)
            kept = playlist_entries.tracks_of(session, found.playlist.id)
            assert [each.id for each in kept] == [track.id]
        assert found.unmatched == ()
        with pytest.raises(InvalidQuery, match="'Evening' already"):
            import_m3u(session, named, NOW)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.text(st.characters(exclude_characters="\0\r\n", codec="utf-8"), max_size=4),
    bad=st.sampled_from(["..", "/", "\\", "\x0b", "\x1b", "\x85", "\u2028"]),
)
def test_a_list_whose_name_cannot_be_one_is_refused(
    sqlite_catalogue: Catalogue, before: str, bad: str
) -> None:
    data = f"#EXTM3U\n#PLAYLIST:x{before}{bad}x\n".encode()
    with sqlite_catalogue.session() as session:
        with pytest.raises(InvalidQuery, match="give it another name"):
            import_m3u(session, data, NOW, file_name="fine.m3u8")
        assert playlists.page(session).total == 0
        assert import_m3u(session, data, NOW, name="Fine").playlist.name == "Fine"
        session.rollback()


@pytest.mark.parametrize("name", ["", "..", "a\nb", ".m3u"])
def test_a_file_whose_name_cannot_be_one_is_refused(sqlite_catalogue: Catalogue, name: str) -> None:
    with sqlite_catalogue.session() as session:
        if name == ".m3u":  # a name of its own, as in any folder
            assert import_m3u(session, b"", NOW, file_name=name).playlist.name == name
        else:
            with pytest.raises(InvalidQuery, match="another name"):
                import_m3u(session, b"", NOW, file_name=name)


@given(
    parts=st.lists(st.sampled_from(["a", "b c", "..", "x\ny", "\r", "...", "a..b"]), min_size=1),
    old=st.booleans(),
)
def test_no_folder_in_a_mapping_breaks_a_line_or_climbs(parts: list[str], old: bool) -> None:
    folder = Path("/" + "/".join(parts))
    pair = (folder, Path("/m")) if old else (Path("/m"), folder)
    if {"..", "x\ny", "\r"} & set(parts):
        with pytest.raises(InvalidQuery, match="write it without"):
            rewriting([pair])
    else:
        assert rewriting([pair])(str(pair[0]).encode()) == str(pair[1]).encode()
