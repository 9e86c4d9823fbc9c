"""The tables of the catalogue, equal on SQLite and Postgres.

`migrations/` creates and changes them; a test holds that both say the same. Paths are stored
as the bytes the file system uses, because a name need not be UTF-8, with readable text beside
them. Ids are never given twice, since ids of tracks are also ids in the vector index.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from mir.catalogue.account_tables import api_keys as api_keys
from mir.catalogue.account_tables import sessions as sessions
from mir.catalogue.account_tables import users as users
from mir.catalogue.column_types import Bytewise, Floats, Id, UtcDateTime
from mir.catalogue.naming import metadata as metadata
from mir.catalogue.naming import track_key
from mir.catalogue.recognition_tables import chromas as chromas
from mir.catalogue.recognition_tables import comparisons as comparisons
from mir.catalogue.recognition_tables import fingerprints as fingerprints
from mir.catalogue.recognition_tables import matches as matches

TAG = "tag"  # where a genre comes from a file's own tags; never the id of a model
SCHEMA = "0008"  # the newest revision in migrations/; a test holds them equal

tracks = Table(
    "tracks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("audio_hash", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("album", Text),
    Column("year", Integer),
    Column("track_number", Integer),
    Column("disc_number", Integer),
    Column("seconds", Double, nullable=False),
    *(Column(name, Text) for name in ("composer", "lyricist", "publisher", "copyright")),
    *(Column(name, Text) for name in ("licence", "isrc", "iswc")),
    *(Column(name, Text) for name in ("recording_mbid", "work_mbid", "release_mbid")),
    Column("artist_mbids", JSON, nullable=False),
    Column("tempo", Double),
    Column("tempo_confidence", Double),
    Column("key", Text),
    Column("mode", Text),
    Column("key_confidence", Double),
    Column("loudness", Double),
    Column("mfcc_mean", Floats, nullable=False),
    Column("mfcc_std", Floats, nullable=False),
    # "title \n artists \n album", searchable; and the browsing order, see `storing`.
    Column("search_text", Text, nullable=False),
    Column("sort_key", Bytewise, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Index(None, "sort_key", "id"),
    Index(None, "year", "id"),
    # Holds all that filters by measured numbers read, as that of track_genres does.
    Index("ix_tracks_filter", "tempo", "key", "mode", "seconds", "added_at"),
    sqlite_autoincrement=True,
)

files = Table(
    "files",
    metadata,
    Column("id", Id, primary_key=True),
    Column("track_id", Id, ForeignKey("tracks.id", ondelete="CASCADE"), nullable=False),
    Column("path", LargeBinary, nullable=False),
    # 0 where the file as a whole is the track, else the number of the track in its cue sheet,
    # which lies from second `start` on for `seconds` (null: to the end of the file).
    Column("part", Integer, nullable=False, server_default="0"),
    Column("start", Double, nullable=False, server_default="0"),
    Column("seconds", Double),
    Column("shown", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("inode", BigInteger),  # as signed 64 bits; null where it was not noted yet
    Column("container", Text),
    Column("codec", Text),
    Column("sample_rate", Integer),
    Column("channels", Integer),
    Column("bit_rate", Integer),
    UniqueConstraint("path", "part"),
    Index(None, "track_id"),
    sqlite_autoincrement=True,
)

artists = Table(
    "artists",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("folded", Text, nullable=False),
    Index(None, "folded"),
    sqlite_autoincrement=True,
)

track_artists = Table(
    "track_artists",
    metadata,
    track_key(),
    Column("role", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("artist_id", Id, ForeignKey("artists.id"), nullable=False),
    CheckConstraint("role IN ('track', 'album')", name="role"),
    Index(None, "artist_id", "track_id"),
    sqlite_with_rowid=False,
)

genres = Table(
    "genres",
    metadata,
    Column("id", Id, primary_key=True),
    Column("folded", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    sqlite_autoincrement=True,
)

track_genres = Table(
    "track_genres",
    metadata,
    track_key(),
    Column("source", Text, primary_key=True),  # `TAG`, or the id of the model that predicts it
    Column("position", Integer, primary_key=True),
    Column("genre_id", Id, ForeignKey("genres.id"), nullable=False),
    Column("probability", Double),  # of a prediction; none for a tag
    # Holds all that a filter reads, so that the table itself is not touched.
    Index("ix_track_genres_filter", "genre_id", "track_id", "source", "position", "probability"),
    sqlite_with_rowid=False,
)

track_labels = Table(
    "track_labels",
    metadata,
    track_key(),
    Column("model_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("probability", Double, nullable=False),
    CheckConstraint("kind IN ('mood', 'instrument')", name="kind"),
    # Holds all that a filter reads, as that of track_genres does.
    Index("ix_track_labels_filter", "kind", "model_id", "name", "track_id"),
    sqlite_with_rowid=False,
)

models = Table(
    "models",
    metadata,
    Column("id", Text, primary_key=True),  # digest of the model's file
    Column("name", Text, nullable=False),
    Column("dimension", Integer, nullable=False),
    Column("genres", JSON, nullable=False),  # what it can name; empty where its file was gone
)

# What a model made of a track as a whole; its names are in track_genres and track_labels, its
# vectors in embeddings. Apart from those, because these rows are small and read with every track.
hearings = Table(
    "hearings",
    metadata,
    track_key(),
    Column("model_id", Text, primary_key=True),
    Column("uncertain", Boolean, nullable=False),
    Column("arousal", Double),
    Column("valence", Double),
    Column("norm", Double),  # of the vector before it was brought to unit length
    Column("thorough", Boolean, nullable=False, server_default=false()),  # heard from end to end
    sqlite_with_rowid=False,
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("model_id", Text, primary_key=True),
    track_key(),
    Column("revision", BigInteger, nullable=False),  # the catalogue's when this was written
    Column("vector", LargeBinary, nullable=False),  # (dimension,) little-endian float32
    Column("passage_count", Integer, nullable=False),
    Column("passages", LargeBinary, nullable=False),  # (passage, dimension) little-endian float16
    Index(None, "track_id"),
    Index(None, "model_id", "revision"),
)

failures = Table(
    "failures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("shown", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("stage", Text, nullable=False),
    # "again": to be tried in the next run; "ignored" by the user; "excluded" by a rule.
    Column("state", Text, nullable=False, server_default="failed"),
    Column("failed_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('failed', 'again', 'ignored', 'excluded')", name="state"),
    Index(None, "failed_at", "id"),
    sqlite_autoincrement=True,
)

roots = Table(
    "roots",
    metadata,
    Column("id", Id, primary_key=True),
    Column("path", LargeBinary, nullable=False, unique=True),
    Column("shown", Text, nullable=False),
    sqlite_autoincrement=True,
)

# What the user does not want in the library: paths like a pattern, tracks longer or shorter than
# so many seconds, tracks whose tags name a genre.
exclusions = Table(
    "exclusions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("kind", "value"),
    CheckConstraint("kind IN ('path', 'longer', 'shorter', 'genre')", name="kind"),
    sqlite_autoincrement=True,
)

# What listeners did. A sound is named by its hash and not by its track's id, so that a history
# outlives a track that goes and comes back.
plays = Table(
    "plays",
    metadata,
    Column("id", Id, primary_key=True),
    Column("listener", Text, nullable=False),
    Column("audio_hash", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("seconds", Double),  # that were heard; null where nobody says
    # What the player calls it, so that one that is sent twice counts once.
    Column("reference", Text),
    UniqueConstraint("listener", "reference"),
    CheckConstraint("kind IN ('listen', 'like', 'dislike', 'skip')", name="kind"),
    Index(None, "listener", "at"),
    Index(None, "audio_hash"),
    sqlite_autoincrement=True,
)

playlists = Table(
    "playlists",
    metadata,
    Column("id", Id, primary_key=True),
    Column("listener", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", JSON),  # what it was made from, to be asked again; null: by hand
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("listener", "name"),
    sqlite_autoincrement=True,
)

playlist_entries = Table(
    "playlist_entries",
    metadata,
    Column("playlist_id", Id, ForeignKey("playlists.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("audio_hash", Text, nullable=False),
    Index(None, "audio_hash"),
    sqlite_with_rowid=False,
)

state = Table(
    "state",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
