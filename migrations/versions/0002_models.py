"""Several models side by side: what each heard stands under its id, and one of them is active.

Until here the predictions of a track were those of the model that heard it last. They go to that
model, and the model that has heard most of the library becomes the active one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# The one model that came with the programs that wrote schema 0001.
SHIPPED_THEN, NAME_THEN = "a190522c97871264", "mir-1"


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("genres", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
    )
    op.create_table(
        "hearings",
        sa.Column("track_id", ID, nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("arousal", sa.Double()),
        sa.Column("valence", sa.Double()),
        sa.Column("norm", sa.Double()),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["tracks.id"],
            name=op.f("fk_hearings_track_id_tracks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("track_id", "model_id", name=op.f("pk_hearings")),
        sqlite_with_rowid=False,
    )
    _name_models()
    _note_last_heard()
    op.execute(
        "INSERT INTO hearings (track_id, model_id, uncertain)"
        " SELECT t.id, last.model_id, t.uncertain"
        " FROM tracks t JOIN last_heard last ON last.track_id = t.id"
    )
    op.drop_column("tracks", "uncertain")
    if op.get_bind().dialect.name == "sqlite":
        _predictions_in_sqlite()
    else:
        _predictions_in_postgres()
    op.execute("DROP TABLE last_heard")


def _name_models() -> None:
    op.execute(
        "INSERT INTO models (id, name, dimension, genres)"
        f" SELECT model_id, CASE WHEN model_id = '{SHIPPED_THEN}' THEN '{NAME_THEN}'"
        " ELSE model_id END, MAX(LENGTH(vector)) / 4, '[]' FROM embeddings GROUP BY model_id"
    )
    op.execute(
        "INSERT INTO state (key, value) SELECT 'active_model', model_id FROM embeddings"
        " GROUP BY model_id ORDER BY COUNT(*) DESC, MAX(revision) DESC, model_id LIMIT 1"
    )
    op.execute(
        "INSERT INTO state (key, value) SELECT 'shipped_model', id FROM models"
        f" WHERE id = '{SHIPPED_THEN}'"
    )


def _note_last_heard() -> None:
    """Which model heard each track last: each change raised the revision.

    A table of its own, since a look-up for each row takes Postgres minutes where it has no
    statistics of a table yet.
    """
    op.execute(
        "CREATE TEMPORARY TABLE last_heard AS SELECT track_id, model_id FROM"
        " (SELECT track_id, model_id, ROW_NUMBER() OVER"
        " (PARTITION BY track_id ORDER BY revision DESC, model_id) AS place FROM embeddings)"
        " ranked WHERE place = 1"
    )
    op.execute("CREATE UNIQUE INDEX ix_last_heard ON last_heard (track_id)")
    op.execute("ANALYZE last_heard")


def _predictions_in_postgres() -> None:
    op.drop_constraint(op.f("ck_track_genres_source"), "track_genres", type_="check")
    op.execute(
        "UPDATE track_genres SET source = last.model_id FROM last_heard last"
        " WHERE last.track_id = track_genres.track_id AND source = 'model'"
    )
    op.execute("DELETE FROM track_genres WHERE source = 'model'")  # nobody knows whose they are
    op.add_column("track_labels", sa.Column("model_id", sa.Text()))
    op.execute(
        "UPDATE track_labels SET model_id = last.model_id FROM last_heard last"
        " WHERE last.track_id = track_labels.track_id"
    )
    op.execute("DELETE FROM track_labels WHERE model_id IS NULL")
    op.drop_constraint(op.f("pk_track_labels"), "track_labels", type_="primary")
    op.create_primary_key(
        op.f("pk_track_labels"), "track_labels", ["track_id", "model_id", "kind", "position"]
    )


def _predictions_in_sqlite() -> None:
    """SQLite changes neither keys nor checks of a table, so both are made anew."""
    op.drop_index("ix_track_genres_filter", "track_genres")
    op.rename_table("track_genres", "old_track_genres")
    op.rename_table("track_labels", "old_track_labels")
    op.create_table(
        "track_genres",
        sa.Column("track_id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("genre_id", ID, nullable=False),
        sa.Column("probability", sa.Double()),
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
    op.create_table(
        "track_labels",
        sa.Column("track_id", ID, nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
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
        sa.PrimaryKeyConstraint(
            "track_id", "model_id", "kind", "position", name=op.f("pk_track_labels")
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO track_genres (track_id, source, position, genre_id, probability)"
        " SELECT old.track_id, CASE WHEN source = 'model' THEN last.model_id ELSE source END,"
        " position, genre_id, probability FROM old_track_genres old"
        " LEFT JOIN last_heard last ON last.track_id = old.track_id"
        " WHERE source = 'tag' OR last.model_id IS NOT NULL"
    )
    op.execute(
        "INSERT INTO track_labels (track_id, model_id, kind, position, name, probability)"
        " SELECT old.track_id, last.model_id, kind, position, name, probability"
        " FROM old_track_labels old JOIN last_heard last ON last.track_id = old.track_id"
    )
    op.drop_table("old_track_genres")
    op.drop_table("old_track_labels")
    op.create_index(
        "ix_track_genres_filter",
        "track_genres",
        ["genre_id", "track_id", "source", "position", "probability"],
    )
