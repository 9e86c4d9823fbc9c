"""The OpenAPI document of the API and the page to try it, served from this host alone."""

import json
from importlib.resources import as_file, files
from typing import Any, cast

from flask import Blueprint, Response, current_app, render_template, send_from_directory
from flask_openapi3 import OpenAPI

from web.api.describe import PREFIX, blueprint
from web.security import TRY_IT_PATH

api = blueprint("docs", "This description itself.")
page = Blueprint("try_it", __name__)


def document(app: OpenAPI) -> dict[str, Any]:
    """The OpenAPI 3 document of the application's API."""
    described = dict(app.api_doc)
    parts = described["components"].items()  # a part without content stands there as null
    described["components"] = {name: part for name, part in parts if part is not None}
    return described


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
