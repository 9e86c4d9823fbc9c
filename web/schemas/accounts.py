"""What the forms of accounts send."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from mir.accounts.keys import MOST_NAME
from mir.accounts.passwords import MOST
from mir.catalogue.plays import LISTENER_LENGTH
from web.schemas.filters import Asked, Text

Password = Annotated[SecretStr, Field(max_length=MOST)]
_Name = Annotated[Text, Field(max_length=LISTENER_LENGTH)]


class BackQuery(Asked):
    """The query of the page to sign in: where to go on afterwards."""

    next: Annotated[str, Field(max_length=4_000)] = "/"


class SignInForm(BackQuery):
    """Who wants to sign in."""

    name: _Name
    password: Password


class PasswordForm(Asked):
    """Another password for oneself."""

    old: Password
    new: Password


class KeyForm(Asked):
    """A key to be made."""

    name: Annotated[Text, Field(max_length=MOST_NAME)]
    scope: Literal["read", "write", "admin"] = "read"


class UserForm(Asked):
    """An account to be made."""

    name: _Name
    password: Password
    role: Literal["admin", "listener"] = "listener"


class UserNameForm(Asked):
    """An account that is meant."""

    name: _Name
