"""What the door needs of the house: the tools, where events go, and how the parts are doing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from core.catalog import Product
from core.language.understanding import Understood
from core.storage.events import Events
from core.telemetry import Part
from tools.search.shapes import ExplainRequest, Explanation, SearchPage, SearchRequest, SimilarPage, SimilarRequest
from tools.suggest import Suggestions, SuggestRequest
from tools.understand import UnderstandRequest


class Tools(Protocol):
    """The tools that have a route; `tools.toolbox.Toolbox` has them all."""

    @property
    def search(self) -> Callable[[SearchRequest], Awaitable[SearchPage]]: ...  # noqa: D102
    @property
    def explain(self) -> Callable[[ExplainRequest], Awaitable[Explanation]]: ...  # noqa: D102
    @property
    def similar(self) -> Callable[[SimilarRequest], Awaitable[SimilarPage]]: ...  # noqa: D102
    @property
    def suggest(self) -> Callable[[SuggestRequest], Awaitable[Suggestions]]: ...  # noqa: D102
    @property
    def understand(self) -> Callable[[UnderstandRequest], Awaitable[Understood]]: ...  # noqa: D102
    @property
    def product(self) -> Callable[[str], Awaitable[Product]]: ...  # noqa: D102
    @property
    def picture(self) -> Callable[[str], Awaitable[str]]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Service:
    """The live things behind the door."""

    tools: Tools
    events: Events
    parts: Callable[[], Awaitable[tuple[Part, ...]]]
