import asyncio
import os
import signal
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError

from core.storage.servers.process import command_of
from core.storage.servers.valkey import ValkeyServer


async def ask(url: str, *command: str) -> object:
    async with Redis.from_url(url, decode_responses=True) as client:
        return await client.execute_command(*command)


async def test_it_takes_only_its_password(valkey_server: ValkeyServer) -> None:
    with pytest.raises(AuthenticationError):
        await ask(valkey_server.url().replace(valkey_server.password, "guess"), "PING")
    assert (valkey_server.process.folder / "valkey.conf").stat().st_mode & 0o777 == 0o600
    assert valkey_server.password not in command_of(valkey_server.process.pids()["server"])


async def test_memory_is_bounded_and_only_what_may_expire_is_evicted(valkey_server: ValkeyServer) -> None:
    assert await ask(valkey_server.url(), "CONFIG", "GET", "maxmemory-policy") == {"maxmemory-policy": "volatile-lru"}
    assert await ask(valkey_server.url(), "CONFIG", "GET", "maxmemory") == {"maxmemory": str(256 * 2**20)}


async def test_killing_server_and_keeper_loses_no_answered_write(valkey_server: ValkeyServer) -> None:
    await ask(valkey_server.url(), "SET", "session:1", "basket")
    valkey_server.process.kill()
    assert await ask(await valkey_server.start(), "GET", "session:1") == "basket"


async def test_a_server_killed_alone_is_restarted_by_its_keeper(valkey_server: ValkeyServer) -> None:
    await ask(valkey_server.url(), "SET", "session:2", "wishes")
    os.kill(valkey_server.process.pids()["server"], signal.SIGKILL)
    async with asyncio.timeout(30):
        while True:
            try:
                assert await ask(valkey_server.url(), "GET", "session:2") == "wishes"
            except (RedisError, OSError):
                await asyncio.sleep(0.05)
            else:
                return


async def test_two_starters_at_once_share_one_server(data_dir: Path) -> None:
    servers = [ValkeyServer(data_dir) for _ in range(4)]
    urls = await asyncio.gather(*(server.start() for server in servers))
    assert len(set(urls)) == 1
    await asyncio.gather(*(server.stop() for server in servers))
    assert servers[0].process.pids() == {}
