"""At start the popular queries are searched once, so that the first shoppers already find them cached."""

from datetime import timedelta

from api.context import Clock, hour_of
from api.service import Service
from core.errors import AisleError
from core.telemetry import get_logger
from tools.search.shapes import MAX_QUERY, SearchRequest

LOOK_BACK = timedelta(days=7)


async def warm(service: Service, clock: Clock, limit: int) -> int:
    """Search the `limit` most popular queries, one after the other; answers how many. Never raises for a lack."""
    if limit == 0:
        return 0
    log = get_logger()
    warmed = 0
    try:
        await service.tools.search(SearchRequest(now=hour_of(clock())))  # the page as it opens
        for query, _ in await service.events.popular_queries(clock() - LOOK_BACK, limit):
            await service.tools.search(SearchRequest(query=query[:MAX_QUERY], now=hour_of(clock())))
            warmed += 1
    except AisleError as error:
        log.warning("warming_stopped", warmed=warmed, reason=type(error).__name__)
    else:
        log.info("warmed", queries=warmed)
    return warmed
