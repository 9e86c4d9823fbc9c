"""The pages of accounts, in words and by their forms."""

import re

import pytest
from flask.testing import FlaskClient

from mir.catalogue import users
from tests.web.locked import CHEAP, OURS, PASSWORD, Locked, sign_in
from web.limits import Buckets


def text_of(client: FlaskClient, path: str = "/settings") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    page: str = answer.get_data(as_text=True)
    assert not re.findall(r"<script(?![^>]*\ssrc=)", page)
    assert not re.findall(r"\s(?:style|on\w+)=", page)
    return page


def test_who_signs_in_goes_on_where_they_were(locked: Locked) -> None:
    client = locked.stranger()
    sent = client.get("/browse?q=Title+1&limit=7")
    assert sent.location == "/login?next=/browse?q%3DTitle%2B1%26limit%3D7"
    page = text_of(client, sent.location)
    back = re.search(r'name="next" value="([^"]*)"', page)
    assert back is not None
    assert back[1] == "/browse?q=Title+1&amp;limit=7"
    there = sign_in(client, "ANN", next="/browse?q=Title+1&limit=7")
    assert there.location == "/browse?q=Title+1&limit=7"
    page = text_of(client, there.location)
    assert "Ann" in page
    assert "Sign out" in page


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "/\t/evil", "x",
     "\\\\evil.example", "/a\\..\\\\evil"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(locked: Locked, back: str) -> None:
    assert sign_in(locked.stranger(), "ann", next=back).location == "/"
    page = locked.stranger().get("/login", query_string={"next": back}).get_data(as_text=True)
    assert 'name="next" value="/"' in page


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(locked: Locked) -> None:
    answers = []
    for name in ("ann", "eve"):
        answer = sign_in(locked.stranger(), name, "a wrong password")
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers
        answers.append(answer.get_data(as_text=True).replace(f'value="{name}"', ""))
    assert answers[0] == answers[1]
    assert "do not belong together" in answers[0]


def test_a_key_is_shown_once_and_revoked(locked: Locked) -> None:
    bob = locked.signed_in("bob")
    assert '<option value="admin">do' not in text_of(bob)
    made = bob.post("/settings/keys", data={"name": "<b>", "scope": "write"}, headers=OURS)
    page = made.get_data(as_text=True)
    assert made.headers["Cache-Control"] == "private, no-store"
    assert "&lt;b&gt;" in page
    found = re.search(r"mir_[\w-]{43}", page)
    assert found is not None
    assert found[0] not in text_of(bob)
    assert bob.get("/settings/keys").location == "/settings"
    header = {"Authorization": f"Bearer {found[0]}"}
    assert locked.stranger().get("/api/v1/tracks", headers=header).status_code == 200
    revoke = re.search(r"/settings/keys/(\d+)/revoke", page)
    assert revoke is not None
    assert bob.post(revoke[0], headers=OURS).location == "/settings"
    assert locked.stranger().get("/api/v1/tracks", headers=header).status_code == 401
    refused = bob.post("/settings/keys", data={"name": "x", "scope": "admin"}, headers=OURS)
    assert refused.status_code == 422


def test_keys_of_others_are_an_admins_matter(locked: Locked) -> None:
    locked.key("Ann", "admin")
    bob, ann = locked.signed_in("bob"), locked.signed_in("ann")
    assert "/revoke" not in text_of(bob)
    found = re.search(r"/settings/keys/(\d+)/revoke", text_of(ann))
    assert found is not None
    assert bob.post(found[0], headers=OURS).status_code == 404
    locked.key("bob", "read")
    assert "<bdi>bob</bdi> · read" in text_of(ann)
    assert ann.post(found[0], headers=OURS).status_code == 303
    assert ann.post("/settings/keys/99999999999999999999/revoke", headers=OURS).status_code == 404


def test_a_password_is_changed_and_others_are_signed_out(locked: Locked) -> None:
    bob, elsewhere = locked.signed_in("bob"), locked.signed_in("bob")
    wrong = bob.post(
        "/settings/password", data={"old": "a guess", "new": "another one"}, headers=OURS
    )
    assert wrong.status_code == 422
    assert elsewhere.get("/settings").status_code == 200
    done = bob.post(
        "/settings/password", data={"old": PASSWORD, "new": "another one"}, headers=OURS
    )
    assert done.location == "/settings"
    assert bob.get("/settings").status_code == 200
    assert elsewhere.get("/settings").status_code == 303
    assert sign_in(locked.stranger(), "bob").status_code == 403
    locked.signed_in("bob", "another one")


def test_an_admin_makes_and_removes_accounts(locked: Locked) -> None:
    ann = locked.signed_in("ann")
    form = {"name": "Cy", "password": "ten letters", "role": "admin"}
    assert ann.post("/settings/users", data=form, headers=OURS).location == "/settings"
    assert ann.post("/settings/users", data=form, headers=OURS).status_code == 422
    cy = locked.signed_in("cy", "ten letters")
    assert "Users" in text_of(cy)
    assert ann.post("/settings/users/remove", data={"name": "ann"}, headers=OURS).status_code == 422
    assert ann.post("/settings/users/remove", data={"name": "Cy"}, headers=OURS).status_code == 303
    assert cy.get("/settings").status_code == 303
    with locked.engine.catalogue.session() as session:
        assert [user.name for user in users.listing(session)] == ["Ann", "bob"]


def test_a_listener_sees_neither_users_nor_their_forms(locked: Locked) -> None:
    page = text_of(locked.signed_in("bob"))
    assert "/settings/users" not in page
    assert "Signed in as <bdi>bob</bdi>" in page


def test_tries_at_the_current_password_are_limited(locked: Locked) -> None:
    bob = locked.signed_in("bob")
    guess = {"old": "a guess", "new": "another one"}
    said = [bob.post("/settings/password", data=guess, headers=OURS).status_code for _ in range(20)]
    assert said == [422] * 19 + [429]  # signing in was one


def test_a_person_who_is_limited_gets_a_page(locked: Locked) -> None:
    client = locked.stranger()
    for _ in range(10):
        sign_in(client, "eve", "a guess")
    answer = sign_in(client, "eve", "a guess")
    assert (answer.status_code, answer.mimetype) == (429, "text/html")
    assert "try again in 6 seconds" in answer.get_data(as_text=True)


def test_hashes_are_made_by_few_at_once(locked: Locked) -> None:
    door = locked.door()
    assert isinstance(door.by_address, Buckets)
    assert door.passwords is CHEAP
    assert [door.hashing.acquire(blocking=False) for _ in range(3)] == [True, True, False]
