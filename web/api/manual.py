"""Writes docs/api.md from the OpenAPI document: `python -m web.api.manual [--check]`."""

import sys
from pathlib import Path
from typing import Any

from web.api.docs import document
from web.app import bare_app

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
_NAMES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
}
_ASKED = {"SimilarIn", "NextIn", "PathIn", "RecommendIn", "TracksIn"}
_HEAD = """# The API

<!-- Written by `python -m web.api.manual` from the OpenAPI document; do not edit. -->

{about}

Where there are accounts, a request brings a session or a key (`Authorization: Bearer KEY`) with
the scope that it asks for; see [security](security.md).

A running server describes itself at `/api/v1/openapi.json` and lets you try it at `/api/docs`.

```sh
curl -F clip=@song.mp3 -F count=5 http://127.0.0.1:8080/api/v1/search
curl 'http://127.0.0.1:8080/api/v1/recommendations?seed=12&seed=40&count=10'
```
"""


def manual(described: dict[str, Any]) -> str:
    """The page that documents that OpenAPI document, as Markdown."""
    parts = [_HEAD.format(about=described["info"]["description"])]
    for path, item in described["paths"].items():
        schemas = described["components"]["schemas"]
        parts += [_operation(path, method, told, schemas) for method, told in item.items()]
    parts.append("## Shapes\n")
    for name, schema in sorted(described["components"]["schemas"].items()):
        if name.endswith("Out") or name in _ASKED or "Problem" in name:
            parts.append(f"### {name}\n\n{schema.get('description', '')}\n\n{_fields(schema)}")
    return "\n".join(parts)


def _operation(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    lines = [f"## {method.upper()} {path}\n", f"{operation['summary']}. {_said(operation)}\n"]
    asked = [
        (field["name"], field["schema"], field.get("description", ""))
        for field in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {}).get("content", {})
    for media in body.values():
        shape = media["schema"]
        shape = shape.get("oneOf", [shape])[0]
        named = str(shape.get("$ref", "")).rpartition("/")[2]
        fields = (schemas[named] if named else shape)["properties"].items()
        asked += [(name, schema, schema.get("description", "")) for name, schema in fields]
    if asked:
        lines.append(_table(asked))
    lines.append("| Answer | Meaning | Body |\n|---|---|---|")
    for status, answer in sorted(operation["responses"].items()):
        lines.append(f"| {status} | {answer['description'] or 'Done.'} | {_body(answer)} |")
    return "\n".join(lines) + "\n"


def _said(operation: dict[str, Any]) -> str:
    text: str = operation["description"]
    scopes = [named["key"][0] for named in operation["security"] if "key" in named]
    return f"{text} Asks for the scope `{scopes[0]}`." if scopes else f"{text} Answers anybody."


def _body(answer: dict[str, Any]) -> str:
    content = answer.get("content", {})
    names = {
        media.get("schema", {}).get("$ref", "").rpartition("/")[2] for media in content.values()
    } - {""}
    return ", ".join(sorted(names)) or ", ".join(f"`{kind}`" for kind in sorted(content))


def _fields(schema: dict[str, Any]) -> str:
    fields = schema.get("properties", {}).items()
    return _table([(name, field, field.get("description", "")) for name, field in fields])


def _table(fields: list[tuple[str, dict[str, Any], str]]) -> str:
    rows = [f"| `{name}` | {_type(schema)} | {text} |" for name, schema, text in fields]
    return "| Field | Type | Meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _type(schema: dict[str, Any]) -> str:
    """The type of a field in a few words: "list of text", "whole number, 1 to 200", …"""
    alternatives = schema.get("anyOf") or schema.get("oneOf") or []
    options = [_type(option) for option in alternatives if option.get("type") != "null"]
    if options:
        return " or ".join(options) + (", or null" if len(options) < len(alternatives) else "")
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("format") in {"binary", "date-time"}:
        return {"binary": "file", "date-time": "moment"}[schema["format"]]
    text = _NAMES.get(schema.get("type", ""), "anything")
    if "minimum" in schema and "maximum" in schema:
        text += f", {int(schema['minimum'])} to {int(schema['maximum'])}"
    if schema.get("default") not in (None, [], ""):
        text += f", by default {schema['default']}"
    return text


def main(arguments: list[str]) -> int:
    """Write the page, or with --check say whether it is up to date; an exit status."""
    text = manual(document(bare_app()))
    if "--check" in arguments:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{PAGE} is out of date: run python -m web.api.manual\n")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
