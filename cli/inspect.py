"""`aisle index …`: build, list, roll back."""

from rich.table import Table

from cli.console import bar, console, print_json
from core.config import Settings
from core.resources import open_resources
from core.storage.index.generations import INDEX
from core.storage.migrate import migrate
from pipelines import index
from worker.run import index_sources, utc_now


async def build(settings: Settings, *, vectors: bool, as_json: bool) -> None:
    """Build a generation and publish it."""
    async with open_resources(settings, follow=False) as resources:
        await migrate(resources.database)
        with bar(quiet=as_json) as report:
            about = await index.run(index_sources(resources), utc_now(), report, vectors=vectors)
    if as_json:
        print_json(about.model_dump(mode="json"))
    else:
        console().print(f"Generation {about.version}: {about.products:,} products, {about.embedded:,} with vectors")


async def generations(settings: Settings, *, as_json: bool) -> None:
    """What is published."""
    async with open_resources(settings, follow=False) as resources:
        artefacts = resources.generations.artefacts
        current = await artefacts.current(INDEX)
        manifests = [await artefacts.manifest(INDEX, version) for version in await artefacts.versions(INDEX)]
    now = utc_now()
    rows = [
        {
            "version": manifest.version,
            "current": manifest.version == current,
            "age_seconds": round((now - manifest.created_at).total_seconds()),
            "products": manifest.about.get("products"),
            "embedded": manifest.about.get("embedded"),
            "bytes": sum(file.size for file in manifest.files.values()),
            "checksums": {name: file.sha256 for name, file in manifest.files.items()},
        }
        for manifest in manifests
    ]
    if as_json:
        print_json({"generations": rows})
        return
    table = Table()
    for heading in ("version", "in use", "age", "products", "with vectors", "MB"):
        table.add_column(heading)
    for row, manifest in zip(rows, manifests, strict=True):
        megabytes = sum(file.size for file in manifest.files.values()) / 1e6
        age = f"{row['age_seconds']} s"
        used = "yes" if row["current"] else ""
        table.add_row(manifest.version, used, age, str(row["products"]), str(row["embedded"]), f"{megabytes:.1f}")
    console().print(table)


async def rollback(settings: Settings) -> None:
    """Publish the generation before the one in use."""
    async with open_resources(settings, follow=False) as resources:
        version = await resources.generations.artefacts.rollback(INDEX)
    console().print(f"In use now: {version}")
