"""Accounts as such: made, given other passwords, removed."""

from datetime import datetime

from mir.accounts.passwords import Passwords
from mir.catalogue import sign_ins, users
from mir.catalogue.session import Session
from mir.catalogue.users import Role, User
from mir.errors import InvalidQuery


def create(
    session: Session,
    name: str,
    password: str,
    now: datetime,
    passwords: Passwords,
    role: Role | None = None,
) -> User:
    """Make an account; without a role the first one is an admin's and others are listeners'.

    Raises:
        InvalidQuery: the name or the password cannot be one, or the name is taken.
    """
    first = not users.exist(session)
    users.checked_name(name)
    return users.add(
        session, name, passwords.hashed(password), role or ("admin" if first else "listener"), now
    )


def set_password(session: Session, user: User, password: str, passwords: Passwords) -> None:
    """Give a user another password, and end all their sessions; InvalidQuery for a bad one."""
    users.set_password_hash(session, user.id, passwords.hashed(password))
    sign_ins.remove_of(session, user.id)


def change_password(session: Session, user: User, old: str, new: str, passwords: Passwords) -> None:
    """Let a user change their own password; InvalidQuery where the old one is wrong."""
    if not passwords.matches(user.password_hash, old):
        raise InvalidQuery("The current password is another one; write that first.")
    set_password(session, user, new, passwords)


def remove(session: Session, name: str) -> User:
    """Remove a user with their sessions and keys, and return who it was; their plays stay.

    Raises:
        NotFound: there is no such user.
        InvalidQuery: it is the last admin, while there are others.
    """
    user = users.get(session, name)
    others = [each for each in users.listing(session) if each.id != user.id]
    if others and user.role == "admin" and all(each.role != "admin" for each in others):
        raise InvalidQuery(
            f"{user.name} is the last admin; make another one before, or remove the others first."
        )
    users.remove(session, user.id)
    return user
