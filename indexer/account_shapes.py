"""The JSON that commands print of accounts; no secret is in it."""

from typing import Any

from mir.catalogue.api_keys import ApiKey
from mir.catalogue.users import User


def user_shape(user: User) -> dict[str, Any]:
    """Somebody who may sign in."""
    return {"name": user.name, "role": user.role, "created_at": user.created_at}


def key_shape(key: ApiKey) -> dict[str, Any]:
    """A key without its secret."""
    return {
        "id": key.id,
        "name": key.name,
        "user": key.user,
        "scope": key.scope,
        "created_at": key.created_at,
        "used_at": key.used_at,
        "revoked_at": key.revoked_at,
    }
