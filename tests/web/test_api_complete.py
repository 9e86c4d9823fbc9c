"""A page does nothing that the API cannot: what each page's route does has a route of the API.

Whoever adds a page says here by which routes of the API a program does the same.
"""

import re

from flask.testing import FlaskClient

from web.api.describe import PREFIX
from web.api.docs import document
from web.app import bare_app

GET, POST, PUT, PATCH, DELETE = "GET", "POST", "PUT", "PATCH", "DELETE"
NO_DATA = {
    "static": "files of the pages",
    "pages.static": "files of the pages",
    "pages.favicon": "a picture of the pages",
    "pages.about": "text about the program",
    "try_it.try_it": "a page about the API itself",
    "try_it.asset": "files of that page",
    "openapi.doc_ui": "the address of that page",
    "monitoring.live": "for programs as it is",
    "monitoring.ready": "for programs as it is",
    "monitoring.metrics": "for programs as it is",
    "account_pages.login": "a form",
    "account_pages.settings_again": "leads to the settings",
    "library_pages.settings_again": "leads to the settings",
    "library_pages.library_again": "leads to the library",
}
"""Pages and files that show and do nothing of the library."""

BY = {
    "pages.search": [(GET, "/genres"), (GET, "/status")],
    "pages.search_clip": [(POST, "/search"), (POST, "/identify"), (POST, "/identify/timeline")],
    "pages.browse": [(GET, "/tracks"), (GET, "/genres")],
    "pages.mood": [(GET, "/mood")],
    "pages.track": [
        *((GET, "/tracks/{track_id}"), (GET, "/tracks/{track_id}/similar")),
        *((GET, "/tracks/{track_id}/related"), (GET, "/playlists")),
    ],
    "pages.cover": [(GET, "/tracks/{track_id}/cover")],
    "pages.library": [(GET, "/status"), (GET, "/runs"), (GET, "/failures"), (GET, "/events")],
    "pages.change_failures": [
        *((POST, "/failures/retry"), (POST, "/failures/{failure_id}/retry")),
        *((POST, "/failures/{failure_id}/ignore"), (POST, "/failures/{failure_id}/restore")),
    ],
    "library_pages.evaluation": [(GET, "/evaluations")],
    "library_pages.begin_run": [(POST, "/runs")],
    "library_pages.add_root": [(POST, "/roots")],
    "library_pages.remove_root": [(DELETE, "/roots/{root_id}")],
    "duplicate_pages.duplicates": [(GET, "/duplicates")],
    "duplicate_pages.save": [(GET, "/duplicates")],
    "rights_pages.waiting": [(POST, "/rights/check")],
    "rights_pages.check": [(POST, "/rights/check")],
    "playlist_pages.lists": [(GET, "/playlists")],
    "playlist_pages.show": [(GET, "/playlists/{playlist_id}")],
    "playlist_pages.make": [(POST, "/playlists")],
    "playlist_pages.import_list": [(POST, "/playlists/import")],
    "playlist_pages.add": [(POST, "/playlists/{playlist_id}/entries")],
    "playlist_pages.change": [
        *((PATCH, "/playlists/{playlist_id}"), (DELETE, "/playlists/{playlist_id}")),
        *((POST, "/playlists/{playlist_id}/move"), (POST, "/playlists/{playlist_id}/refresh")),
        (DELETE, "/playlists/{playlist_id}/entries/{position}"),
    ],
    "account_pages.sign_in": [(POST, "/sign-in")],
    "account_pages.sign_out": [(POST, "/sign-out")],
    "account_pages.settings": [(GET, "/me"), (GET, "/keys"), (GET, "/users"), (GET, "/roots")],
    "account_pages.make_first": [(POST, "/first-account")],
    "account_pages.change_password": [(PUT, "/me/password")],
    "account_pages.make_key": [(POST, "/keys")],
    "account_pages.revoke_key": [(DELETE, "/keys/{key_id}")],
    "account_pages.add_user": [(POST, "/users")],
    "account_pages.remove_user": [(DELETE, "/users/{user_id}")],
}
"""What each page shows and does, by the API."""


def test_what_a_page_does_a_program_can_do(client: FlaskClient) -> None:
    paths = document(bare_app())["paths"]
    offered = {(method.upper(), path) for path, item in paths.items() for method in item}
    pages = {
        rule.endpoint
        for rule in client.application.url_map.iter_rules()
        if not rule.rule.startswith(PREFIX)
    }
    assert sorted(pages - NO_DATA.keys() - BY.keys()) == [], "say how the API does it"
    assert sorted((NO_DATA.keys() | BY.keys()) - pages) == [], "there is no such page any more"
    assert NO_DATA.keys() & BY.keys() == set()
    for page, routes in BY.items():
        missing = [route for route in routes if (route[0], PREFIX + route[1]) not in offered]
        assert missing == [], page


def test_every_list_is_paged_or_bounded() -> None:
    """An answer with a list of rows takes offset and limit, or a count, or says why not."""
    told = document(bare_app())
    schemas = told["components"]["schemas"]
    # Of these there are as many as the library has genres, folders, or kinds of report, or as the
    # request itself names.
    few = {"GenresOut", "RootsOut", "EvaluationsOut", "RelatedTracksOut", "ImportedOut"}
    for path, item in told["paths"].items():
        operation = item.get("get")
        if operation is None:
            continue
        content = operation["responses"]["200"].get("content", {}).get("application/json", {})
        name = str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
        rows = [
            field
            for field in schemas.get(name, {}).get("properties", {}).values()
            if field.get("type") == "array" and "$ref" in str(field.get("items"))
        ]
        asked = {field["name"] for field in operation.get("parameters", ())}
        bounded = {"offset", "limit"} <= asked or bool(asked & {"count", "steps", "limit"})
        assert not rows or bounded or name in few or name == "TrackOut", (path, name)


def test_every_route_bears_its_version() -> None:
    paths = document(bare_app())["paths"]
    assert paths
    assert all(re.match(r"/api/v1/", path) for path in paths)
