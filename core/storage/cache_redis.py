"""The second cache layer: in Redis, shared by all processes. Redis dead → a miss, at once, never an error.

An entry is a hash `at, tags, value`: `at` is Redis's own time when its maker looked and missed. Dropping a tag writes
Redis's time to `tag:<name>`; an entry is good only while no tag of its own was dropped at or after `at`. So a drop
needs no list of keys, and a fill that began before a drop is never served, whatever the order they arrive in.
(One Redis or a primary with replicas: the scripts read keys that they do not declare, which a cluster refuses.)
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple, TypeVar, cast

import orjson
import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.errors import SetupError, UnavailableError
from core.resilience import Breaker

TIMEOUT = timedelta(milliseconds=100)  # for a whole operation; a cache slower than this is no cache
CONNECTIONS = 8  # an operation takes well under a millisecond; more would only wait for each other to connect
LONGEST = timedelta(days=1)  # no entry lives longer; drops are remembered a little longer than that
EVERYTHING = "*"  # every entry carries this tag
MANY = 10_000  # more drops owed than this are paid by dropping everything
BATCH = 500  # tags a message
RECONNECT = timedelta(seconds=1)
T = TypeVar("T")

log = structlog.get_logger(__name__)

_GET = """
local found = redis.call('HMGET', KEYS[1], 'at', 'tags', 'value')
if found[3] then
  for tag in string.gmatch(found[2], '[^\\n]+') do
    local dropped = redis.call('GET', ARGV[1] .. tag)
    if dropped and tonumber(dropped) >= tonumber(found[1]) then found[3] = false break end
  end
end
if found[3] then return {found[3], found[2], redis.call('PTTL', KEYS[1])} end
local now = redis.call('TIME')
return {false, '', string.format('%.0f', now[1] * 1000000 + now[2])}
"""

_DROP = """
local now = redis.call('TIME')
local at = string.format('%.0f', now[1] * 1000000 + now[2])
for i = 3, #ARGV do redis.call('SET', ARGV[1] .. ARGV[i], at, 'PX', ARGV[2]) end
redis.call('PUBLISH', KEYS[1], cjson.encode({unpack(ARGV, 3)}))
return 1
"""


class SharedLookup(NamedTuple):
    """`stamp`: microseconds of Redis's clock at a miss; None when Redis could not be asked."""

    value: bytes | None
    tags: tuple[str, ...] = ()
    ttl: timedelta = timedelta(0)
    stamp: int | None = None


MISS = SharedLookup(None)


@dataclass
class RedisCache:
    """Bytes by key with a time to live and tags, behind a breaker."""

    client: Redis
    listener: Redis
    namespace: str
    breaker: Breaker
    timeout: timedelta = TIMEOUT
    _owed: set[str] = field(default_factory=set)  # drops that Redis has not heard of yet

    async def get(self, key: str) -> SharedLookup:
        """The value, or a miss."""
        found = await self._ask(lambda: self._get(key))
        if found is None:
            return MISS
        value, tags, number = found
        if value is None:
            return SharedLookup(None, stamp=int(number))
        names = tuple(tag for tag in tags.decode().split("\n") if tag != EVERYTHING)
        return SharedLookup(value, names, timedelta(milliseconds=int(number)))

    async def set(self, key: str, value: bytes, ttl: timedelta, tags: Collection[str], stamp: int) -> None:
        """Remember a value whose making began at `stamp`."""
        await self._ask(lambda: self._set(self._name(key), value, min(ttl, LONGEST), tags, stamp))

    async def invalidate(self, tags: Collection[str]) -> None:
        """Drop what carries any of the tags. What cannot be said now is said before anything is read again."""
        self._owed.update(tags)
        if len(self._owed) > MANY:
            self._owed = {EVERYTHING}
        await self._ask(self._pay)

    async def ping(self) -> None:
        """Raises `UnavailableError`."""
        if not await self._ask(self.client.ping):
            raise UnavailableError("Redis is not available.")

    async def follow(self, on_drop: Callable[[Collection[str]], None], on_gap: Callable[[], None]) -> None:
        """Tell `on_drop` what any process drops, for ever; `on_gap` when messages may have been lost."""
        while True:
            try:
                async with self.listener.pubsub(ignore_subscribe_messages=True) as messages:
                    await messages.subscribe(self._name("dropped"))
                    on_gap()
                    async for message in messages.listen():
                        tags = orjson.loads(message["data"])
                        on_gap() if EVERYTHING in tags else on_drop(tags)
            except (RedisError, OSError, TimeoutError):
                log.debug("cache_follow_lost")
            on_gap()
            await asyncio.sleep(RECONNECT.total_seconds())

    async def close(self) -> None:
        """Close every connection."""
        await self.client.aclose()
        await self.listener.aclose()

    async def _ask(self, call: Callable[[], Awaitable[T]]) -> T | None:
        """The answer within the time allowed, or None. Counts for the breaker; does not call while it is open."""
        if not self.breaker.allow():
            return None
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                answer = await call()
        except (RedisError, OSError, TimeoutError):
            self.breaker.failed()
            return None
        self.breaker.succeeded()
        return answer

    async def _get(self, key: str) -> tuple[bytes | None, bytes, int | bytes]:
        """Value, tags and time to live in ms; or None, nothing and the present in µs."""
        await self._pay()
        found = await self._run(_GET, self._name(key), self._name("tag:"))
        return cast("tuple[bytes | None, bytes, int | bytes]", found)

    async def _set(self, key: str, value: bytes, ttl: timedelta, tags: Collection[str], stamp: int) -> None:
        await self._pay()
        fields: dict[str, str | bytes] = {"at": str(stamp), "tags": "\n".join([EVERYTHING, *tags]), "value": value}
        async with self.client.pipeline(transaction=True) as pipe:
            pipe.hset(key, mapping=fields)  # type: ignore[arg-type]
            pipe.pexpire(key, ttl)
            await pipe.execute()

    async def _pay(self) -> None:
        while self._owed:
            tags = sorted(self._owed)[:BATCH]
            self._owed.difference_update(tags)
            remember = str(int((LONGEST + timedelta(hours=1)) / timedelta(milliseconds=1)))
            try:
                await self._run(_DROP, self._name("dropped"), self._name("tag:"), remember, *tags)
            except BaseException:
                self._owed.update(tags)
                raise

    async def _run(self, script: str, key: str, *arguments: str) -> object:
        return await self.client.register_script(script)(keys=[key], args=list(arguments))

    def _name(self, key: str) -> str:
        return f"{self.namespace}:{key}"


def connect_cache(url: str, namespace: str, breaker: Breaker, timeout: timedelta = TIMEOUT) -> RedisCache:
    """A cache on the Redis at `redis://…`; connects on first use, so Redis may be down. Raises `SetupError`."""
    seconds = timeout.total_seconds()
    # One retry, at once: after a restart of Redis each pooled connection fails once, and that is no failure of Redis.
    retry = Retry(NoBackoff(), 1)
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=seconds,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=retry,
        )
    except ValueError as error:
        raise SetupError("The Redis URL is not valid.") from error
    listener = Redis.from_url(url, socket_timeout=None, socket_connect_timeout=seconds, health_check_interval=10)
    return RedisCache(Redis.from_pool(pool), listener, namespace, breaker, timeout)
