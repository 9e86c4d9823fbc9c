"""The map of the library."""

import hashlib

from flask import Response, request

from mir.errors import NotFound
from mir.map.library import library_map
from web.api.describe import blueprint, problems, reply
from web.context import engine
from web.schemas import MapOut

api = blueprint("map", "The library in two dimensions.")
_KEEP = 60  # seconds that a browser may keep the map without asking


@api.get("/map", summary="Where every track lies", responses={200: MapOut, **problems(404)})
def whole_map() -> Response:
    """Every heard track in two dimensions: what lies together sounds alike.

    It is made by an index run, or `mir map`, and kept; tracks that came later lie beside what is
    near to them. Takes conditional requests. 404 where none was made yet.
    """
    found = library_map(engine())
    if found is None:
        raise NotFound("There is no map yet; an index run makes it, or `mir map`.")
    answer = reply(MapOut.of(found))
    answer.set_etag(hashlib.blake2b(answer.get_data(), digest_size=16).hexdigest())
    answer.cache_control.private = True
    answer.cache_control.max_age = _KEEP
    answer.make_conditional(request)
    return answer
