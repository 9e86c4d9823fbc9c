"""Secrets that programs and browsers carry: 256 random bits, of which only a digest is kept.

A digest without salt and stretching is enough where the secret itself cannot be guessed.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable

_BYTES = 32
_LONGEST = 200  # characters that are looked at
KEY_PREFIX = "mir_"  # by which a key is recognised where one was left lying about


def new_token(random: Callable[[int], bytes]) -> str:
    """Return a new secret of 43 letters, digits, "-" and "_"; `random` gives random bytes."""
    return urlsafe_b64encode(random(_BYTES)).decode().rstrip("=")


def new_key(random: Callable[[int], bytes]) -> str:
    """Return a new secret that says whose it is: `mir_` and 43 characters."""
    return KEY_PREFIX + new_token(random)


def digest(secret: str) -> bytes:
    """Return what is kept of a secret: its SHA-256, 32 bytes."""
    return hashlib.sha256(secret[:_LONGEST].encode("utf-8", "surrogatepass")).digest()
