"""Recordings that are known again: fingerprints of tracks, and more of what tags say of rights."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("lyricist", "publisher", "iswc", "work_mbid"):
        op.add_column("tracks", sa.Column(name, sa.Text()))
    op.create_table(
        "fingerprints",
        sa.Column("track_id", ID, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["tracks.id"],
            name=op.f("fk_fingerprints_track_id_tracks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("track_id", name=op.f("pk_fingerprints")),
    )
    op.create_index("ix_fingerprints_method_revision", "fingerprints", ["method", "revision"])
    op.execute("INSERT INTO state (key, value) VALUES ('fingerprints', '0')")
