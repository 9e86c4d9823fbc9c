"""Questions that begin with a sound, tracks or a mood: search, classify, similar, what next."""

from datetime import UTC, datetime
from functools import partial

from flask import Response, request

from mir.recommend.for_listener import recommend
from mir.recommend.path import path as path_between
from mir.recommend.related import related_artists
from mir.search.like import like
from mir.search.mood import near_mood
from mir.search.query import classify, search_clip
from mir.search.recognise import recognise, what_was_played
from mir.search.seeds import Seeds
from web.api.describe import blueprint, multipart, problems, read_fields, reply
from web.context import context, engine
from web.listening import LISTENING_SECONDS, LONGEST_RECORDING, Upload, uploaded_clip
from web.schemas import (
    AnswerOut,
    ClipForm,
    HeardOut,
    HitOut,
    HitsOut,
    LikeQuery,
    MoodQuery,
    NextQuery,
    PathQuery,
    RecognitionOut,
    RelatedArtistOut,
    RelatedArtistsOut,
    RelatedQuery,
    SearchForm,
    SimilarQuery,
    TimelineOut,
    TrackPath,
)

api = blueprint("search", "Questions that begin with a sound or with tracks.")
_UPLOAD = problems(413, 415)
_CLIP = "clip", "The audio file to listen to."


@api.post(
    "/search",
    summary="Tracks that sound like a clip",
    responses={200: AnswerOut, **_UPLOAD},
    openapi_extensions=multipart(SearchForm, *_CLIP),
)
def search() -> Response:
    """Listen to the clip; answer with which recording it is, what it is heard as, what is near."""
    return reply(answer_clip(uploaded_clip(), read_fields(SearchForm, request.form)))


@api.post(
    "/identify",
    summary="Which recording a clip is",
    responses={200: RecognitionOut, **_UPLOAD},
    openapi_extensions=multipart(ClipForm, *_CLIP),
)
def identify_clip() -> Response:
    """Compare the clip with the fingerprints of the library; where in a track does it begin?"""
    clip = uploaded_clip()
    read_fields(ClipForm, request.form)
    with context().desk.seat():
        return reply(RecognitionOut.of(recognise(engine(), clip.read(), context().apart.call)))


@api.post(
    "/identify/timeline",
    summary="What was played when in a long recording",
    responses={200: TimelineOut, **_UPLOAD},
    openapi_extensions=multipart(ClipForm, *_CLIP),
)
def identify_timeline() -> Response:
    """Look through a mix, a radio hour or a concert from end to end.

    Three hours at most, and one recording at a time: an hour takes half a minute in a small
    library and more in a large one. `mir identify --timeline FILE` has no limit.
    """
    recording = uploaded_clip()
    read_fields(ClipForm, request.form)
    return reply(answer_recording(recording))


@api.post(
    "/classify",
    summary="What a clip is heard as",
    responses={200: HeardOut, **_UPLOAD},
    openapi_extensions=multipart(ClipForm, *_CLIP),
)
def classify_clip() -> Response:
    """Listen to the clip; answer with its genres, moods, instruments, tempo and key."""
    clip = uploaded_clip()
    read_fields(ClipForm, request.form)
    with context().desk.seat():
        return reply(HeardOut.of(classify(engine(), clip.read(), context().apart.call)))


@api.get(
    "/tracks/<int:track_id>/similar",
    summary="Tracks near a track",
    responses={200: HitsOut, **problems(404)},
)
def similar_tracks(path: TrackPath, query: SimilarQuery) -> Response:
    """The nearest tracks that pass the filter, nearest first, each with reasons."""
    seeds = Seeds(tracks=(path.track_id,), unlike=tuple(query.unlike))
    hits = like(engine(), seeds, query.filter(), query.listing(query.offset))
    return reply(HitsOut.of(hits))


@api.get(
    "/similar",
    summary="Tracks near tracks, artists or albums",
    responses={200: HitsOut, **problems(404)},
)
def similar_to_seeds(query: LikeQuery) -> Response:
    """The nearest tracks that pass the filter, nearest first; no seed and no version of one.

    Pages by `offset` are stable: together they are one longer list.
    """
    hits = like(engine(), query.seeds(), query.filter(), query.listing(query.offset))
    return reply(HitsOut.of(hits))


@api.get("/mood", summary="Tracks near a point of mood", responses={200: HitsOut})
def mood(query: MoodQuery) -> Response:
    """The tracks that feel most like a point between calm and energetic, dark and bright.

    `score` is 1 at the point and falls with the distance to it, to -1 from corner to corner.
    """
    hits = near_mood(engine(), query.point(), query.filter(), query.listing(query.offset))
    return reply(HitsOut.of(hits))


@api.get(
    "/path",
    summary="A path between two tracks",
    responses={200: HitsOut, **problems(404)},
)
def path(query: PathQuery) -> Response:
    """From one track to another in small steps; the filter holds for the tracks between.

    Score, similarity and reasons of each compare it with the one before; the first has 1 and none.
    """
    return reply(found_path(query))


@api.get(
    "/recommendations",
    summary="What to play next",
    responses={200: HitsOut, **problems(404)},
)
def recommendations(query: NextQuery) -> Response:
    """From a listener's plays, from seeds, or both; none twice, no seed, artists spaced.

    Without plays and seeds it is a varied sample of the library. The answer stays the same for a
    day, while plays stay the same.
    """
    return reply(recommended(query))


@api.get(
    "/related-artists",
    summary="Artists who go with an artist",
    responses={200: RelatedArtistsOut, **problems(404)},
)
def related(query: RelatedQuery) -> Response:
    """By the sound of their tracks and, where several listeners play both, by that.

    Listeners change the order and not the score; only how many play both is said.
    """
    return reply(related_to_artist(query))


def answer_clip(clip: Upload, form: SearchForm) -> AnswerOut:
    """All that is said of a clip, when there is a seat to listen."""
    with context().desk.seat():
        found = search_clip(engine(), clip.read(), form.filter(), form.count, context().apart.call)
    known = RecognitionOut.of(found.recognition)
    return AnswerOut(
        recording=known.recording,
        others=known.others,
        among=known.among,
        heard=HeardOut.of(found.heard),
        hits=[HitOut.of(hit) for hit in found.hits],
    )


def answer_recording(recording: Upload) -> TimelineOut:
    """What was played when, when no other recording is being looked through."""
    with context().long_desk.seat():
        decode = partial(context().apart.call, seconds=LISTENING_SECONDS)
        heard = what_was_played(engine(), recording.read(), LONGEST_RECORDING, decode=decode)
    return TimelineOut.of(heard)


def found_path(query: PathQuery) -> HitsOut:
    """The tracks of a path, its ends included."""
    hits = path_between(engine(), query.start, query.end, query.steps, query.filter())
    return HitsOut.of(hits)


def recommended(query: NextQuery) -> HitsOut:
    """What a listener may want to hear."""
    now = datetime.now(UTC)
    draw = now.toordinal() if query.draw is None else query.draw
    return HitsOut.of(recommend(engine(), query.wish(), now, draw))


def related_to_artist(query: RelatedQuery) -> RelatedArtistsOut:
    """The artists who go with one, best first."""
    found = related_artists(engine(), query.artist, datetime.now(UTC), query.count)
    return RelatedArtistsOut(artists=[RelatedArtistOut.of(each) for each in found])
