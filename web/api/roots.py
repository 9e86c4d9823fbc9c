"""The folders of music: which there are, which are to be looked at, which no more."""

from flask import Response, abort

from mir.catalogue import roots
from mir.catalogue.roots import Root
from web.api.describe import blueprint, problems, reply
from web.context import context, engine
from web.schemas.requests import RootPath
from web.schemas.roots import ForgetQuery, RootIn, RootOut, RootsOut

api = blueprint("roots", "The folders of music.")


@api.get("/roots", summary="The folders of music", responses={200: RootsOut})
def list_roots() -> Response:
    """Each folder that index runs look at, with its tracks and whether it can be reached."""
    return reply(root_list())


@api.post("/roots", summary="Add a folder", responses={201: RootOut, **problems(403)})
def add_root(body: RootIn) -> Response:
    """The next index run looks at it; a folder inside a known one is part of that."""
    response = reply(RootOut.of(added_root(body.path)))
    response.status_code = 201
    return response


@api.delete(
    "/roots/<int:root_id>",
    summary="Look at a folder no more",
    responses={200: RootOut, **problems(403, 404, 409)},
)
def remove_root(path: RootPath, query: ForgetQuery) -> Response:
    """No index run looks at it; nothing on the disk changes, and its tracks go only if asked."""
    return reply(RootOut.of(removed_root(path.root_id, query)))


def root_list() -> RootsOut:
    """The folders of music as they are now."""
    with engine().catalogue.session() as session:
        found = roots.listing(session)
    return RootsOut(roots=[RootOut.of(root) for root in found])


def added_root(path: str) -> Root:
    """Add that folder; InvalidQuery where it is none."""
    with engine().catalogue.session() as session:
        return roots.add(session, path)


def removed_root(root_id: int, query: ForgetQuery) -> Root:
    """Take that folder out; NotFound, and 409 where tracks would go while a run goes on."""
    with_tracks = query.tracks == "remove"
    if with_tracks and context().running() is not None:
        abort(409, "An index run goes on and may be storing these tracks; wait until it is done.")
    with engine().catalogue.session() as session:
        found = roots.remove(session, root_id, with_tracks=with_tracks)
    if with_tracks:
        engine().refresh_index()
    return found
