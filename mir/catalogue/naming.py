"""What all tables share: how constraints are named, and the key of what belongs to a track."""

from sqlalchemy import Column, ForeignKey, MetaData

from mir.catalogue.column_types import Id

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def track_key() -> Column[int]:
    """The key, or the first part of it, of rows that belong to a track and go with it."""
    return Column("track_id", Id, ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True)
