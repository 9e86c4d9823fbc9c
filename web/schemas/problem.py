"""What an answer says when there is none: problem details for HTTP (RFC 9457)."""

from pydantic import BaseModel


class FieldProblem(BaseModel):
    """One field of a request and what is wrong with it."""

    field: str
    message: str


class Problem(BaseModel):
    """Problem details for HTTP (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] | None = None
