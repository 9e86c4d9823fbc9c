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
    "browse_pages.browse": [(GET, "/tracks"), (GET, "/genres"), (GET, "/moods")],
    "browse_pages.every_track": [(GET, "/tracks")],
    "browse_pages.track_rows": [(GET, "/tracks")],
    "browse_pages.moods": [(GET, "/moods")],
    "browse_pages.artists": [(GET, "/artists")],
    "browse_pages.artist": [(GET, "/artists/{artist_id}"), (GET, "/related-artists")],
    "browse_pages.artist_named": [(GET, "/artists")],
    "browse_pages.albums": [(GET, "/albums")],
    "browse_pages.album": [(GET, "/albums/{key}")],
    "browse_pages.album_of": [(GET, "/albums")],
    "map_pages.show": [(GET, "/map")],
    "radio_pages.radio": [(GET, "/radio")],
    "radio_pages.recommendations": [(GET, "/recommendations")],
    "radio_pages.related_artists": [(GET, "/related-artists")],
    "radio_pages.path": [(GET, "/path")],
    "sound_pages.over_time": [(GET, "/tracks/{track_id}/over-time")],
    "taste_pages.taste": [(GET, "/taste"), (GET, "/plays")],
    "taste_pages.undo": [(DELETE, "/plays/{play_id}")],
    "taste_pages.ask_to_erase": [(DELETE, "/plays")],
    "taste_pages.erase": [(DELETE, "/plays")],
    "pages.mood": [(GET, "/mood")],
    "pages.track": [
        *((GET, "/tracks/{track_id}"), (GET, "/tracks/{track_id}/similar")),
        *((GET, "/tracks/{track_id}/related"), (GET, "/playlists")),
        *((GET, "/tracks/{track_id}/waveform"), (GET, "/tracks/{track_id}/mel")),
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
    "playlist_pages.every": [(GET, "/playlists")],
    "playlist_pages.one": [(GET, "/playlists/{playlist_id}")],
    "playlist_pages.save": [(GET, "/playlists/{playlist_id}/export")],
    "playlist_pages.ask_again": [(GET, "/tracks")],
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
    # Of these there are as many as the library has genres, moods, folders, or kinds of report, as
    # the request itself names, or never more than a few score.
    few = {"GenresOut", "MoodsOut", "RootsOut", "EvaluationsOut", "RelatedTracksOut", "ImportedOut"}
    few |= {"OverTimeOut", "TasteOut", "OneArtistOut"}
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
