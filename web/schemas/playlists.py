"""Playlists: what requests may say of them, and what answers look like."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field

from mir.catalogue.paging import Page
from mir.catalogue.playlist_entries import MOST_ENTRIES, Entry
from mir.catalogue.playlists import Playlist
from mir.recommend.standing_query import Kind
from web.schemas.answers import TrackOut, showable
from web.schemas.requests import MAX_ID, Asked, Count, FilterFields, Id, Text, TrackIds

_Place = Annotated[int, Field(ge=1, le=MAX_ID)]
_Name = Annotated[Text, Field(description="Its name, unlike that of any other playlist.")]
_Entries = Annotated[
    list[Id], Field(max_length=MOST_ENTRIES, description="Tracks by their ids, in order.")
]


class MadeFromIn(FilterFields):
    """What a playlist is made from: the query of that kind with these filters."""

    kind: Kind = Field(description="similar, next or tracks, as the routes of those names.")
    seeds: TrackIds = Field(default=[], description="Tracks to go on from: one for similar.")
    q: Text | None = Field(default=None, description="Of tracks: text that they hold.")
    count: Count = 25


class NameIn(Asked):
    """A name for a playlist."""

    name: _Name


class PlaylistIn(NameIn):
    """A playlist to be made."""

    query: MadeFromIn | None = Field(default=None, description="Fill it from this, and keep this.")
    tracks: _Entries = Field(default=[], description="Without a query: what is in it.")


class EntriesIn(BaseModel):
    """Tracks for a playlist."""

    tracks: _Entries


class MoveIn(Asked):
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
    map: list[Text] = Field(
        default=[], max_length=20, description="/old=/new: the folder new for old (repeatable)."
    )
    folder: Text | None = Field(
        default=None, description="Where the file will lie: paths below are relative to it."
    )


class PlaylistForm(Asked):
    """What the buttons of a playlist's page send."""

    change: Literal["rename", "delete", "refresh", "remove", "up", "down"]
    name: Text = ""
    position: _Place = 1


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


class PlaylistsOut(BaseModel):
    """A page of playlists, the one that was changed last first."""

    playlists: list[PlaylistOut]
    total: int
    offset: int
