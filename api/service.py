"""What the door needs of the house: the tools, where events go, and how the parts are doing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from core.catalog import Product
from core.language.understanding import Understood
from core.storage.events import Events
from core.telemetry import Part
from tools.search.shapes import ExplainRequest, Explanation, SearchPage, SearchRequest, SimilarPage, SimilarRequest
from tools.suggest import Suggestions, SuggestRequest
from tools.understand import UnderstandRequest

Request = TypeVar("Request", contravariant=True)
Answer = TypeVar("Answer", covariant=True)


class Tool(Protocol[Request, Answer]):
    """A typed request → a typed answer."""

    async def __call__(self, request: Request, /) -> Answer:
        """Answer; raises one of `core.errors`."""
        ...


class Tools(Protocol):
    """The tools that have a route; `tools.toolbox.Toolbox` has them all."""

    @property
    def search(self) -> Tool[SearchRequest, SearchPage]: ...  # noqa: D102
    @property
    def explain(self) -> Tool[ExplainRequest, Explanation]: ...  # noqa: D102
    @property
    def similar(self) -> Tool[SimilarRequest, SimilarPage]: ...  # noqa: D102
    @property
    def suggest(self) -> Tool[SuggestRequest, Suggestions]: ...  # noqa: D102
    @property
    def understand(self) -> Tool[UnderstandRequest, Understood]: ...  # noqa: D102
    @property
    def product(self) -> Tool[str, Product]: ...  # noqa: D102
    @property
    def picture(self) -> Tool[str, str]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Service:
    """The live things behind the door."""

    tools: Tools
    events: Events
    parts: Callable[[], Awaitable[tuple[Part, ...]]]
