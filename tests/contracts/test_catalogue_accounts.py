"""What a catalogue promises of users, sessions and keys, on each database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mir.accounts import keys, people, signing
from mir.accounts.passwords import Cost, Passwords
from mir.accounts.signing import IDLE, LASTS
from mir.accounts.use import NOTED_EVERY, is_due, note
from mir.catalogue import account_tables, api_keys, users
from mir.catalogue.session import Catalogue
from mir.errors import InvalidQuery, NotFound

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CHEAP = Passwords(Cost(passes=1, memory=8, lanes=1))
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def people_there(catalogue: Catalogue) -> None:
    """Ann, who came first and is admin, and Bob."""
    with catalogue.session() as session:
        assert not users.exist(session)
        assert people.create(session, "Ann", PASSWORD, NOW, CHEAP).role == "admin"
        assert people.create(session, "bob", PASSWORD, NOW, CHEAP).role == "listener"


def test_a_name_is_one_in_any_spelling(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        assert users.get(session, " aNN ").name == "Ann"
        with pytest.raises(InvalidQuery, match="'Ann' already"):
            people.create(session, "ANN", PASSWORD, NOW, CHEAP)
        for name in ("", "  ", "\0", "a\nb", "a\u202eb", "x" * 101):
            with pytest.raises(InvalidQuery):
                people.create(session, name, PASSWORD, NOW, CHEAP)
        assert [user.name for user in users.listing(session)] == ["Ann", "bob"]
        assert users.find(session, "x" * 10_000) is None
        with pytest.raises(NotFound, match="'eve'"):
            users.get(session, "eve")


def test_who_signs_in_is_known_until_they_sign_out(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        assert signing.sign_in(session, "ann", PASSWORD + "!", NOW, CHEAP) is None
        assert signing.sign_in(session, "eve", PASSWORD, NOW, CHEAP) is None
        opened = signing.sign_in(session, "ann", PASSWORD, NOW, CHEAP)
        assert opened is not None
        assert opened.token not in repr(opened)
    with catalogue.session() as session:
        who = signing.signed_in(session, opened.token, NOW)
        assert who is not None
        assert (who.user.name, who.scope, who.by) == ("Ann", "admin", "session")
        assert signing.signed_in(session, opened.token + "x", NOW) is None
        assert signing.signed_in(session, "", NOW) is None
        signing.sign_out(session, opened.token)
        assert signing.signed_in(session, opened.token, NOW) is None


def test_a_session_that_is_not_used_ends_and_so_does_an_old_one(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        opened = signing.sign_in(session, "bob", PASSWORD, NOW, CHEAP)
        assert opened is not None
        assert signing.signed_in(session, opened.token, NOW + IDLE) is None
        at = NOW
        while (at := at + IDLE - DAY) < NOW + LASTS:
            who = signing.signed_in(session, opened.token, at)
            assert who is not None
            note(session, who, at)
        assert signing.signed_in(session, opened.token, NOW + LASTS) is None
        other = signing.sign_in(session, "ann", PASSWORD, NOW + LASTS, CHEAP)  # takes it out
        assert other is not None
        assert signing.signed_in(session, opened.token, NOW + DAY) is None
        assert signing.signed_in(session, other.token, NOW + LASTS) is not None


def test_a_use_is_noted_once_a_minute(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        opened = signing.sign_in(session, "bob", PASSWORD, NOW, CHEAP)
        assert opened is not None
        who = signing.signed_in(session, opened.token, NOW)
        assert who is not None
        assert not is_due(who, NOW + NOTED_EVERY / 2)
        assert is_due(who, NOW + NOTED_EVERY)
        note(session, who, NOW + NOTED_EVERY)
        again = signing.signed_in(session, opened.token, NOW + NOTED_EVERY)
        assert again is not None
        assert not is_due(again, NOW + NOTED_EVERY)


def test_signing_in_leaves_the_session_that_came_along(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        planted = signing.sign_in(session, "bob", PASSWORD, NOW, CHEAP)
        assert planted is not None
        opened = signing.sign_in(session, "ann", PASSWORD, NOW, CHEAP, before=planted.token)
        assert opened is not None
        assert opened.token != planted.token
        assert signing.signed_in(session, planted.token, NOW) is None


def test_another_password_ends_all_sessions(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        opened = signing.sign_in(session, "bob", PASSWORD, NOW, CHEAP)
        assert opened is not None
        bob = users.get(session, "bob")
        with pytest.raises(InvalidQuery, match="current password"):
            people.change_password(session, bob, "a guess at it", "another one!", CHEAP)
        with pytest.raises(InvalidQuery, match="5 characters"):
            people.change_password(session, bob, PASSWORD, "short", CHEAP)
        assert signing.signed_in(session, opened.token, NOW) is not None
        people.change_password(session, bob, PASSWORD, "another one!", CHEAP)
        assert signing.signed_in(session, opened.token, NOW) is None
        assert signing.sign_in(session, "bob", PASSWORD, NOW, CHEAP) is None
        assert signing.sign_in(session, "bob", "another one!", NOW, CHEAP) is not None


def test_a_hash_of_another_cost_is_made_anew(catalogue: Catalogue) -> None:
    dearer = Passwords(Cost(passes=2, memory=16, lanes=1))
    with catalogue.session() as session:
        before = users.get(session, "bob").password_hash
        assert signing.sign_in(session, "bob", PASSWORD, NOW, dearer) is not None
        after = users.get(session, "bob").password_hash
        assert after != before
        assert not dearer.outdated(after)
        assert signing.sign_in(session, "bob", PASSWORD, NOW, dearer) is not None
        assert users.get(session, "bob").password_hash == after


def test_a_key_lets_in_until_it_is_revoked(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        ann, bob = users.get(session, "ann"), users.get(session, "bob")
        made = keys.make(session, ann, " a player ", "read", NOW)
        assert made.secret not in repr(made)
        assert (made.key.name, made.key.user, made.key.used_at) == ("a player", "Ann", None)
        who = keys.holder(session, made.secret, NOW + DAY)
        assert who is not None
        assert (who.user.name, who.scope, who.by) == ("Ann", "read", "key")
        assert keys.holder(session, made.secret[:-1], NOW) is None
        assert is_due(who, NOW + DAY)
        note(session, who, NOW + DAY)
        (kept,) = api_keys.listing(session, ann.id)
        assert kept.used_at == NOW + DAY
        with pytest.raises(NotFound):
            api_keys.revoke(session, kept.id, NOW, bob.id)
        assert api_keys.revoke(session, kept.id, NOW).revoked_at == NOW
        assert api_keys.revoke(session, kept.id, NOW + DAY, ann.id).revoked_at == NOW
        assert keys.holder(session, made.secret, NOW) is None
        with pytest.raises(NotFound):
            api_keys.revoke(session, 10**6, NOW)


def test_a_key_may_no_more_than_its_user(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        bob = users.get(session, "bob")
        with pytest.raises(InvalidQuery, match="no admin"):
            keys.make(session, bob, "a script", "admin", NOW)
        for name in ("", "x" * 101):
            with pytest.raises(InvalidQuery, match="Name the key"):
                keys.make(session, bob, name, "read", NOW)
        made = keys.make(session, bob, "a script", "write", NOW)
        who = keys.holder(session, made.secret, NOW)
        assert who is not None
        assert (who.may("read"), who.may("write"), who.may("admin")) == (True, True, False)


def test_who_is_removed_has_neither_sessions_nor_keys(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        opened = signing.sign_in(session, "bob", PASSWORD, NOW, CHEAP)
        made = keys.make(session, users.get(session, "bob"), "a script", "write", NOW)
        assert opened is not None
    with catalogue.session() as session:
        with pytest.raises(InvalidQuery, match="last admin"):
            people.remove(session, "ann")
        assert people.remove(session, "BOB").name == "bob"
    with catalogue.session() as session:
        assert signing.signed_in(session, opened.token, NOW) is None
        assert keys.holder(session, made.secret, NOW) is None
        people.remove(session, "ann")
        assert not users.exist(session)


def test_no_secret_is_kept_as_it_is(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        opened = signing.sign_in(session, "bob", PASSWORD, NOW, CHEAP)
        made = keys.make(session, users.get(session, "bob"), "a script", "write", NOW)
        assert opened is not None
        rows = [
            row
            for table in (account_tables.users, account_tables.sessions, account_tables.api_keys)
            for row in session.execute(select(table))
        ]
    kept = repr([tuple(row) for row in rows])
    assert len(rows) == 4
    assert "argon2id" in kept
    for secret in (PASSWORD, opened.token, made.secret, made.secret.removeprefix("mir_")):
        assert secret not in kept
