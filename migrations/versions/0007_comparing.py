"""What tracks share: chroma beside fingerprints, pairs that have sound or music in common."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chromas",
        sa.Column("track_id", ID, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=False),
        _of_track("chromas", "track_id"),
        sa.PrimaryKeyConstraint("track_id", name=op.f("pk_chromas")),
    )
    op.create_table(
        "matches",
        sa.Column("first_id", ID, nullable=False),
        sa.Column("second_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("strength", sa.Double(), nullable=False),
        sa.Column("first_share", sa.Double(), nullable=False),
        sa.Column("second_share", sa.Double(), nullable=False),
        sa.Column("agreement", sa.Double()),
        sa.Column("tempo", sa.Double(), nullable=False),
        sa.Column("semitones", sa.Integer(), nullable=False),
        sa.Column("stretches", sa.JSON(), nullable=False),
        _of_track("matches", "first_id"),
        _of_track("matches", "second_id"),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_matches_order")),
        sa.CheckConstraint("kind IN ('sound', 'music')", name=op.f("ck_matches_kind")),
        sa.PrimaryKeyConstraint("first_id", "second_id", "kind", name=op.f("pk_matches")),
    )
    op.create_index("ix_matches_second_id", "matches", ["second_id"])
    op.create_table(
        "comparisons",
        sa.Column("track_id", ID, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        _of_track("comparisons", "track_id"),
        sa.PrimaryKeyConstraint("track_id", name=op.f("pk_comparisons")),
    )


def _of_track(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["tracks.id"], name=op.f(f"fk_{table}_{column}_tracks"), ondelete="CASCADE"
    )
