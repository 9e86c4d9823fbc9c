"""Tokens, keys and passwords: unlike each other, bounded, and never kept as they are."""

import random
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mir.accounts.passwords import LEAST, MOST, Cost, Passwords
from mir.accounts.signing import sign_in
from mir.accounts.tokens import KEY_PREFIX, digest, new_key, new_token
from mir.accounts.who import scope_of
from mir.catalogue.api_keys import SCOPES
from mir.catalogue.session import Catalogue
from mir.catalogue.users import ROLES
from mir.errors import InvalidQuery
from tests.made_up_analyses import NOW

CHEAP = Cost(passes=1, memory=8, lanes=1)
PASSWORDS = Passwords(CHEAP)
URL_SAFE = set(string.ascii_letters + string.digits + "-_")


@given(st.integers(0, 2**64))
def test_tokens_are_what_chance_makes_them(seed: int) -> None:
    token = new_token(random.Random(seed).randbytes)
    assert len(token) == 43
    assert set(token) <= URL_SAFE
    assert new_token(random.Random(seed).randbytes) == token
    assert new_token(random.Random(seed + 1).randbytes) != token
    assert new_key(random.Random(seed).randbytes) == KEY_PREFIX + token


@given(st.text(max_size=199), st.text(max_size=199))
def test_a_digest_tells_secrets_apart(one: str, other: str) -> None:
    assert len(digest(one)) == 32
    assert (digest(one) == digest(other)) == (one == other)


@settings(max_examples=30)
@given(st.text(min_size=LEAST, max_size=60), st.text(max_size=60))
def test_a_hash_knows_its_password_alone(password: str, other: str) -> None:
    kept = PASSWORDS.hashed(password)
    assert password not in kept
    assert PASSWORDS.matches(kept, password)
    assert PASSWORDS.hashed(password) != kept  # another salt
    if len(password) == len(other) and password.isascii() and other.isascii():
        assert PASSWORDS.matches(kept, other) == (password == other)
    assert not PASSWORDS.matches(kept, password + "x")
    assert not PASSWORDS.matches(None, password)


def test_salts_are_what_chance_makes_them() -> None:
    one, again = (Passwords(CHEAP, random.Random(1).randbytes) for _ in range(2))
    assert one.hashed("ten letters") == again.hashed("ten letters")


def test_letters_may_be_composed_in_any_way() -> None:
    assert PASSWORDS.matches(PASSWORDS.hashed("na\u00efve words"), "nai\u0308ve words")


@pytest.mark.parametrize("length", [0, 1, LEAST - 1, MOST + 1])
def test_a_password_that_cannot_be_one_is_refused(length: int) -> None:
    with pytest.raises(InvalidQuery, match=f"{length} characters"):
        PASSWORDS.hashed("x" * length)


def test_a_longer_password_is_not_the_part_of_it_that_is_looked_at() -> None:
    assert not PASSWORDS.matches(PASSWORDS.hashed("x" * MOST), "x" * (MOST + 1))


def test_what_is_no_hash_lets_nobody_in() -> None:
    assert not PASSWORDS.matches("no hash", "ten letters")


def test_hashes_cost_what_is_recommended_unless_less_is_asked_for() -> None:
    kept = Passwords().hashed("ten letters")
    assert kept.startswith("$argon2id$")
    assert "m=65536,t=3,p=4" in kept
    assert PASSWORDS.outdated(kept)
    assert not PASSWORDS.outdated(PASSWORDS.hashed("ten letters"))


def test_a_name_that_nobody_has_costs_what_a_wrong_password_does(
    sqlite_catalogue: Catalogue,
) -> None:
    """The work is one verification at the same cost, whoever is named."""
    from mir.accounts.people import create

    passwords = Passwords(CHEAP)
    done: list[str] = []
    hasher: Any = passwords._hasher

    class Counting:
        def verify(self, kept: str, password: bytes) -> bool:
            done.append(kept.rpartition("$")[0].rpartition("$")[0])
            same: bool = hasher.verify(kept, password)
            return same

        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

    with sqlite_catalogue.session() as session:
        create(session, "ann", "ten letters", NOW, passwords)
        passwords._hasher = Counting()  # type: ignore[assignment]
        assert sign_in(session, "ann", "other letters", NOW, passwords) is None
        assert sign_in(session, "eve", "other letters", NOW, passwords) is None
    assert len(done) == 2
    assert done[0] == done[1]


@given(st.sampled_from(ROLES), st.sampled_from(SCOPES))
def test_nobody_may_more_than_they_asked_for_and_than_their_role(role: Any, asked: Any) -> None:
    may = SCOPES.index(scope_of(role, asked))
    assert may <= SCOPES.index(asked)
    assert may == SCOPES.index(asked) or (role, asked) == ("listener", "admin")
