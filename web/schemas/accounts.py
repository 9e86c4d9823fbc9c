"""What the forms and requests of accounts send, and how accounts look."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, SecretStr

from mir.accounts.keys import MOST_NAME, NewKey
from mir.accounts.passwords import MOST
from mir.accounts.who import Who, scope_of
from mir.catalogue.api_keys import ApiKey
from mir.catalogue.plays import LISTENER_LENGTH
from mir.catalogue.users import User
from web.schemas.filters import Asked, Text

Password = Annotated[SecretStr, Field(max_length=MOST)]
_Name = Annotated[Text, Field(max_length=LISTENER_LENGTH)]


class BackQuery(Asked):
    """The query of the page to sign in: where to go on afterwards."""

    next: Annotated[str, Field(max_length=4_000)] = "/"


class Credentials(Asked):
    """Who somebody says they are, and what shows it."""

    name: _Name
    password: Password = Field(description="Of an account to be made: ten characters or more.")


class SignInForm(Credentials, BackQuery):
    """Who wants to sign in, and where they go on."""


class FirstForm(Credentials):
    """The first account."""


class PasswordForm(Asked):
    """Another password for oneself."""

    old: Password
    new: Password


class KeyForm(Asked):
    """A key to be made."""

    name: Annotated[Text, Field(max_length=MOST_NAME)]
    scope: Literal["read", "write", "admin"] = "read"


class UserForm(Credentials):
    """An account to be made."""

    role: Literal["admin", "listener"] = "listener"


class UserNameForm(Asked):
    """An account that is meant."""

    name: _Name


class MeOut(BaseModel):
    """Who asks."""

    name: str | None = Field(description="Of the user; null where nobody is asked.")
    role: Literal["admin", "listener"] | None
    by: Literal["session", "key"] | None = Field(description="How they came.")
    scope: Literal["read", "write", "admin"] = Field(description="What they may do.")

    @classmethod
    def of(cls, who: Who | None) -> Self:
        """Whoever asks; without accounts nobody, who may do all."""
        if who is None:
            return cls(name=None, role=None, by=None, scope="admin")
        return cls(name=who.user.name, role=who.user.role, by=who.by, scope=who.scope)

    @classmethod
    def in_session(cls, user: User) -> Self:
        """A user who has just signed in."""
        return cls(name=user.name, role=user.role, by="session", scope=scope_of(user.role))


class KeyOut(BaseModel):
    """A key for a program, without its secret."""

    id: int
    name: str = Field(description="What it is for.")
    user: str = Field(description="Whose it is.")
    scope: Literal["read", "write", "admin"]
    created_at: datetime
    used_at: datetime | None = Field(description="When it was used last, to the minute.")

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """The showable form of a key."""
        return cls(
            id=key.id,
            name=key.name,
            user=key.user,
            scope=key.scope,
            created_at=key.created_at,
            used_at=key.used_at,
        )


class NewKeyOut(KeyOut):
    """A key that was just made."""

    secret: str = Field(description="Sent as `Authorization: Bearer`; it is not told again.")

    @classmethod
    def made(cls, new: NewKey) -> Self:
        """The key with its secret."""
        return cls(secret=new.secret, **KeyOut.of(new.key).model_dump())


class KeysOut(BaseModel):
    """A page of keys."""

    keys: list[KeyOut]
    total: int
    offset: int


class UserOut(BaseModel):
    """Somebody who has an account."""

    id: int
    name: str
    role: Literal["admin", "listener"]
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        """The showable form of a user."""
        return cls(id=user.id, name=user.name, role=user.role, created_at=user.created_at)


class UsersOut(BaseModel):
    """A page of users."""

    users: list[UserOut]
    total: int
    offset: int
