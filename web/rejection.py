"""What never reaches the application (a body too large), answered in the API's own shape."""

from waitress.task import ErrorTask

from web.problems import too_large
from web.schemas import Problem

BODY_OVERHEAD = 1 << 20  # bytes beyond the upload limit that still reach the application


class ProblemTask(ErrorTask):
    """Answers with a problem document."""

    def execute(self) -> None:
        """Write the answer."""
        error = self.request.error
        detail = error.body
        if error.code == 413:
            detail = too_large(self.channel.adj.max_request_body_size - BODY_OVERHEAD)
        problem = Problem(
            type="about:blank",
            title=error.reason,
            status=error.code,
            detail=detail,
            # A request that could not be read at all has none.
            instance=getattr(self.request, "path", "") or "/",
        )
        body = problem.model_dump_json(exclude_none=True).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)
