"""Who asks, and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mir.catalogue.api_keys import SCOPES, Scope
from mir.catalogue.users import Role, User

_OF_ROLE: dict[Role, Scope] = {"listener": "write", "admin": "admin"}


@dataclass(frozen=True, slots=True)
class Who:
    """A user who is signed in, or a program that holds a key of theirs."""

    user: User
    scope: Scope
    by: Literal["session", "key"]
    proof: int  # id of the session or key
    used_at: datetime | None  # when that was last noted to be used

    def may(self, scope: Scope) -> bool:
        """Whether they may do what asks for that scope."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope)

    def may_act_as(self, listener: str) -> bool:
        """Whether they may look at and write the plays of that listener."""
        return listener == self.user.name or self.may("admin")


def scope_of(role: Role, asked: Scope = "admin") -> Scope:
    """Return what somebody of a role may do where so much was asked for: the lesser of both."""
    return min(_OF_ROLE[role], asked, key=SCOPES.index)
