"""Every question gives the ids that filtering its answer over the whole library gives."""

import io
from datetime import timedelta

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_library import NOW, engine_at, made_up, unit_vectors

from mir.analysis import Descriptors, Label
from mir.catalogue import plays, tracks
from mir.catalogue.filters import Filter
from mir.catalogue.plays import NewPlay
from mir.catalogue.tracks import Track
from mir.engine import Engine
from mir.errors import InvalidQuery
from mir.recommend.next_tracks import next_tracks
from mir.search.browse import browse
from mir.search.query import search_clip, similar

TRACKS = 80
GENRES, MOODS = ("rock", "jazz", "ambient"), ("calm", "dark")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Tracks that differ in all that a filter may ask for."""
    engine = engine_at(tmp_path_factory.mktemp("library"))
    draw = np.random.default_rng(3)
    with engine.catalogue.session() as session:
        for n, vector in enumerate(unit_vectors(TRACKS)):
            analysis = made_up(
                n,
                vector,
                predicted=[(GENRES[draw.integers(3)], 0.9)],
                moods=[Label(MOODS[draw.integers(2)], 0.5)] if n % 3 else (),
                seconds=float(draw.integers(60, 400)),
                descriptors=Descriptors(
                    tempo=float(draw.integers(80, 180)) if n % 5 else None,
                    key=("C", "G", "A", "D#")[draw.integers(4)],
                    mode=("major", "minor")[draw.integers(2)],
                ),
                artists=(f"Artist {n % 40}",),
                album=f"Album {n % 4}",
                year=1990 + n % 10,
                genres=(GENRES[draw.integers(3)],),
                licence="CC0" if n % 2 else None,
            )
            track = tracks.store(session, analysis, NOW - timedelta(days=n)).id
            if n % 7 == 0:
                done = NewPlay(track, "listen", NOW - timedelta(days=n), "ann")
                plays.record(session, [done], NOW)
    engine.refresh_index()
    return engine


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    """One to four words of the grammar."""
    words = {
        "genres_any": st.just(("rock", "jazz")),
        "genres_all": st.sampled_from(GENRES).map(lambda name: (name,)),
        "genres_none": st.sampled_from(GENRES).map(lambda name: (name,)),
        "genres_by": st.sampled_from(["tag", "model"]),
        "moods": st.sampled_from(MOODS).map(lambda name: (name,)),
        "bpm_from": st.integers(80, 180),
        "key": st.sampled_from(["C", "Am", "3A", "D#"]),
        "artist": st.integers(0, 39).map("Artist {}".format),
        "album": st.integers(0, 4).map("album {}".format),
        "year_to": st.integers(1990, 2000),
        "seconds_from": st.integers(60, 400),
        "path": st.sampled_from(["/music", "*5.flac", "1?.flac", "/x"]),
        "added_since": st.integers(0, TRACKS).map(lambda days: NOW - timedelta(days=days)),
        "licence": st.sampled_from(["any", "none", "cc", "by"]),
        "unplayed": st.just(True),
        "not_played_since": st.integers(0, TRACKS).map(lambda days: NOW - timedelta(days=days)),
        "listener": st.sampled_from(["ann", "", "bo"]),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(words)), min_size=1, max_size=4, unique=True))
    harmonic = "key" in chosen and draw(st.booleans())
    return Filter(**{word: draw(words[word]) for word in chosen}, harmonic=harmonic)  # type: ignore[arg-type]


def passes(track: Track, asked: Filter) -> bool:
    """Whether what is known of the track is what the filter asks for."""
    by = asked.genres_by
    has = {label.name for label in track.genres} if by != "tag" else set()
    has |= set(track.tag_genres) if by != "model" else set()
    sound, number = track.descriptors, int(track.paths[0].stem)
    path = {"/music": True, "/x": False, "*5.flac": number % 10 == 5}
    path["1?.flac"] = 10 <= number < 20
    heard = asked.listener == "ann" and number % 7 == 0
    since = asked.not_played_since
    licences = {"any": ("CC0",), "none": (None,), "cc": ("CC0",), "by": ()}
    demands = (
        not asked.genres_any or has & set(asked.genres_any),
        has >= set(asked.genres_all) and not has & set(asked.genres_none),
        not asked.moods or {label.name for label in track.moods} & set(asked.moods),
        asked.bpm_from is None or (sound.tempo is not None and sound.tempo >= asked.bpm_from),
        asked.key is None or (sound.key, sound.mode) in asked.keys,
        asked.artist is None or asked.artist in track.artists,
        asked.album is None or asked.album.title() == track.album,
        asked.year_to is None or (track.year is not None and track.year <= asked.year_to),
        asked.seconds_from is None or track.seconds >= asked.seconds_from,
        asked.path is None or path[asked.path],
        asked.added_since is None or track.added_at >= asked.added_since,
        asked.licence is None or track.licence in licences[asked.licence],
        not (asked.unplayed and heard),
        since is None or not heard or NOW - timedelta(days=number) < since,
    )
    return all(demands)


@pytest.fixture(scope="module")
def everything(engine: Engine) -> dict[int, Track]:
    with engine.catalogue.session() as session:
        return tracks.get_many(session, range(1, TRACKS + 1))


@pytest.fixture(scope="module")
def clip() -> bytes:
    """A second of noise."""
    file = io.BytesIO()
    noise = 0.1 * np.random.default_rng(5).standard_normal(16_000)
    soundfile.write(file, noise, 16_000, format="WAV")
    return file.getvalue()


@settings(deadline=None, max_examples=50)
@given(asked=filters(), seed=st.integers(1, TRACKS), count=st.integers(1, TRACKS))
def test_similar_tracks_next_tracks_and_pages_equal_filtering_everything(
    engine: Engine, everything: dict[int, Track], asked: Filter, seed: int, count: int
) -> None:
    passing = {track.id for track in everything.values() if passes(track, asked)}
    ranked = [hit.track.id for hit in similar(engine, seed, None, TRACKS)]
    near = [hit.track.id for hit in similar(engine, seed, asked, count)]
    assert near == [each for each in ranked if each in passing][:count]
    page, whole = browse(engine, asked, limit=count), browse(engine, limit=TRACKS)
    assert page.total == len(passing)
    assert [t.id for t in page.items] == [t.id for t in whole.items if t.id in passing][:count]
    # Every track is of another sound, so that none is left out as a version of another.
    following = [hit.track.id for hit in next_tracks(engine, [seed], TRACKS, asked)]
    assert set(following) == passing - {seed}


@settings(deadline=None, max_examples=25)
@given(asked=filters(), count=st.integers(1, TRACKS))
def test_the_answer_to_a_clip_equals_filtering_everything(
    engine: Engine, everything: dict[int, Track], clip: bytes, asked: Filter, count: int
) -> None:
    ranked = [hit.track.id for hit in search_clip(engine, clip, None, TRACKS).hits]
    found = [hit.track.id for hit in search_clip(engine, clip, asked, count).hits]
    assert found == [each for each in ranked if passes(everything[each], asked)][:count]


def test_a_mood_that_no_track_has_is_named_with_those_there_are(engine: Engine) -> None:
    with pytest.raises(InvalidQuery, match=r"mood 'sad'; there are calm, dark"):
        similar(engine, 1, Filter(moods=("sad",)))
    with pytest.raises(InvalidQuery, match=r"mood 'sad'; there are calm, dark"):
        browse(engine, Filter(moods=("sad",)))
    assert similar(engine, 1, Filter(moods=("sad", "Calm")), 1)
    assert similar(engine, 1, Filter(moods=("dark",), album="none such")) == ()
