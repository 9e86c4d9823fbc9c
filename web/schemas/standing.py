"""How a library and its server stand: failures, progress, models, health."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from mir.catalogue.failures import StoredFailure
from mir.engine import Pending, Status
from mir.run_note import LastRun, RunNote
from web.schemas.answers import showable

_MOST_SAID = 20  # sentences


class FailureOut(BaseModel):
    """A file that could not be analysed."""

    id: int
    path: str
    reason: str
    stage: str
    failed_at: datetime
    state: str = Field(
        description="failed: tried again when it changes; again: tried in the next index run; "
        "ignored: not counted, and not tried until it changes."
    )

    @classmethod
    def of(cls, failure: StoredFailure) -> Self:
        """The showable form of a failure."""
        return cls(
            id=failure.id,
            path=showable(failure.path),
            reason=showable(failure.reason),
            stage=failure.stage,
            failed_at=failure.failed_at,
            state=failure.state,
        )


class FailuresOut(BaseModel):
    """A page of failures."""

    failures: list[FailureOut]
    total: int
    offset: int


class ChangedOut(BaseModel):
    """How much a request changed."""

    changed: int


class ProgressOut(BaseModel):
    """How far a running index run is, whichever process it is of."""

    part: str = Field("Indexing", description="Indexing, Fingerprinting or Comparing.")
    done: int
    total: int = Field(description="0 while it still looks for what there is to do.")
    failed: int

    @classmethod
    def of(cls, note: RunNote | None) -> Self | None:
        """The showable form of what a run tells of itself."""
        if note is None:
            return None
        return cls(part=note.part, done=note.done, total=note.total, failed=note.failures)


class LastRunOut(BaseModel):
    """How the index run ended that this server began last."""

    ended_at: datetime
    failed: bool = Field(description="Whether it could not be done; `said` has why.")
    said: list[str] = Field(description="What it did, in sentences.")

    @classmethod
    def of(cls, last: LastRun | None) -> Self | None:
        """The showable form of the end of a run."""
        if last is None:
            return None
        said = [showable(line) for line in last.said[:_MOST_SAID]]
        return cls(ended_at=last.ended_at, failed=last.failed, said=said)


class PartsOut(BaseModel):
    """For how many of the tracks each part of an index run is done."""

    tracks: int
    heard: int = Field(description="By the model that answers.")
    fingerprinted: int = Field(description="Can be known again from a clip.")
    compared: int = Field(description="With the rest of the library, for duplicates.")


class RunsOut(BaseModel):
    """What index runs have done, the one that goes on, and how the last one ended."""

    parts: PartsOut
    running: ProgressOut | None = Field(description="The run that goes on, if any.")
    last: LastRunOut | None = Field(description="The one that this server began last, if any.")


class PendingOut(BaseModel):
    """A model that takes over once it has heard the library."""

    id: str
    name: str
    tracks: int = Field(description="Tracks that it has heard.")

    @classmethod
    def of(cls, pending: Pending | None) -> Self | None:
        """The showable form of the pending model."""
        if pending is None:
            return None
        return cls(id=pending.id, name=showable(pending.name), tracks=pending.tracks)


class StatusOut(BaseModel):
    """What the library holds and whether the index is up to date."""

    tracks: int
    failures: int
    indexed: int = Field(description="Tracks in the index that answers come from.")
    index_state: str = Field(description="empty, ready or behind.")
    model_id: str = Field(description="The model that answers come from.")
    model_name: str
    pending_model: PendingOut | None = Field(description="The model that is to follow, if any.")
    revision: int
    roots: list[str]
    running: ProgressOut | None = Field(description="The index run now going on, if any.")

    @classmethod
    def of(cls, status: Status, running: ProgressOut | None) -> Self:
        """The showable form of the engine's status."""
        behind = "ready" if status.index_count == status.tracks else "behind"
        return cls(
            tracks=status.tracks,
            failures=status.failures,
            indexed=status.index_count,
            index_state=behind if status.tracks else "empty",
            model_id=status.model_id,
            model_name=showable(status.model_name),
            pending_model=PendingOut.of(status.pending),
            revision=status.revision,
            roots=[showable(root) for root in status.roots],
            running=running,
        )


class HealthOut(BaseModel):
    """The answer of a server that can answer."""

    status: str
