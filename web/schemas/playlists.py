"""Playlists: what requests may say of them, and what answers look like."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field

from mir.catalogue.paging import Page
from mir.catalogue.playlist_entries import MOST_ENTRIES, Entry
from mir.catalogue.playlists import Playlist
from mir.playlist_files.importing import Imported
from mir.playlist_files.matching import Unmatched
from web.schemas.answers import TrackOut, showable
from web.schemas.kept import QueryIn
from web.schemas.requests import MAX_ID, Asked, Id, PageQuery, Text

_Place = Annotated[int, Field(ge=1, le=MAX_ID)]
_Name = Annotated[Text, Field(description="Its name, unlike that of any other playlist.")]
_Entries = Annotated[
    list[Id], Field(max_length=MOST_ENTRIES, description="Tracks by their ids, in order.")
]
_Maps = Annotated[list[Text], Field(max_length=20)]
_Seen = Annotated[
    AwareDatetime | None,
    Field(description="`changed_at` of the playlist as you saw it: changed since, it stays so."),
]


class NameIn(Asked):
    """A name for a playlist."""

    name: _Name


class PlaylistIn(NameIn):
    """A playlist to be made."""

    query: QueryIn | None = Field(default=None, description="Fill it from this, and keep this.")
    tracks: _Entries = Field(default=[], description="Without a query: what is in it.")


class EntriesIn(BaseModel):
    """Tracks for a playlist."""

    tracks: _Entries


class NewEntriesIn(EntriesIn):
    """All tracks of a playlist."""

    seen: _Seen = None


class SeenFields(Asked):
    """Which state of a playlist a change is meant for."""

    seen: _Seen = None


class MoveIn(SeenFields):
    """Where an entry stands, and where it is to stand."""

    position: _Place = Field(description="From 1.")
    to: _Place = Field(description="From 1.")


class PlaylistPath(BaseModel):
    """The playlist that an address names."""

    playlist_id: Id = Field(description="The playlist's id.")


class EntryPath(PlaylistPath):
    """The entry of a playlist that an address names."""

    position: _Place = Field(description="The entry's position, from 1.")


class ExportQuery(Asked):
    """The query of `/playlists/{id}/export`."""

    format: Literal["m3u8", "xspf", "jspf"] = Field(default="m3u8", description="Of the file.")
    map: _Maps = Field(default=[], description="/old=/new: the folder new for old (repeatable).")
    folder: Text | None = Field(
        default=None, description="Where the file will lie: paths below are relative to it."
    )


class ImportForm(Asked):
    """The multipart form of `POST /playlists/import`."""

    name: Text | None = Field(
        default=None, description="Of the playlist; else as the file calls itself, or is called."
    )
    map: _Maps = Field(
        default=[], description="/old=/new: what lies in old in the list lies in new here."
    )
    folder: Text | None = Field(
        default=None, description="Where the list lies here, for paths that are relative to it."
    )


class PlaylistForm(SeenFields, PageQuery):
    """What the buttons of a playlist's page send."""

    change: Literal["rename", "delete", "refresh", "remove", "up", "down", "move"]
    name: Text = ""
    position: _Place = 1
    to: _Place = 1


class HandForm(NameIn):
    """What the forms that keep tracks send: the name of a playlist, and its tracks by id."""

    track: _Entries = Field(default=[])


class TrackPlaylistForm(Asked):
    """What the form of a track's page sends: a playlist that is there, or the name of a new one."""

    playlist: Id | None = None
    name: Text | None = None


class PlaylistOut(BaseModel):
    """A playlist without what is in it."""

    id: int
    name: str
    query: dict[str, Any] | None = Field(description="What it was made from; null: by hand.")
    count: int = Field(description="Entries, the missing ones included.")
    created_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, playlist: Playlist, **more: Any) -> Self:
        """The showable form of a playlist."""
        return cls(
            id=playlist.id,
            name=showable(playlist.name),
            query=None if playlist.query is None else dict(playlist.query),
            count=playlist.count,
            created_at=playlist.created_at,
            changed_at=playlist.changed_at,
            **more,
        )


class EntryOut(BaseModel):
    """One place of a playlist."""

    position: int = Field(description="From 1.")
    audio_hash: str = Field(description="The sound, by which a track is known again.")
    track: TrackOut | None = Field(description="null while the track is missing.")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The showable form of an entry."""
        track = None if entry.track is None else TrackOut.of(entry.track)
        return cls(position=entry.position, audio_hash=entry.audio_hash, track=track)


class PlaylistWithEntriesOut(PlaylistOut):
    """A playlist with a page of its entries."""

    entries: list[EntryOut]
    offset: int

    @classmethod
    def with_entries(cls, playlist: Playlist, page: Page[Entry], offset: int) -> Self:
        """The showable form of a playlist and what is in it."""
        return cls.of(playlist, entries=[EntryOut.of(each) for each in page.items], offset=offset)


class UnmatchedOut(BaseModel):
    """A line of a list that names no track of the library."""

    line: int = Field(description="From 1.")
    path: str
    reason: str

    @classmethod
    def of(cls, found: Unmatched) -> Self:
        """The showable form of such a line."""
        return cls(line=found.line, path=showable(found.path), reason=found.reason)


class ImportedOut(BaseModel):
    """The playlist made of a list, and what of it was left out."""

    made: PlaylistOut
    unmatched: list[UnmatchedOut]

    @classmethod
    def of(cls, imported: Imported) -> Self:
        """The showable form of what was imported."""
        lines = [UnmatchedOut.of(each) for each in imported.unmatched]
        return cls(made=PlaylistOut.of(imported.playlist), unmatched=lines)


class PlaylistsOut(BaseModel):
    """A page of playlists, the one that was changed last first."""

    playlists: list[PlaylistOut]
    total: int
    offset: int
