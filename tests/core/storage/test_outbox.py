"""The outbox under transactions that overlap: no reader ever skips a change."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

from core.catalog import Product
from core.storage.migrate import migrate
from core.storage.outbox import Outbox
from core.storage.postgres import Connection, Database
from core.storage.products import ProductStore

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def products(*ids: str) -> list[Product]:
    return [Product(id=each, title=f"Thing {each}") for each in ids]


async def touch(connection: Connection, product_id: str) -> None:
    await connection.execute("update products set stock = coalesce(stock, 0) + 1 where id = $1", product_id)


async def read(outbox: Outbox, after: int) -> tuple[list[str], int]:
    changes = await outbox.read(after)
    return [change.product_id for change in changes], changes[-1].position if changes else after


async def test_a_slow_commit_is_waited_for_not_skipped(database: Database) -> None:
    store, outbox = ProductStore(database), Outbox(database)
    await store.upsert_many(products("slow", "fast"), NOW)
    start = await outbox.latest()
    async with database.session() as one, database.session() as two:
        slow = one.connection.transaction()
        await slow.start()
        await touch(one.connection, "slow")  # takes its position first …
        await touch(two.connection, "fast")  # … and this one commits first
        assert await read(outbox, start) == ([], start)
        assert await outbox.latest() == start
        await slow.commit()
    assert (await read(outbox, start))[0] == ["slow", "fast"]


async def test_an_older_transaction_that_writes_last_is_not_skipped(database: Database) -> None:
    store, outbox = ProductStore(database), Outbox(database)
    await store.upsert_many(products("old", "new"), NOW)
    start = await outbox.latest()
    async with database.session() as one, database.session() as two:
        older, newer = one.connection.transaction(), two.connection.transaction()
        await older.start()
        await one.connection.execute("select pg_current_xact_id()")
        await newer.start()
        await touch(two.connection, "new")
        await touch(one.connection, "old")
        await older.commit()  # the older is over: it may be read; the newer is still running
        seen, position = await read(outbox, start)
        assert seen == ["old"]
        await newer.commit()
    assert (await read(outbox, position))[0] == ["new"]


async def test_a_rolled_back_change_is_never_told(database: Database) -> None:
    store, outbox = ProductStore(database), Outbox(database)
    await store.upsert_many(products("a"), NOW)
    start = await outbox.latest()
    async with database.session() as session:
        undone = session.connection.transaction()
        await undone.start()
        await touch(session.connection, "a")
        await undone.rollback()
    assert await read(outbox, start) == ([], start)


async def test_several_statements_of_one_transaction_keep_their_order(database: Database) -> None:
    store, outbox = ProductStore(database), Outbox(database)
    await store.upsert_many(products("a", "b"), NOW)
    start = await outbox.latest()
    async with database.transaction() as session:
        for each in "abba":
            await touch(session.connection, each)
    assert (await read(outbox, start))[0] == ["a", "b", "b", "a"]


async def test_under_a_storm_of_overlapping_writers_a_follower_sees_every_change(database: Database) -> None:
    store, outbox = ProductStore(database), Outbox(database)
    await store.upsert_many(products(*(f"p{n}" for n in range(8))), NOW)
    start = await outbox.latest()
    dice = random.Random(7)

    async def write(product_id: str) -> None:
        for _ in range(15):
            async with database.transaction() as session:
                await touch(session.connection, product_id)
                await asyncio.sleep(dice.random() * 0.02)
                await touch(session.connection, product_id)

    writers = [asyncio.create_task(write(f"p{n}")) for n in range(8)]
    seen: list[str] = []
    position = start
    while True:
        over = all(writer.done() for writer in writers)
        found, position = await read(outbox, position)
        seen += found
        if over and not found:
            break
    await asyncio.gather(*writers)
    assert {each: seen.count(each) for each in sorted(set(seen))} == {f"p{n}": 30 for n in range(8)}
    assert len(seen) == 240


async def test_changes_made_by_hand_are_told_too(database: Database) -> None:
    store, outbox = ProductStore(database), Outbox(database)
    await store.upsert_many(products("a"), NOW)
    start = await outbox.latest()
    async with database.session() as session:
        await session.connection.execute("update products set title = 'B', content_hash = 'b' where id = 'a'")
        await session.connection.execute("delete from products")
    assert [change.kind for change in await outbox.read(start)] == ["content", "delete"]


async def test_after_a_restore_into_another_cluster_positions_go_on_from_where_they_were(database: Database) -> None:
    """There, transaction ids start low again; a dump's changes lie far above them."""
    store, outbox = ProductStore(database), Outbox(database)
    await store.upsert_many(products("a"), NOW)
    high = 1 << 60
    async with database.session() as session:
        await session.connection.execute("update changes set position = position + $1", high)
    await migrate(database)  # as every start does
    before = await outbox.latest()
    assert before > high
    await store.upsert_many(products("b"), NOW)
    assert (await read(outbox, before))[0] == ["b"]


async def test_a_listener_survives_the_loss_of_its_connection(database: Database) -> None:
    outbox = Outbox(database)
    while await outbox.wait(timedelta(milliseconds=200)):
        pass
    async with database.session() as session:
        await session.connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where query like 'LISTEN%' and datname = current_database()"
        )
    await asyncio.sleep(0.2)
    assert await outbox.wait(timedelta(seconds=5))  # listening again: something may have been missed
    waiting = asyncio.create_task(outbox.wait(timedelta(seconds=20)))
    await asyncio.sleep(0.05)
    await ProductStore(database).upsert_many(products("a"), NOW)
    assert await waiting
    await outbox.close()
