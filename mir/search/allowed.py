"""From a filter and a count, as a user gave them, to what the index is asked."""

from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from mir.catalogue import genres, models, moods
from mir.catalogue.filters import Filter, allowed_ids, not_played
from mir.catalogue.revision import writes_but_plays
from mir.catalogue.session import Session
from mir.catalogue.text import folded
from mir.engine import Engine
from mir.errors import InvalidQuery

MOST = 500  # results to one question


def check_count(count: int) -> None:
    """Refuse a count that is not from 1 to `MOST` with InvalidQuery."""
    if not 1 <= count <= MOST:
        raise InvalidQuery(f"A count of {count} is out of range; ask for 1 to {MOST} tracks.")


def allowed(engine: Engine, filter: Filter | None, model_id: str) -> NDArray[np.int64] | None:
    """Ids of the tracks that pass the filter, ascending; None where there is nothing to filter.

    Predicted genres and moods are those of the model. Remembered until something other than plays
    is written to the catalogue; what was played is asked each time. Raises InvalidQuery for a genre
    that neither a track of the library nor an output of the model has, naming the nearest, and
    where nothing passes for moods of which no track has any though there are others.
    """
    if filter is None or filter.is_empty:
        return None
    lasting = filter.but_plays
    with engine.catalogue.session() as session:

        def ask() -> NDArray[np.int64]:
            _check_genres(session, engine, lasting, model_id)
            ids = allowed_ids(session, lasting, model_id)
            if not ids.size:
                _check_moods(session, lasting, model_id)
            ids.flags.writeable = False  # shared between requests
            return ids

        key = (writes_but_plays(session), model_id, lasting)
        return not_played(session, engine.filters.get(key, ask), filter)


def _check_genres(session: Session, engine: Engine, filter: Filter, model_id: str) -> None:
    asked = (*filter.genres_any, *filter.genres_all, *filter.genres_none)
    if not asked:
        return
    outputs = {model.id: model.genres for model in models.known(session)}
    if model_id not in outputs:
        outputs[model_id] = engine.embedder(model_id).info.genres
    known = {folded(name): name for name in outputs[model_id]}
    known |= {folded(name): name for name in genres.names(session)}
    for name in asked:
        if folded(name) in known:
            continue
        near = [known[match] for match in get_close_matches(folded(name), known, n=3)]
        meant = f"did you mean {' or '.join(near)}? Otherwise list" if near else "list"
        raise InvalidQuery(
            f"There is no genre {name!r} in this library: {meant} the genres with `mir genres`."
        )


def _check_moods(session: Session, filter: Filter, model_id: str) -> None:
    if not filter.moods:
        return
    known = moods.names(session, model_id)
    if known and not {folded(name) for name in known} & {folded(name) for name in filter.moods}:
        raise InvalidQuery(
            f"No track of this library has the mood {filter.moods[0]!r}; there are "
            f"{', '.join(known)}."
        )
