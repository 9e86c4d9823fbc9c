"""The first schema: tracks, their files, names, labels and vectors; failures, roots and state."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "artists",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artists")),
        sa.UniqueConstraint("name", name=op.f("uq_artists_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_artists_folded"), "artists", ["folded"])
    op.create_table(
        "failures",
        sa.Column("id", ID, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failures")),
        sa.UniqueConstraint("path", name=op.f("uq_failures_path")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_failures_failed_at_id"), "failures", ["failed_at", "id"])
    op.create_table(
        "genres",
        sa.Column("id", ID, nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_genres")),
        sa.UniqueConstraint("folded", name=op.f("uq_genres_folded")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "roots",
        sa.Column("id", ID, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roots")),
        sa.UniqueConstraint("path", name=op.f("uq_roots_path")),
        sqlite_autoincrement=True,
    )
    state = op.create_table(
        "state",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_state")),
    )
    op.bulk_insert(state, [{"key": "revision", "value": "0"}])
    op.create_table(
        "tracks",
        sa.Column("id", ID, nullable=False),
        sa.Column("audio_hash", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("album", sa.Text()),
        sa.Column("year", sa.Integer()),
        sa.Column("track_number", sa.Integer()),
        sa.Column("disc_number", sa.Integer()),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("composer", sa.Text()),
        sa.Column("copyright", sa.Text()),
        sa.Column("licence", sa.Text()),
        sa.Column("isrc", sa.Text()),
        sa.Column("recording_mbid", sa.Text()),
        sa.Column("release_mbid", sa.Text()),
        sa.Column("artist_mbids", sa.JSON(), nullable=False),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("tempo", sa.Double()),
        sa.Column("tempo_confidence", sa.Double()),
        sa.Column("key", sa.Text()),
        sa.Column("mode", sa.Text()),
        sa.Column("key_confidence", sa.Double()),
        sa.Column("loudness", sa.Double()),
        sa.Column("mfcc_mean", sa.LargeBinary(), nullable=False),
        sa.Column("mfcc_std", sa.LargeBinary(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("sort_key", BYTEWISE, nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracks")),
        sa.UniqueConstraint("audio_hash", name=op.f("uq_tracks_audio_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_tracks_sort_key_id"), "tracks", ["sort_key", "id"])
    op.create_index(op.f("ix_tracks_year_id"), "tracks", ["year", "id"])
    op.create_table(
        "embeddings",
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("track_id", ID, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("passage_count", sa.Integer(), nullable=False),
        sa.Column("passages", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["tracks.id"],
            name=op.f("fk_embeddings_track_id_tracks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("model_id", "track_id", name=op.f("pk_embeddings")),
    )
    op.create_index(op.f("ix_embeddings_model_id_revision"), "embeddings", ["model_id", "revision"])
    op.create_index(op.f("ix_embeddings_track_id"), "embeddings", ["track_id"])
    op.create_table(
        "files",
        sa.Column("id", ID, nullable=False),
        sa.Column("track_id", ID, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("container", sa.Text()),
        sa.Column("codec", sa.Text()),
        sa.Column("sample_rate", sa.Integer()),
        sa.Column("channels", sa.Integer()),
        sa.Column("bit_rate", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_files_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("path", name=op.f("uq_files_path")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_files_track_id"), "files", ["track_id"])
    op.create_table(
        "track_artists",
        sa.Column("track_id", ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("artist_id", ID, nullable=False),
        sa.CheckConstraint("role IN ('track', 'album')", name=op.f("ck_track_artists_role")),
        sa.ForeignKeyConstraint(
            ["artist_id"], ["artists.id"], name=op.f("fk_track_artists_artist_id_artists")
        ),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["tracks.id"],
            name=op.f("fk_track_artists_track_id_tracks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("track_id", "role", "position", name=op.f("pk_track_artists")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_track_artists_artist_id_track_id"), "track_artists", ["artist_id", "track_id"]
    )
    op.create_table(
        "track_genres",
        sa.Column("track_id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("genre_id", ID, nullable=False),
        sa.Column("probability", sa.Double()),
        sa.CheckConstraint("source IN ('tag', 'model')", name=op.f("ck_track_genres_source")),
        sa.ForeignKeyConstraint(
            ["genre_id"], ["genres.id"], name=op.f("fk_track_genres_genre_id_genres")
        ),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["tracks.id"],
            name=op.f("fk_track_genres_track_id_tracks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("track_id", "source", "position", name=op.f("pk_track_genres")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_track_genres_filter",
        "track_genres",
        ["genre_id", "track_id", "source", "position", "probability"],
    )
    op.create_table(
        "track_labels",
        sa.Column("track_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.CheckConstraint("kind IN ('mood', 'instrument')", name=op.f("ck_track_labels_kind")),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["tracks.id"],
            name=op.f("fk_track_labels_track_id_tracks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("track_id", "kind", "position", name=op.f("pk_track_labels")),
        sqlite_with_rowid=False,
    )
