"""Passwords, kept as Argon2id hashes (RFC 9106).

A name that nobody has costs the same as one with a wrong password: the same hash is computed, so
that the time of an answer tells no names.
"""

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mir.errors import InvalidQuery

LEAST, MOST = 10, 1_000  # characters of a password
_SALT = 16  # bytes


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash takes; by default what RFC 9106 recommends where memory is scarce."""

    passes: int = 3
    memory: int = 65_536  # KiB
    lanes: int = 4


STANDARD = Cost()


class Passwords:
    """Makes and compares hashes at one cost; may be shared between threads."""

    def __init__(self, cost: Cost = STANDARD, random: Callable[[int], bytes] = os.urandom) -> None:
        """`random` gives so many random bytes."""
        self._hasher = PasswordHasher(cost.passes, cost.memory, cost.lanes)
        self._random = random

    def hashed(self, password: str) -> str:
        """Return the hash of a new password, with its salt and cost.

        Raises:
            InvalidQuery: it has fewer than `LEAST` or more than `MOST` characters.
        """
        if not LEAST <= len(password) <= MOST:
            raise InvalidQuery(
                f"The password has {len(password)} characters; choose one of {LEAST} to {MOST}."
            )
        return self._hasher.hash(_normal(password), salt=self._random(_SALT))

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one of that hash; None, for nobody's, takes as long."""
        nobodys = self._nobodys
        try:
            same = self._hasher.verify(password_hash or nobodys, _normal(password[:MOST]))
        except (VerificationError, InvalidHashError):
            return False
        return same and password_hash is not None and len(password) <= MOST

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made at another cost than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(self._random(_SALT), salt=self._random(_SALT))


def _normal(password: str) -> bytes:
    """The bytes that are hashed: however a keyboard composes a letter, it is the same."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
