"""An index that holds all that filters by measured numbers read of a track.

Without it each of them reads the tracks whole, texts and all, which takes three times as long.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tracks_filter", "tracks", ["tempo", "key", "mode", "seconds", "added_at"])
