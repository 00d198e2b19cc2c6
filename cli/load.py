"""`aisle load`: opens the stores; what is shown, asked and answered is the loader's own."""

from collections.abc import Sequence
from dataclasses import replace

from cli.console import console
from core.config import Settings
from core.resources import open_resources
from core.storage.migrate import migrate
from pipelines.load.command import column_map, command
from pipelines.load.options import LoadOptions
from pipelines.load.run import Store
from worker.run import utc_now

MANY = 2000  # changes


async def load(
    settings: Settings, source: str, columns: Sequence[str], options: LoadOptions, *, as_json: bool, ask: bool
) -> int:
    """Load, and say what happened; the exit code. `columns`: each `field=Column`; `InvalidInputError` without `=`."""
    options = replace(options, columns=column_map(list(columns)))
    async with open_resources(settings, follow=False) as resources:
        await migrate(resources.database)
        store, position = Store(resources.products, resources.loads), await resources.outbox.latest()
        code = await command(source, options, store, clock=utc_now, yes=not ask, as_json=as_json)
        # Every process follows single changes by itself; after very many a new generation is cheaper for all of them.
        if len(await resources.outbox.read(position, MANY + 1)) > MANY:
            await resources.jobs.enqueue("rebuild_index", lock="rebuild_index")
            console().print(
                "Many products changed: the worker builds the index anew (`aisle index build` does it now)."
            )
        return code
