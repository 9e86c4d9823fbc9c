"""The page of what the model hears in a track over time, which the track's page takes in, too."""

from itertools import groupby

from flask import Blueprint, render_template

from mir.errors import NotFound
from web import media, pictures
from web.context import engine
from web.schemas import MAX_ID, OverTimeOut, TrackOut

pages = Blueprint("sound_pages", __name__)


@pages.get("/tracks/<int:track_id>/over-time")
def over_time(track_id: int) -> str:
    """What is heard in each passage of the track, as strips along its time and as a table."""
    if track_id > MAX_ID:
        raise NotFound("No track has that id.")
    model_id = engine().view().model_id
    track = media.find_track(track_id, model_id)
    heard = pictures.over_time(track, model_id)
    leading = _leading(heard)
    runs = [(name, [n for n, _ in group]) for name, group in groupby(leading, lambda one: one[1])]
    return render_template(
        "over_time.html",
        track=TrackOut.of(track),
        heard=heard,
        leading=[name for _, name in leading],
        runs=[
            (name, heard.passages[places[0]].start, heard.passages[places[-1]].end)
            for name, places in runs
        ],
    )


def _leading(heard: OverTimeOut) -> list[tuple[int, str | None]]:
    """(place, the most probable genre) of each passage; None where nothing was heard."""
    leading: list[tuple[int, str | None]] = []
    for place in range(len(heard.passages)):
        said = [(row.probabilities[place], row.name) for row in heard.genres]
        known = [(probability, name) for probability, name in said if probability is not None]
        leading.append((place, max(known)[1] if known else None))
    return leading
