"""Embeddings by hash, and the progress of loads."""

from datetime import UTC, datetime

import numpy as np

from core.storage.embeddings import EmbeddingStore
from core.storage.loads import LoadStore, Progress
from core.storage.postgres import Database

NOW = datetime(2026, 11, 1, tzinfo=UTC)


async def test_vectors_come_back_bit_for_bit_by_hash(database: Database) -> None:
    store = EmbeddingStore(database, "minilm")
    rows = np.random.default_rng(1).standard_normal((4500, 8), dtype=np.float32)
    vectors = {f"h{number}": row for number, row in enumerate(rows)}
    await store.put(vectors)
    found = await store.get(["h0", "h4499", "nope", *vectors])
    assert found.keys() == vectors.keys()
    assert all(np.array_equal(found[key], vectors[key]) for key in vectors)


async def test_a_hash_known_already_keeps_its_vector(database: Database) -> None:
    store = EmbeddingStore(database, "minilm")
    one, two = np.ones(4, np.float32), np.zeros(4, np.float32)
    await store.put({"a": one})
    await store.put({"a": two, "b": two})
    assert {key: value.tolist() for key, value in (await store.get(["a", "b"])).items()} == {"a": [1] * 4, "b": [0] * 4}


async def test_another_model_has_vectors_of_its_own(database: Database) -> None:
    await EmbeddingStore(database, "minilm").put({"a": np.ones(4, np.float32)})
    assert await EmbeddingStore(database, "other").get(["a"]) == {}


async def test_a_load_resumes_from_where_it_said(database: Database) -> None:
    store = LoadStore(database)
    assert await store.get("file.csv:1:2") is None
    await store.put("file.csv:1:2", Progress(position=100, done=9, rejected=1), NOW)
    later = Progress(position=2**40, done=10, rejected=1, finished=True)
    await store.put("file.csv:1:2", later, NOW)
    assert await store.get("file.csv:1:2") == later
    assert await store.get("file.csv:1:3") is None
