"""What the routes of the API share: how they answer and how they describe their answers."""

import re
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel
from werkzeug.datastructures import MultiDict

PREFIX = "/api/v1"
Answers = dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]
"""The answers of a route by status, as flask-openapi3 takes them."""
Form = TypeVar("Form", bound=BaseModel)

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_TEXT = {
    401: "Who asks is not known: sign in, or send a key.",
    403: "It is not allowed: by role, by the key's scope, or as a page of another site sent it.",
    404: "There is no such thing.",
    409: "It was changed since it was seen; nothing is done.",
    413: "The upload is too large.",
    415: "The file was not sent as multipart/form-data.",
    416: "The range lies outside the file.",
    422: "The request is malformed or the file cannot be used.",
    429: "Too much at once; `Retry-After` says when to try again.",
    500: "The server met an error of its own.",
    503: "The server is busy or cannot reach what it needs.",
}


def problems(*statuses: int) -> Answers:
    """The description of those answers that are problems."""
    return {code: {"description": _TEXT[code], "content": _PROBLEM} for code in statuses}


def blueprint(name: str, purpose: str) -> APIBlueprint:
    """A set of routes below the prefix of the API, each of which may answer with a problem."""
    return APIBlueprint(
        name,
        __name__,
        url_prefix=PREFIX,
        abp_tags=[Tag(name=name, description=purpose)],
        abp_responses=problems(422, 500, 503),
        operation_id_callback=_operation_id,
    )


def reply(model: BaseModel) -> Response:
    """The model as JSON."""
    return Response(model.model_dump_json(), mimetype="application/json")


def binary(description: str, *types: str) -> dict[str, Any]:
    """The description of an answer that is bytes of one of those media types."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in types}
    return {"description": description, "content": content}


def multipart(form: type[BaseModel], name: str, purpose: str) -> dict[str, Any]:
    """The description of an upload: the fields of that form and a file of that name."""
    schema = dict(form.model_json_schema())  # which is kept: what is added here is of this route
    file = {"type": "string", "format": "binary", "description": purpose}
    schema["properties"] = {name: file, **schema.get("properties", {})}
    schema["required"] = [name, *schema.get("required", [])]
    lists = [name for name, field in schema["properties"].items() if field.get("type") == "array"]
    media: dict[str, Any] = {"schema": schema}
    if lists:
        media["encoding"] = {name: {"style": "form", "explode": True} for name in lists}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": media}}}


def read_fields(form: type[Form], fields: "MultiDict[str, str]") -> Form:
    """The fields of a form or a query as that model; pydantic's ValidationError.

    Text stays text (flask-openapi3 would read the artist "1975" of a form as a number).
    """
    lists = {name for name, field in form.model_fields.items() if _is_list(field.annotation)}
    return form.model_validate(
        {name: fields.getlist(name) if name in lists else fields[name] for name in fields}
    )


def _is_list(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is list


def _operation_id(*, bp_name: str = "", name: str = "", path: str = "", method: str = "") -> str:
    return re.sub(r"\W", "_", name)
