import asyncio

import numpy as np
import pytest

from core.catalog import Product
from core.encoder import BATCH, CACHED, DIMENSIONS, WAITING, Encoder, embedding_text
from core.errors import UnavailableError


@pytest.fixture(scope="module")
def encoder():
    encoder = Encoder.load()
    yield encoder
    encoder.close()


async def test_like_means_near_and_unlike_far(encoder):
    shoe, trainer, lamp = [await encoder.encode(text) for text in ("running shoe", "jogging trainers", "desk lamp")]
    assert shoe.shape == (DIMENSIONS,)
    assert np.linalg.norm(shoe) == pytest.approx(1, abs=1e-5)
    assert shoe @ trainer > shoe @ lamp + 0.2


async def test_a_text_has_one_vector_however_it_is_asked_for(encoder):
    texts = [f"{'long ' * (i % 7)}red shoe number {i}" for i in range(BATCH + 5)]
    together = await encoder.encode_many(texts)
    assert together.shape == (len(texts), DIMENSIONS)
    for i in (0, 6, BATCH, BATCH + 4):
        assert together[i] @ await encoder.encode(texts[i]) > 0.999


async def test_the_same_query_is_computed_once_and_then_remembered(encoder):
    first, second = await asyncio.gather(encoder.encode("blue lamp"), encoder.encode("blue lamp"))
    assert first is second
    assert await encoder.encode("blue lamp") is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


async def test_one_caller_giving_up_does_not_take_the_answer_from_another(encoder):
    leaving = asyncio.create_task(encoder.encode("a lamp that someone waits for"))
    staying = asyncio.create_task(encoder.encode("a lamp that someone waits for"))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).shape == (DIMENSIONS,)


async def test_when_too_many_wait_the_next_is_told_at_once():
    encoder = Encoder.load()
    waiting = [asyncio.create_task(encoder.encode(f"query {i}")) for i in range(WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError):
        await encoder.encode("one more")
    await asyncio.gather(*waiting)
    assert (await encoder.encode("one more")).shape == (DIMENSIONS,)
    encoder.close()


@pytest.mark.parametrize("text", ["", " ", "\x00", "\U0001f600", "\u05e9\u05dc\u05d5\u05dd", "word " * 5000])
async def test_any_text_has_a_vector(encoder, text):
    assert np.isfinite(await encoder.encode(text)).all()


async def test_no_texts_have_no_vectors(encoder):
    assert (await encoder.encode_many([])).shape == (0, DIMENSIONS)


def test_price_and_stock_are_not_embedded():
    product = Product(id="1", title="Red shoe", brand="Nike", description="For running", price="9.99", stock=3)
    assert embedding_text(product) == "Red shoe Nike For running"
    assert CACHED * DIMENSIONS * 4 < 100_000_000  # bytes of remembered queries
