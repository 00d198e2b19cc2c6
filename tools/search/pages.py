"""One page cut from what was found."""

from core.catalog import Product, Versions, Weights
from core.storage.index.snapshot import Snapshot
from core.telemetry import span
from tools.search.cursor import Cursor, fingerprint
from tools.search.did_you_mean import did_you_mean
from tools.search.facets import facets
from tools.search.finding import Found, rounded
from tools.search.highlight import highlight
from tools.search.shapes import Result, SearchPage, SearchRequest


def page_of(found: Found, request: SearchRequest, shown: Cursor) -> SearchPage:
    """The next `k` results that the cursor has not shown, and what goes with them."""
    places = unseen(found, shown, request.k + 1)
    with span("page"):
        results = tuple(result(found, place) for place in places[: request.k])
    more = len(places) > request.k
    with span("facets"):
        counted = (
            facets(found.snapshot.columns, found.scored.ords, found.question.filters, found.matches_under)
            if request.facets
            else ()
        )
    return SearchPage(
        results=results,
        facets=counted,
        total=found.total,
        cursor=shown.after(one.product_id for one in results).encode() if more else None,
        understood=found.understood,
        relaxed=found.relaxed,
        did_you_mean=did_you_mean(found.understood, found.snapshot.lexicon),
        versions=versions(found.snapshot, found.weights),
        degraded=found.degraded,
    )


def unseen(found: Found, shown: Cursor, k: int) -> list[int]:
    """Positions of the first `k` matches that were not shown yet."""
    places: list[int] = []
    for place in found.places.tolist():
        product_id = found.snapshot.columns.ids[found.scored.ords[place]]
        if not shown.shown or fingerprint(product_id) not in shown.shown:
            places.append(place)
            if len(places) == k:
                break
    return places


def result(found: Found, place: int) -> Result:
    """One ranked product with its parts."""
    product = found.snapshot.records.get(int(found.scored.ords[place]))
    return Result(
        product_id=product.id,
        score=rounded(found.finals[place]),
        breakdown=found.breakdown(place),
        weights=found.weights,
        product=product,
        highlights=highlights(product, found),
    )


def highlights(product: Product, found: Found) -> dict[str, str]:
    """Marked texts of the fields in which a word of the query stands."""
    return highlight(product, found.question.terms) if found.question.terms else {}


def versions(snapshot: Snapshot, weights: Weights) -> Versions:
    """What the page was made from."""
    return Versions(
        catalogue=str(snapshot.position),
        index=snapshot.about.version,
        model=snapshot.about.model,
        weights=f"{weights.search:g}/{weights.cf:g}/{weights.popularity:g}/{weights.freshness:g}",
    )
