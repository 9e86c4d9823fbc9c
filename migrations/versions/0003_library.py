"""A library that is looked after: moved files known by their inode, tracks inside files, rules.

A file may hold several tracks, as its cue sheet says; failures may be ignored or tried again; rules
say what stays out; a track may have been heard from end to end.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_KEPT = (
    "id, track_id, path, shown, size, modified_ns, container, codec, sample_rate, channels,"
    " bit_rate"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _files_in_sqlite()
    else:
        _files_in_postgres()
    op.add_column(
        "hearings",
        sa.Column("thorough", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    # Words that both databases understand; Alembic would leave the check out on SQLite.
    op.execute(
        "ALTER TABLE failures ADD COLUMN state TEXT DEFAULT 'failed' NOT NULL"
        " CONSTRAINT ck_failures_state"
        " CHECK (state IN ('failed', 'again', 'ignored', 'excluded'))"
    )
    op.create_table(
        "exclusions",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('path', 'longer', 'shorter', 'genre')", name=op.f("ck_exclusions_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusions")),
        sa.UniqueConstraint("kind", "value", name=op.f("uq_exclusions_kind")),
        sqlite_autoincrement=True,
    )

    op.execute("INSERT INTO state (key, value) VALUES ('writes', '0')")


def _files_in_postgres() -> None:
    op.add_column("files", sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("files", sa.Column("start", sa.Double(), nullable=False, server_default="0"))
    op.add_column("files", sa.Column("seconds", sa.Double()))
    op.add_column("files", sa.Column("inode", sa.BigInteger()))
    op.drop_constraint(op.f("uq_files_path"), "files", type_="unique")
    op.create_unique_constraint(op.f("uq_files_path"), "files", ["path", "part"])


def _files_in_sqlite() -> None:
    """SQLite does not change what is unique in a table, so it is made anew."""
    op.drop_index("ix_files_track_id", "files")
    op.rename_table("files", "old_files")
    op.create_table(
        "files",
        sa.Column("id", ID, nullable=False),
        sa.Column("track_id", ID, nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("start", sa.Double(), nullable=False, server_default="0"),
        sa.Column("seconds", sa.Double()),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("inode", sa.BigInteger()),
        sa.Column("container", sa.Text()),
        sa.Column("codec", sa.Text()),
        sa.Column("sample_rate", sa.Integer()),
        sa.Column("channels", sa.Integer()),
        sa.Column("bit_rate", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name=op.f("fk_files_track_id_tracks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("path", "part", name=op.f("uq_files_path")),
        sqlite_autoincrement=True,
    )
    op.execute(f"INSERT INTO files ({_KEPT}) SELECT {_KEPT} FROM old_files")
    op.drop_table("old_files")
    op.create_index("ix_files_track_id", "files", ["track_id"])
