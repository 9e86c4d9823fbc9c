"""What a catalogue promises of the briefs of its tracks, on each database."""

from mir.analysis import Tags
from mir.catalogue import briefs, tracks
from mir.catalogue.session import Catalogue
from tests.made_up_analyses import NOW, made_up_analysis

TAGGED = (
    Tags(title="One", artists=("Ann", "Björk"), album="Live", album_artist="Various"),
    Tags(title="Two", artists=("Ann",), album="Live"),
    Tags(title="Three", album_artist="Various"),
    Tags(),
)


def test_a_brief_says_of_a_track_what_the_whole_track_says(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        ids = [
            tracks.store(session, made_up_analysis(f"/music/{n}.flac", f"h{n}", tags=tags), NOW).id
            for n, tags in enumerate(TAGGED)
        ]
        asked = [ids[2], 999, ids[0], ids[3], ids[1], ids[0], -1, 2**70]
        found = briefs.get_many(session, asked)
        whole = tracks.get_many(session, asked)
    assert list(found) == list(whole) == [ids[2], ids[0], ids[3], ids[1]]
    for track, brief in found.items():
        other = whole[track]
        assert brief.id == track
        assert brief.artists == other.artists[:1]
        for name in ("title", "album", "album_artist", "seconds"):
            assert getattr(brief, name) == getattr(other, name), name


def test_a_track_without_a_file_has_no_brief(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        made = tracks.store(session, made_up_analysis("/music/a.flac", "h"), NOW)
        tracks.store(session, made_up_analysis("/music/a.flac", "other"), NOW)  # takes its file
        assert briefs.get_many(session, [made.id]) == {}
