"""JSON request bodies: read, checked against a model, and refused in words that name the place."""

from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from api.errors import MediaTypeError, Mistake, ParameterError

MAX_MISTAKES = 20
M = TypeVar("M", bound=BaseModel)


async def read_json(request: Request) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The body as JSON. Raises MediaTypeError or ParameterError."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise MediaTypeError
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise ParameterError([Mistake("body", f"is not valid JSON: {error.msg} at {error.pos}")]) from None


def checked(model: type[M], content: Any, place: str = "") -> M:  # noqa: ANN401 - whatever JSON holds
    """`content` as a `model`. Raises ParameterError whose places begin with `place`."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise ParameterError(Mistake(_place(place, e["loc"]), e["msg"]) for e in found[:MAX_MISTAKES]) from None


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """`model` as the request body of an OpenAPI operation."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _place(place: str, loc: tuple[int | str, ...]) -> str:
    return ".".join([*([place] if place else []), *(str(step)[:64] for step in loc)]) or "body"
