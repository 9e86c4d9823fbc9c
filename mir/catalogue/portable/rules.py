"""What an import takes of some tables, beyond adding the rows that are not here.

- A known sound keeps its tags, names and measures of here: `mir index` read them from the files of
  this machine, and reads them again when they change. It gets what models heard of it that it has
  not met here, files at paths that are not known here, and the earlier `added_at`.
- A path that is known here keeps its sound of here. A failure of here gives way to a file of the
  same size and time that could be read there, unless the user ignores or excludes the path. A
  new sound all of whose paths hold something else here is left out.
- The choice of models is taken over only where no model was chosen here yet.
- A playlist whose name its listener has here stays as it is here.
- Inodes are dropped, since they mean nothing on another disk.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from mir.catalogue import embeddings, failures, models
from mir.catalogue.paths import restored, shown
from mir.catalogue.playlists import checked_name
from mir.catalogue.portable.matching import Row
from mir.catalogue.portable.moves import Moves
from mir.catalogue.portable.reading import batches
from mir.catalogue.revision import bump, bump_fingerprints
from mir.catalogue.tables import TAG, chromas, files, fingerprints, playlists, tracks
from mir.catalogue.tables import embeddings as embeddings_table
from mir.catalogue.tables import failures as failures_table
from mir.catalogue.tables import state as state_table
from mir.errors import CatalogueError, InvalidQuery

Rule = Callable[[list[Row]], list[Row]]

_PASSING = ("failed", "again")  # states of a failure that the user did not choose


class Rules:
    """The rules of one import, and what was here before it; rows refer to ids of here."""

    def __init__(self, session: Session, source: Connection, moves: Moves) -> None:
        """Look at what is here; the caller holds the turn to write."""
        self.known = 0  # sounds met that were here
        self.taken = 0  # files left out, since their paths hold something else here
        self.last_track = _last_id(session, tracks)  # tracks above are new
        self._last_file = _last_id(session, files)
        self._last_playlist = _last_id(session, playlists)
        self._session = session
        self._source = source
        self._moves = moves
        self._revision: int | None = None  # of the vectors that come in
        self._fingerprint_revision: int | None = None
        there = batches(source, select(embeddings_table.c.model_id).distinct())
        self._heard = {
            row["model_id"]: frozenset(embeddings.ids_with(session, row["model_id"]).tolist())
            for rows in there
            for row in rows
        }
        self._lengths = {model_id: _vector_bytes(session, model_id) for model_id in self._heard}
        self._by_table: dict[str, Rule] = {
            "tracks": self._tracks,
            "files": self._files,
            "failures": self._failures,
            "roots": self._moved,
            "state": self._state,
            "embeddings": self._embeddings,
            "fingerprints": self._fingerprints,
            "chromas": self._chromas,
            "hearings": self._of_sounds,
            "track_labels": self._of_sounds,
            "track_genres": self._of_sounds,
            "track_artists": self._of_sounds,
            "playlists": self._playlists,
            "playlist_entries": self._of_new_playlists,
        }

    def of(self, table: Table) -> Rule:
        """Return what makes of rows of the table those that may come in."""
        return self._by_table.get(table.name, lambda rows: rows)

    def _tracks(self, rows: list[Row]) -> list[Row]:
        """Known sounds, which get the earlier moment, and new ones that have a place."""
        there = {row["audio_hash"]: row for row in rows}
        columns = (tracks.c.id, tracks.c.audio_hash, tracks.c.added_at)
        known: set[str] = set()
        earlier = []
        for here in self._session.execute(
            select(*columns).where(tracks.c.audio_hash.in_(list(there)))
        ):
            known.add(here.audio_hash)
            moment = there[here.audio_hash]["added_at"]
            if moment < here.added_at:
                earlier.append({"track": here.id, "moment": moment})
        if earlier:
            change = update(tracks).where(tracks.c.id == bindparam("track"))
            self._session.connection().execute(change.values(added_at=bindparam("moment")), earlier)
        self.known += len(known)
        new = [row["id"] for row in rows if row["audio_hash"] not in known]
        homed = self._with_a_place(new)
        return [row for row in rows if row["audio_hash"] in known or row["id"] in homed]

    def _with_a_place(self, ids: list[int]) -> set[int]:
        """Those of the new tracks (ids of there) that have a file whose path is free here."""
        columns = (files.c.track_id, files.c.path, files.c.part, files.c.size, files.c.modified_ns)
        chosen = select(*columns).where(files.c.track_id.in_(ids))
        rows = [row for some in batches(self._source, chosen) for row in some]
        owners = self._owners(self._moved(rows))
        homed = {row["track_id"] for row in self._free(rows, owners)}
        self.taken += sum(row["track_id"] not in homed for row in rows)
        return homed

    def _files(self, rows: list[Row]) -> list[Row]:
        """Files at paths that are free here."""
        owners = self._owners(self._moved(rows))
        free = self._free(rows, owners)
        places = Counter((row["path"], row["part"]) for row in free)
        for row in free:
            place = row["path"], row["part"]
            if place in owners or places[place] > 1:
                raise InvalidQuery(
                    f"Two files of the export would lie at {row['shown']}; "
                    "map their folders to different ones."
                )
            row["inode"] = None
        failures.forget(self._session, [restored(row["path"]) for row in free])
        here = [owners.get((row["path"], row["part"])) for row in rows]
        same = sum(
            owner is not None and owner.track_id == row["track_id"]
            for owner, row in zip(here, rows, strict=True)
        )
        self.taken += len(rows) - len(free) - same
        return free

    def _owners(self, rows: list[Row]) -> dict[tuple[bytes, int], Any]:
        """The files of here at the paths of the rows: id, path, part and track_id."""
        columns = (files.c.id, files.c.path, files.c.part, files.c.track_id)
        chosen = select(*columns).where(files.c.path.in_([row["path"] for row in rows]))
        return {(row.path, row.part): row for row in self._session.execute(chosen)}

    def _free(self, rows: list[Row], owners: dict[tuple[bytes, int], Any]) -> list[Row]:
        """The files whose paths held nothing here before, or only what can be read after all."""
        known = {owner.path for owner in owners.values() if owner.id <= self._last_file}
        paths = [row["path"] for row in rows]
        chosen = select(failures_table).where(failures_table.c.path.in_(paths))
        failed = {row.path: row for row in self._session.execute(chosen)}

        def fails(row: Row) -> bool:
            failure: Any = failed.get(row["path"])
            if failure is None:
                return False
            same = (failure.size, failure.modified_ns) == (row["size"], row["modified_ns"])
            return not (same and failure.state in _PASSING)

        return [row for row in rows if row["path"] not in known and not fails(row)]

    def _failures(self, rows: list[Row]) -> list[Row]:
        """Failures at paths that were not known as those of files."""
        paths = [row["path"] for row in self._moved(rows)]
        chosen = select(files.c.path).where(files.c.id <= self._last_file, files.c.path.in_(paths))
        known = set(self._session.execute(chosen).scalars())
        return [row for row in rows if row["path"] not in known]

    def _moved(self, rows: list[Row]) -> list[Row]:
        for row in rows:
            row["path"] = self._moves(row["path"])
            row["shown"] = shown(restored(row["path"]))
        return rows

    def _of_sounds(self, rows: list[Row]) -> list[Row]:
        """All of new tracks, and of known ones what models heard that are new to them."""
        return [row for row in rows if self._is_new(row)]

    def _is_new(self, row: Row) -> bool:
        if row["track_id"] > self.last_track:
            return True
        model_id = row.get("model_id") or row.get("source", TAG)
        return model_id != TAG and row["track_id"] not in self._heard.get(model_id, ())

    def _embeddings(self, rows: list[Row]) -> list[Row]:
        new = self._of_sounds(rows)
        if new and self._revision is None:
            self._revision = bump(self._session)
        for row in new:
            self._check(row)
            row["revision"] = self._revision
        return new

    def _check(self, row: Row) -> None:
        """Raise CatalogueError for a vector that would spoil the index."""
        vector, passages = row["vector"], row["passages"]
        length = self._lengths[row["model_id"]] or len(vector)
        self._lengths[row["model_id"]] = length
        whole = len(vector) == length and 2 * len(passages) == length * row["passage_count"]
        if not whole or not np.isfinite(np.frombuffer(vector, "<f4")).all():
            raise CatalogueError(
                f"The export is damaged (a vector of the model {row['model_id']} is not one of "
                f"{length // 4} numbers); write it again."
            )

    def _fingerprints(self, rows: list[Row]) -> list[Row]:
        """Those of tracks that have none here."""
        new = self._lacking(fingerprints, rows)
        if new and self._fingerprint_revision is None:
            self._fingerprint_revision = bump_fingerprints(self._session)
        for row in new:
            row["revision"] = self._fingerprint_revision
        return new

    def _chromas(self, rows: list[Row]) -> list[Row]:
        """Those of tracks that have none here."""
        return self._lacking(chromas, rows)

    def _lacking(self, table: Table, rows: list[Row]) -> list[Row]:
        """The rows of tracks that have none in a table with one a track."""
        ids = [row["track_id"] for row in rows]
        chosen = select(table.c.track_id).where(table.c.track_id.in_(ids))
        here = set(self._session.execute(chosen).scalars())
        return [row for row in rows if row["track_id"] not in here]

    def _playlists(self, rows: list[Row]) -> list[Row]:
        """Raise CatalogueError for a name that none can have, whoever wrote the export."""
        for row in rows:
            try:
                checked_name(row["name"])
            except InvalidQuery as error:
                raise CatalogueError(
                    f"The export holds a playlist with a wrong name. {error} Rename it where it "
                    "comes from, and write the export again."
                ) from None
        return rows

    def _of_new_playlists(self, rows: list[Row]) -> list[Row]:
        """Two lists of one name are not mixed."""
        return [row for row in rows if row["playlist_id"] > self._last_playlist]

    def _state(self, rows: list[Row]) -> list[Row]:
        chosen = select(state_table.c.key).where(state_table.c.key.in_(models.CHOICE_KEYS))
        if self._session.execute(chosen).first() is None:
            return rows
        return [row for row in rows if row["key"] not in models.CHOICE_KEYS]


def _last_id(session: Session, table: Table) -> int:
    return int(session.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one())


def _vector_bytes(session: Session, model_id: str) -> int | None:
    """Length of the vectors of a model, None where there are none."""
    chosen = select(func.length(embeddings_table.c.vector))
    return session.execute(chosen.where(embeddings_table.c.model_id == model_id).limit(1)).scalar()
