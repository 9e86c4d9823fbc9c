"""The OpenAPI document: every route of the API is in it, and docs/api.md follows from it."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from web.door import COOKIE
from web.schemas import Asked, LikeQuery, NextQuery, TracksQuery
from web.scopes import scope_of

API = "/api/v1"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document(client: FlaskClient) -> Any:
    response = client.get(f"{API}/openapi.json")
    assert response.mimetype == "application/json"
    return response.get_json()


def test_every_route_is_described(client: FlaskClient, document: dict[str, Any]) -> None:
    described = {
        (path, method.upper()) for path, item in document["paths"].items() for method in item
    }
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule)), method)
        for rule in client.application.url_map.iter_rules()
        if str(rule).startswith(API)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert described == routes
    assert len(routes) >= 13


def test_every_operation_is_complete(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.")
    names = []
    for path, item in document["paths"].items():
        for operation in item.values():
            names.append(operation["operationId"])
            assert operation["summary"], path
            assert operation["description"], path
            assert any(status.startswith("2") for status in operation["responses"])
            for status, response in operation["responses"].items():
                assert response["description"]
                if status >= "4":
                    assert list(response["content"]) == ["application/problem+json"], path
            for parameter in operation.get("parameters", []):
                assert parameter["description"], (path, parameter["name"])
    assert len(names) == len(set(names))


def test_what_each_operation_takes_is_what_the_door_asks_for(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["key"]["scheme"] == "bearer"
    assert schemes["session"]["name"] == COOKIE
    seen = set()
    for rule in client.application.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule))
        for method, operation in document["paths"].get(path, {}).items():
            if method.upper() not in rule.methods:
                continue
            scope = scope_of(rule.endpoint, method.upper())
            seen.add(scope)
            if scope is None:
                assert operation["security"] == []
            else:
                assert operation["security"] == [{"key": [scope]}, {"session": []}, {}]
                assert {"401", "403"} <= operation["responses"].keys()
    assert seen == {None, "read", "write", "admin"}


def test_nothing_is_described_as_null(document: dict[str, Any]) -> None:
    assert all(document["components"].values())


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    references = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert references
    assert references <= schemas.keys()


def test_uploads_are_described(document: dict[str, Any]) -> None:
    body = document["paths"][f"{API}/search"]["post"]["requestBody"]
    fields = body["content"]["multipart/form-data"]["schema"]["properties"]
    assert fields["clip"]["format"] == "binary"
    assert {"genre", "all_genres", "not_genre", "artist", "year_from", "year_to", "count"} <= set(
        fields
    )


def test_answers_have_the_shape_they_promise(client: FlaskClient, document: dict[str, Any]) -> None:
    for path, name in (
        ("/status", "StatusOut"),
        ("/tracks/1", "TrackOut"),
        ("/genres", "GenresOut"),
    ):
        schema = document["components"]["schemas"][name]
        assert client.get(API + path).get_json().keys() == schema["properties"].keys()


def test_the_page_to_try_it_is_served_from_here(client: FlaskClient) -> None:
    page = client.get("/api/docs").get_data(as_text=True)
    assert "swagger-ui-bundle.js" in page
    assert client.get("/api/docs/assets/js/swagger-ui-bundle.js").status_code == 200


def test_the_documentation_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "web.api.manual", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("fields", [LikeQuery, TracksQuery, NextQuery])
def test_what_a_request_looks_at_is_made_once_for_each_kind(fields: type[Asked]) -> None:
    assert fields.model_json_schema() is fields.model_json_schema()
    assert set(fields.model_json_schema()["properties"]) == set(fields.model_fields)
    assert fields.model_json_schema(by_alias=True) == fields.model_json_schema()
