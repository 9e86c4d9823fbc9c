"""The OpenAPI document of the API and the page to try it, served from this host alone."""

import json
import re
from copy import deepcopy
from importlib.resources import as_file, files
from typing import Any, cast

from flask import Blueprint, Response, current_app, render_template, send_from_directory
from flask_openapi3 import OpenAPI, SecurityScheme

from web.api.describe import PREFIX, blueprint, problems
from web.door import COOKIE
from web.scopes import ASKING, scope_of
from web.security import TRY_IT_PATH

api = blueprint("docs", "This description itself.")
page = Blueprint("try_it", __name__)


SECURITY_SCHEMES: dict[str, SecurityScheme | dict[str, Any]] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key that `mir key add` or the page of settings makes.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "What signing in at `/login` sets; to write, `Origin` must be this server.",
    },
}
"""How requests say who makes them, where there are accounts."""


def document(app: OpenAPI) -> dict[str, Any]:
    """The OpenAPI 3 document of the application's API."""
    described = dict(app.api_doc)
    parts = described["components"].items()  # a part without content stands there as null
    described["components"] = {name: part for name, part in parts if part is not None}
    described["paths"] = deepcopy(described["paths"])
    for rule in app.url_map.iter_rules():
        item = described["paths"].get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        for method in (rule.methods or set()) & {each.upper() for each in item}:
            _say_who_may(item[method.lower()], rule.endpoint, method)
    return described


def _say_who_may(operation: dict[str, Any], endpoint: str, method: str) -> None:
    """Add to an operation what it asks of who wants it, and how it answers to others."""
    scope = scope_of(endpoint, method)
    if scope is None:
        operation["security"] = []
        return
    # Nothing at all is enough where there are no accounts.
    operation["security"] = [{"key": [scope]}, {"session": []}, {}]
    refusals = problems(401, 403, *((429,) if endpoint in ASKING else ()))
    operation["responses"] |= {str(status): told for status, told in refusals.items()}


@api.get(
    "/openapi.json",
    summary="This description",
    responses={200: {"description": "OpenAPI 3.1", "content": {"application/json": {}}}},
)
def openapi_document() -> Response:
    """The OpenAPI document, made from the code that answers."""
    text = json.dumps(document(cast(OpenAPI, current_app)), ensure_ascii=False)
    return Response(text, mimetype="application/json")


@page.get(TRY_IT_PATH)
def try_it() -> str:
    """A page that shows the description and sends requests."""
    return render_template("try_it.html", document=f"{PREFIX}/openapi.json")


@page.get(f"{TRY_IT_PATH}/assets/<path:name>")
def asset(name: str) -> Response:
    """A file of Swagger UI, as its package brings it."""
    with as_file(files("flask_openapi3_swagger") / "templates" / "swagger") as folder:
        return send_from_directory(folder, name, max_age=86400)
