"""What listeners do: plays, likes and skips, and playlists. And an index for filters by mood.

Sounds are named by their hashes, so that a history outlives a track that goes and comes back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "plays",
        sa.Column("id", ID, nullable=False),
        sa.Column("listener", sa.Text(), nullable=False),
        sa.Column("audio_hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("seconds", sa.Double()),
        sa.Column("reference", sa.Text()),
        sa.CheckConstraint(
            "kind IN ('listen', 'like', 'dislike', 'skip')", name=op.f("ck_plays_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plays")),
        sa.UniqueConstraint("listener", "reference", name=op.f("uq_plays_listener")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_plays_listener_at", "plays", ["listener", "at"])
    op.create_index("ix_plays_audio_hash", "plays", ["audio_hash"])
    op.create_table(
        "playlists",
        sa.Column("id", ID, nullable=False),
        sa.Column("listener", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.JSON()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlists")),
        sa.UniqueConstraint("listener", "name", name=op.f("uq_playlists_listener")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "playlist_entries",
        sa.Column("playlist_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("audio_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["playlist_id"],
            ["playlists.id"],
            name=op.f("fk_playlist_entries_playlist_id_playlists"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("playlist_id", "position", name=op.f("pk_playlist_entries")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_playlist_entries_audio_hash", "playlist_entries", ["audio_hash"])
    op.create_index(
        "ix_track_labels_filter", "track_labels", ["kind", "model_id", "name", "track_id"]
    )
