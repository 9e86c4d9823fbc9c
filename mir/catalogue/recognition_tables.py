"""The tables of what recordings are known by, and of what they were found to share."""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from mir.catalogue.column_types import Id
from mir.catalogue.naming import metadata, track_key

# By what a recording is known again: see `mir.fingerprint`.
fingerprints = Table(
    "fingerprints",
    metadata,
    track_key(),
    Column("method", Text, nullable=False),  # and its version, as "landmarks-1"
    Column("revision", BigInteger, nullable=False),  # of the fingerprints, when this was written
    Column("content", LargeBinary, nullable=False),
    Index(None, "method", "revision"),
)

# By what another performance of the same music is known: see `mir.versions`.
chromas = Table(
    "chromas",
    metadata,
    track_key(),
    Column("method", Text, nullable=False),  # and its version, as "chroma-1"
    Column("content", LargeBinary, nullable=False),
    Column("summary", LargeBinary, nullable=False),  # little-endian float16
)

# What two tracks share, the one with the smaller id first. Nothing is said here of what that makes
# them: see `mir.duplicates`.
matches = Table(
    "matches",
    metadata,
    *(
        Column(name, Id, ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True)
        for name in ("first_id", "second_id")
    ),
    Column("kind", Text, primary_key=True),  # "sound", or "music" by chroma
    Column("method", Text, nullable=False),
    Column("strength", Double, nullable=False),  # the score of sound, the strength of music
    Column("first_share", Double, nullable=False),  # of each one's landmarks, or of its length
    Column("second_share", Double, nullable=False),
    Column("agreement", Double),  # share of landmarks met, of sound alone
    Column("tempo", Double, nullable=False),  # of the first as a multiple of the second's
    Column("semitones", Integer, nullable=False),  # that the second is played higher
    # From, to in the first, from, to in the second, in seconds; a list of such lists.
    Column("stretches", JSON, nullable=False),
    CheckConstraint("first_id < second_id", name="order"),
    CheckConstraint("kind IN ('sound', 'music')", name="kind"),
    Index(None, "second_id"),
)

# Tracks that were compared with all that the library held then.
comparisons = Table("comparisons", metadata, track_key(), Column("method", Text, nullable=False))
