"""The tables of accounts: who may come in, who is signed in, and the keys of programs.

No secret is in them: passwords stand as Argon2 hashes, tokens and keys as SHA-256 digests.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text

from mir.catalogue.column_types import Id, UtcDateTime
from mir.catalogue.naming import metadata


def _user_key() -> Column[int]:
    return Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),  # also that of the listener whom the user is
    Column("folded", Text, nullable=False, unique=True),  # by which a name is found
    Column("password_hash", Text, nullable=False),  # with its salt and cost, as Argon2 writes it
    Column("role", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("role IN ('admin', 'listener')", name="role"),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    _user_key(),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),  # to the minute
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "user_id"),
    sqlite_autoincrement=True,
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    _user_key(),
    Column("name", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),  # last, to the minute
    Column("revoked_at", UtcDateTime),
    CheckConstraint("scope IN ('read', 'write', 'admin')", name="scope"),
    Index(None, "user_id"),
    sqlite_autoincrement=True,
)
