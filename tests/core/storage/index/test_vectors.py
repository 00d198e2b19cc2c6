import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.storage.index.vectors import DIMENSIONS, FEW, VectorIndex, nonsense


def unit(count, seed=0):
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def vectors():
    return unit(FEW + 1000)


@pytest.fixture(scope="module")
def flat(vectors):
    return VectorIndex.build(vectors, hnsw_from=10_000_000)


@pytest.fixture(scope="module")
def graph(vectors):
    return VectorIndex.build(vectors, hnsw_from=1)


def test_flat_search_is_exact(flat, vectors):
    query = unit(1, seed=9)[0]
    found = flat.search(query, 10)
    assert found.ords.tolist() == np.argsort(-(vectors @ query))[:10].tolist()
    assert found.scores == pytest.approx(np.sort(vectors @ query)[::-1][:10], abs=2e-3)


def test_the_graph_finds_nearly_what_the_exact_search_finds(flat, graph):
    near = unit(20, seed=3) * 0.5 + unit(FEW + 1000)[:20]
    shares = [len(set(graph.search(q, 20).ords.tolist()) & set(flat.search(q, 20).ords.tolist())) / 20 for q in near]
    assert np.mean(shares) > 0.8


@pytest.mark.parametrize("share", [0.001, 0.05, 0.5, 0.95])
def test_a_search_keeps_inside_the_mask_however_much_it_leaves(graph, share):
    mask = np.random.default_rng(1).random(graph.size) < share
    found = graph.search(unit(1, seed=5)[0], 50, mask)
    assert mask[found.ords].all()
    assert len(found.ords) == min(50, mask.sum())


def test_nothing_is_found_where_nothing_is_allowed(graph):
    assert not len(graph.search(unit(1)[0], 5, np.zeros(graph.size, dtype=np.bool_)).ords)


def test_a_row_whose_vector_is_still_to_come_is_not_found_until_it_is_filled(flat):
    late = unit(2, seed=11)
    waiting = flat.append(np.zeros((2, DIMENSIONS), dtype=np.float32))
    assert waiting.size == flat.size + 2
    assert flat.size not in waiting.search(late[0], 5).ords
    assert waiting.cosine(late[0], np.array([flat.size], dtype=np.int32))[0] == 0
    assert waiting.vector(flat.size) is None
    filled = waiting.fill(np.array([flat.size, flat.size + 1], dtype=np.int32), late)
    assert filled.search(late[0], 5).ords[0] == flat.size
    assert waiting.vector(flat.size) is None  # the value a search may still hold has not changed


def test_later_rows_obey_the_mask_too_and_one_too_short_closes_them(flat):
    grown = flat.append(unit(1, seed=12))
    query = unit(1, seed=12)[0]
    assert grown.search(query, 1, np.ones(grown.size, dtype=np.bool_)).ords.tolist() == [flat.size]
    assert flat.size not in grown.search(query, 5, np.ones(flat.size, dtype=np.bool_)).ords


def test_rows_without_a_vector_in_the_base_are_never_found():
    some = unit(10)
    some[3] = 0
    assert 3 not in VectorIndex.build(some, 100).search(unit(1, seed=2)[0], 10).ords


def test_it_reads_what_it_writes(graph, tmp_path):
    graph.save(tmp_path)
    again = VectorIndex.open(tmp_path)
    query = unit(1, seed=8)[0]
    assert again.search(query, 20).ords.tolist() == graph.search(query, 20).ords.tolist()
    assert again.floor == graph.floor


@pytest.mark.parametrize("name", ["vectors.npy", "vectors.faiss", "vectors.json"])
def test_a_damaged_file_is_noticed(flat, tmp_path, name):
    flat.save(tmp_path)
    file = tmp_path / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises((OSError, ValueError, RuntimeError)):
        VectorIndex.open(tmp_path)


def test_the_floor_lies_above_what_most_nonsense_reaches(flat):
    best = [flat.search(probe, 1).scores[0] for probe in nonsense()]
    assert 0.9 <= np.mean([score <= flat.floor for score in best]) < 1


def test_an_empty_catalogue_has_nothing_near():
    empty = VectorIndex.build(np.zeros((0, DIMENSIONS), dtype=np.float32), 100)
    assert not len(empty.search(unit(1)[0], 5).ords)
    assert empty.floor == 1
    assert len(empty.append(unit(1)).search(unit(1)[0], 5).ords) == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 40))
def test_results_come_best_first_with_their_true_cosines(flat, seed, k):
    query = unit(1, seed=seed)[0]
    found = flat.search(query, k)
    assert len(found.ords) == k
    assert (np.diff(found.scores) <= 0).all()
    assert found.scores == pytest.approx(flat.vectors(found.ords) @ query, abs=1e-5)
