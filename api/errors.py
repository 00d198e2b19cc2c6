"""From errors to RFC 9457 problems: the only place where a status code is chosen for an error."""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from core.catalog import Frozen
from core.errors import (
    AisleError,
    ConflictError,
    IndexCorruptError,
    InvalidInputError,
    NotFoundError,
    OverloadedError,
    UnavailableError,
)
from core.telemetry.record import annotate, current

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one named input."""

    parameter: str
    message: str


class Problem(Frozen):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    trace_id: str | None
    request_id: str | None
    errors: tuple[Mistake, ...] = ()  # which inputs are wrong, for 422


class ParameterError(InvalidInputError):
    """Some parameters are not valid."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: tuple[Mistake, ...] = tuple(mistakes)
        super().__init__("; ".join(f"{mistake.parameter}: {mistake.message}" for mistake in self.mistakes[:5]))


class TooSlowError(AisleError):
    """The answer took longer than a request may take; try again shortly."""


class TooLargeError(AisleError):
    """The request body is larger than this service accepts."""


class MediaTypeError(AisleError):
    """Send the body as application/json."""


_STATUS: dict[type[AisleError], HTTPStatus] = {
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ParameterError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    OverloadedError: HTTPStatus.SERVICE_UNAVAILABLE,
    IndexCorruptError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooSlowError: HTTPStatus.GATEWAY_TIMEOUT,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    MediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}  # anything else is a 500 whose cause is logged, not told
_RETRY_AFTER: dict[type[AisleError], int] = {OverloadedError: 1, UnavailableError: 5, IndexCorruptError: 30}  # seconds


def problem_for(error: Exception, path: str) -> Response:
    """The answer a caller gets for an error. What is not meant for a caller stays inside."""
    if isinstance(error, RequestValidationError):
        error = ParameterError(Mistake(_place(e["loc"]), e["msg"]) for e in error.errors())
    if isinstance(error, HTTPException):
        return problem(error.status_code, error.detail, path, headers=dict(error.headers or {}))
    status = _STATUS.get(type(error)) if isinstance(error, AisleError) else None
    if status is None:
        return problem(500, "Something went wrong on our side. The trace id finds it in our logs.", path)
    retry = _RETRY_AFTER.get(type(error))  # type: ignore[arg-type]
    return problem(
        status,
        str(error),
        path,
        mistakes=error.mistakes if isinstance(error, ParameterError) else (),
        headers={"retry-after": str(retry)} if retry else {},
    )


def problem(
    status: int,
    detail: str,
    path: str,
    *,
    mistakes: Iterable[Mistake] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """An RFC 9457 problem document, with the ids that find it in the logs."""
    record = current()
    title = HTTPStatus(status).phrase
    body = Problem(
        type=f"urn:aisle:problem:{title.lower().replace(' ', '-')}",
        title=title,
        status=status,
        detail=detail,
        instance=path[:500],
        trace_id=record.trace_id if record else None,
        request_id=record.request_id if record else None,
        errors=tuple(mistakes),
    )
    content = body.model_dump_json(exclude_defaults=True)
    return Response(content, status, {"cache-control": "no-store", **(headers or {})}, PROBLEM)


def install(app: FastAPI) -> None:
    """Answer expected errors as problems; unexpected ones travel on to `api.observe`, which logs them."""

    async def answer(request: Request, error: Exception) -> Response:
        problem = problem_for(error, request.url.path)
        if problem.status_code == 500:
            raise error
        annotate(problem=type(error).__name__)
        return problem

    for kind in (AisleError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, answer)


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in loc if step not in ("query", "path", "body", "header")) or "body"
