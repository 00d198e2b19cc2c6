"""`aisle bench search`: the real search tool at 1, 8 and 32 clients, beside bare engines on the same queries."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console
from rich.table import Table

from core.catalog import Frozen, Product
from core.storage.cache import LayeredCache
from core.storage.index.build import Embed, Progress
from evals.bench.clients import Timing, drive
from evals.bench.rivals import Rival, bare_bm25s, bare_sqlite, bare_tantivy, measure
from evals.search.dataset import read
from evals.shop import NOW, Shop, fake_vectors, open_shop
from pipelines.demo.large import large
from tools.search.cached import CachedSearch
from tools.search.shapes import Mode, SearchRequest

CLIENTS = (1, 8, 32)
BESIDE = Path("../shared/data/search/homedepot")
SEED = 7
TTL = timedelta(minutes=5)


class Line(Frozen):
    """One way of asking at one number of clients."""

    how: str
    timing: Timing


class Subject(Frozen):
    """One catalogue."""

    name: str
    products: int
    build_seconds: float
    products_per_second: float
    bytes_per_product: float
    lines: tuple[Line, ...]
    rivals: tuple[Rival, ...]


class Report(Frozen):
    """The whole run."""

    subjects: tuple[Subject, ...]


async def run(cache: Path, folder: Path | None, generated: int, requests: int, report: Progress) -> Report:
    """Measure the graded set (or the largest one beside the project) and a generated catalogue."""
    subjects = []
    folder = folder or await asyncio.to_thread(beside)
    if folder is not None:
        graded = await asyncio.to_thread(read, folder)
        queries = list(dict.fromkeys(query for _, query in graded.queries))
        subjects.append(await subject(graded.name, graded.products, queries, requests, cache, report, None))
    if generated:
        made = sorted(large(generated), key=lambda product: product.id)
        queries = list(islice(invented(made), 20_000))
        subjects.append(await subject(f"generated {generated:,}", made, queries, requests, cache, report, fake_vectors))
    return Report(subjects=tuple(subjects))


def beside() -> Path | None:
    """The largest graded set, where the evaluation data lies beside the project."""
    return BESIDE if BESIDE.is_dir() else None


def invented(products: Sequence[Product]) -> Iterator[str]:
    """Queries of one to four words out of the titles of products, the same in every run."""
    chance = Random(SEED)
    seen: set[str] = set()
    while True:
        words = chance.choice(products).title.split()
        query = " ".join(chance.sample(words, min(len(words), chance.randint(1, 4))))
        if query not in seen:
            seen.add(query)
            yield query


async def subject(
    name: str,
    products: Sequence[Product],
    queries: Sequence[str],
    requests: int,
    cache: Path,
    report: Progress,
    embed: Embed | None,
) -> Subject:
    """Everything about one catalogue."""
    before, start = resident(), perf_counter()
    async with open_shop(products, cache, report, embed=embed, encode_threads=1) as shop:
        built, grown = perf_counter() - start, resident() - before
        lines = [line async for line in asked(shop, queries, requests)]
    return Subject(
        name=name,
        products=len(products),
        build_seconds=round(built, 1),
        products_per_second=round(len(products) / built, 1),
        bytes_per_product=round(grown / max(len(products), 1)),
        lines=tuple(lines),
        rivals=tuple(rivals(products, queries[:requests])),
    )


async def asked(shop: Shop, queries: Sequence[str], requests: int) -> AsyncIterator[Line]:
    """Uncached with meaning and by words alone, then cached. No vector is found in the encoder's own cache."""
    share = min(requests, len(queries) // (len(CLIENTS) + 1))
    fresh = [queries[start : start + share] for start in range(0, share * (len(CLIENTS) + 1), share)]
    await drive(lambda query: shop.search(request(query)), fresh[-1][:200], 4)  # warm: page cache, allocator
    for clients, slice_ in zip(CLIENTS, fresh, strict=False):
        yield Line(how="hybrid, uncached", timing=await drive(lambda q: shop.search(request(q)), slice_, clients))
    for clients, slice_ in zip(CLIENTS, fresh, strict=False):
        ask = lambda q: shop.search(request(q, "keyword"))  # noqa: E731
        yield Line(how="keyword, uncached", timing=await drive(ask, slice_, clients))
    for clients, slice_ in zip(CLIENTS, fresh, strict=False):
        ask = lambda q: shop.search(request(q, "keyword", facets=False))  # noqa: E731
        yield Line(how="keyword, no facets", timing=await drive(ask, slice_, clients))
    cached = CachedSearch(shop.search, LayeredCache(), lambda: "bench", TTL)
    popular = fresh[-1][:200]
    await drive(lambda query: cached(request(query)), popular, 4)
    for clients in CLIENTS:
        again = [popular[i % len(popular)] for i in range(requests)]
        yield Line(how="hybrid, cached", timing=await drive(lambda q: cached(request(q)), again, clients))


def request(query: str, mode: Mode = "hybrid", *, facets: bool = True) -> SearchRequest:
    """What the page would ask."""
    return SearchRequest(query=query[:500], mode=mode, facets=facets, now=NOW)


def rivals(products: Sequence[Product], queries: Sequence[str]) -> Iterator[Rival]:
    """The bare engines over title, brand and description."""
    ids = [product.id for product in products]
    texts = [f"{p.title} {p.brand or ''} {p.description}" for p in products]
    yield measure("tantivy", lambda: bare_tantivy(ids, texts), queries)
    yield measure("bm25s", lambda: bare_bm25s(ids, texts), queries)
    with TemporaryDirectory(prefix="aisle-bench-") as folder:
        yield measure("sqlite fts5", lambda: bare_sqlite(ids, texts, Path(folder) / "fts.db"), queries)


def resident() -> int:
    """Resident bytes of this process."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return int(fields["VmRSS"].split()[0]) * 1024


def show(report: Report, console: Console) -> None:
    """As tables."""
    for one in report.subjects:
        console.print(
            f"\n[bold]{one.name}[/]: {one.products:,} products, built in {one.build_seconds} s "
            f"({one.products_per_second:,.0f}/s), {one.bytes_per_product:,.0f} bytes a product"
        )
        table = Table()
        for heading in ("", "clients", "p50 ms", "p95 ms", "p99 ms", "per second", "errors"):
            table.add_column(heading)
        rows = [(line.how, line.timing) for line in one.lines] + [(f"bare {r.name}", r.timing) for r in one.rivals]
        for how, t in rows:
            figures = (f"{t.p50_ms:.2f}", f"{t.p95_ms:.2f}", f"{t.p99_ms:.2f}", f"{t.per_second:,.0f}", str(t.errors))
            table.add_row(how, str(t.clients), *figures)
        console.print(table)
