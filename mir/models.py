"""Which model a library uses: what it begins with, how it changes, and what may be forgotten.

A change goes in two steps. The new model is prepared: index runs let it hear what it has not
heard, while the old one answers. When nothing is left that it can hear, it takes over in one
transaction. A model that has heard the library already takes over at once, so that going back is
as easy as changing was.
"""

from dataclasses import dataclass
from pathlib import Path

from mir.catalogue import coverage, models, tracks
from mir.catalogue.models import KnownModel
from mir.catalogue.revision import take_turn
from mir.engine import Engine
from mir.errors import InvalidQuery, ModelError, NotFound
from mir.model.card import ModelInfo
from mir.model.embedder import Embedder, identity, shipped_bytes
from mir.model.shelf import shipped_id

SHIPPED = "shipped"  # how the model of this version is named, whatever it calls itself
_LEAST_OF_ID = 4  # characters of an id that name a model
# Of what the active model has heard: an unmounted disk shall not empty the library.
_LEAST_HEARD = 0.5
_FILES_NAMED = 3


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model that the library knows or could use, and how it stands."""

    id: str
    name: str
    dimension: int
    tracks: int  # that it has heard
    active: bool
    pending: bool
    shipped: bool  # comes with this version of mir
    at_hand: bool  # its file is there, so that it can hear


@dataclass(frozen=True, slots=True)
class Change:
    """What came of the wish to use a model."""

    id: str
    name: str
    state: str  # "active": it answers now; "pending": once an index run has let it hear the rest
    before: str | None  # name of the model that answered until then; None where it is the same
    heard: int  # tracks
    tracks: int  # of the library


@dataclass(frozen=True, slots=True)
class Ears:
    """The models that an index run lets hear, and what the user should know of them."""

    model_ids: tuple[str, ...]  # the active one first, where its file is there
    pending: str | None
    messages: tuple[str, ...] = ()


def listing(engine: Engine) -> tuple[ListedModel, ...]:
    """The models that the library knows and the one that comes with mir, by name."""
    with engine.catalogue.session() as session:
        known = {model.id: model for model in models.known(session)}
        chosen = models.choice(session)
        heard = coverage.covered(session)
    if shipped_id() not in known:
        known[shipped_id()] = _known(engine.shelf.load(shipped_id()).info)
    listed = [
        ListedModel(
            id=model.id,
            name=model.name,
            dimension=model.dimension,
            tracks=heard.get(model.id, 0),
            active=model.id == chosen.active,
            pending=model.id == chosen.pending,
            shipped=model.id == shipped_id(),
            at_hand=engine.shelf.has(model.id),
        )
        for model in known.values()
    ]
    return tuple(sorted(listed, key=lambda model: (model.name, model.id)))


def find(engine: Engine, name: str) -> ListedModel:
    """The model of that name, or whose id begins so; `SHIPPED` for the one that comes with mir.

    Raises NotFound, listing what there is, or InvalidQuery where several are meant.
    """
    listed = listing(engine)
    found = [model for model in listed if name in (model.name, model.id)]
    if name == SHIPPED:
        found = [model for model in listed if model.shipped]
    elif not found and len(name) >= _LEAST_OF_ID:
        found = [model for model in listed if model.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(model.id for model in found)
        raise InvalidQuery(f"Several models are called {name!r}; name one by its id: {ids}.")
    known = ", ".join(f"{model.name} ({model.id})" for model in listed)
    raise NotFound(
        f"There is no model {name!r}: there are {known}; name one of them, or a model file."
    )


def content_of(engine: Engine, named: str) -> bytes:
    """The model file that is meant: by a name as `find` takes it, or by its path.

    Raises as `find` does, and ModelError where the file is gone or cannot be read.
    """
    path = Path(named).expanduser()
    if path.is_file() and named not in {model.name for model in listing(engine)}:
        try:
            return path.read_bytes()
        except OSError as error:
            raise ModelError(
                f"The model {path} cannot be read ({error.strerror}); mend its permissions."
            ) from error
    return engine.shelf.read(find(engine, named).id)


def use(engine: Engine, content: bytes, named: str) -> Change:
    """Let a model answer from now on, or prepare it where it has not heard the library yet.

    `content` is its file, which the library keeps; `named` is what errors call it. Whatever was
    pending before no longer is. Raises ModelError if it is no model of ours.
    """
    info = Embedder(content, named).info
    model_id = engine.shelf.keep(content)
    with engine.catalogue.session() as session:
        take_turn(session)  # so that no run adds a track between the look and the change
        models.register(session, _known(info))
        before = models.choice(session).active
        ready = coverage.covers(session, model_id)
        if before == model_id:
            models.prepare(session, None)
        elif ready:
            models.activate(session, model_id)
        else:
            models.prepare(session, model_id)
        names = {model.id: model.name for model in models.known(session)}
        change = Change(
            id=model_id,
            name=info.name,
            state="active" if ready or before == model_id else "pending",
            before=None if before in (None, model_id) else names.get(before, before),
            heard=coverage.covered(session).get(model_id, 0),
            tracks=tracks.count(session),
        )
    if change.state == "active":
        engine.refresh_index()
    return change


def begin(engine: Engine) -> Ears:
    """Say which models hear what an index run finds; a library without a model gets its first.

    Whoever uses the model that came with mir follows it: a version with another one makes that
    pending. So does a model whose file is gone, since nothing can be heard with it any more.
    """
    with engine.catalogue.session() as session:
        chosen = models.choice(session)
        known = {model.id: model for model in models.known(session)}
    if chosen.active is None:
        first = engine.first_embedder().info
        _keep(engine, first.model_id)
        with engine.catalogue.session() as session:
            models.register(session, _known(first))
            models.activate(session, first.model_id)
            models.note_shipped(session, shipped_id())
        return Ears((first.model_id,), None)

    active, pending = chosen.active, chosen.pending
    name = known[active].name if active in known else active
    messages = []
    _keep(engine, active)
    lost = not _at_hand(engine, active)
    if not lost and not (active in known and known[active].genres):
        with engine.catalogue.session() as session:
            models.register(session, _known(engine.embedder(active).info))
    if pending is not None and not _at_hand(engine, pending):
        messages.append(f"The file of the model {pending} is gone; it is prepared no longer.")
        pending = None
    follows = chosen.shipped not in (None, shipped_id()) and active == chosen.shipped
    if pending is None and active != shipped_id() and (lost or follows):
        pending = engine.first_embedder().info.model_id if lost else shipped_id()
        new = _prepared(engine, pending)
        why = f"The file of {name} is gone" if lost else f"{new.name} comes with this version"
        messages.append(
            f"{why}: the library is heard with {new.name}, which takes over when it has heard all."
        )
    elif chosen.shipped != shipped_id() and shipped_id() not in (active, pending):
        new = engine.shelf.load(shipped_id()).info
        messages.append(
            f"{new.name} comes with this version; change to it with `mir model use {SHIPPED}`."
        )
    messages += _setting_passed_over(engine, (active, pending), name)
    with engine.catalogue.session() as session:
        models.note_shipped(session, shipped_id())
        models.prepare(session, pending)
    hearing = (None if lost else active, pending)
    return Ears(tuple(each for each in hearing if each), pending, tuple(messages))


def complete(engine: Engine, pending: str | None) -> tuple[str, ...]:
    """Let the pending model take over at the end of a run that let it hear all it can.

    Returns what the user should know. Nothing happens where another model was chosen meanwhile,
    or where it has heard less than half of what the active one has: then a disk may be away.
    """
    if pending is None:
        return ()
    with engine.catalogue.session() as session:
        take_turn(session)
        chosen = models.choice(session)
        if chosen.pending != pending:
            return ()
        heard = coverage.covered(session)
        total, mine = tracks.count(session), heard.get(pending, 0)
        names = {model.id: model.name for model in models.known(session)}
        name = names.get(pending, pending)
        left = coverage.left_out(session, pending, _FILES_NAMED)
        listed = "; ".join(map(str, left)) + ("; …" if total - mine > len(left) else "")
        if mine < _LEAST_HEARD * heard.get(chosen.active or "", 0):
            return (
                f"{name} has heard {mine} of {total} tracks and must wait for the files of the "
                f"others ({listed}). Is a disk not mounted?",
            )
        models.activate(session, pending)
    engine.refresh_index()
    if mine == total:
        return (f"{name} has heard all {total} tracks and answers from now on.",)
    return (
        f"{name} has heard {mine} of {total} tracks and answers from now on; it could not hear "
        f"the files of the others, which it finds again when it can: {listed}.",
    )


def forget(engine: Engine, name: str) -> ListedModel:
    """Drop what a model heard and its file, and give the space back.

    Raises as `find` does, and InvalidQuery for the model in use.
    """
    model = find(engine, name)
    if model.active:
        raise InvalidQuery(
            f"{model.name} is in use; change to another model first with `mir model use`."
        )
    with engine.catalogue.session() as session:
        models.forget(session, model.id)
    engine.shelf.drop(model.id)
    engine.catalogue.compact()
    return model


def _known(info: ModelInfo) -> KnownModel:
    return KnownModel(info.model_id, info.name, info.dimension, tuple(info.genres))


def _keep(engine: Engine, model_id: str) -> None:
    """Keep a copy of a model's file in the home, where one can still be found."""
    if engine.shelf.path(model_id).is_file():
        return
    given = engine.settings.model
    for content in (shipped_bytes(), given.read_bytes() if given else b""):
        if identity(content) == model_id:
            engine.shelf.keep(content)


def _at_hand(engine: Engine, model_id: str) -> bool:
    return engine.shelf.has(model_id) or engine.first_embedder().info.model_id == model_id


def _prepared(engine: Engine, model_id: str) -> ModelInfo:
    """Facts of a model that is to be pending, which is kept and made known."""
    _keep(engine, model_id)
    info = engine.embedder(model_id).info
    with engine.catalogue.session() as session:
        models.register(session, _known(info))
    return info


def _setting_passed_over(engine: Engine, used: tuple[str | None, ...], name: str) -> list[str]:
    given = engine.settings.model
    if given is None or identity(given.read_bytes()) in used:
        return []
    return [
        f"MIR_MODEL names {given}, but this library uses {name}; "
        f"change it with `mir model use {given}`."
    ]
