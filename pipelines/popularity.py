"""Popularity from events, published for every process to pick up. Again is always safe."""

from datetime import datetime
from pathlib import Path

from core.storage.events import Events
from core.storage.index.generations import Generations
from core.storage.scratch import own_folder


async def run(events: Events, generations: Generations, scratch: Path, now: datetime) -> int:
    """Compute and publish; answers how many products have a score of their own."""
    scores = await events.popularity(now)
    with own_folder(scratch) as folder:
        await generations.publish_popularity(scores, Path(folder), now)
    return len(scores)
