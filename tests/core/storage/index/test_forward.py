import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.storage.index.forward import TITLE_TOKENS, ForwardIndex
from core.storage.index.keyword import Document

SHELF = [
    Document(0, "Red shoe, size 10", brand="Nike", description="A red shoe for running in red light"),
    Document(1, "Blue shoe", brand="Adidas"),
    Document(2, "Lamp with blue shade", attributes="blue"),
]
TITLES = st.lists(st.lists(st.sampled_from(["red", "blue", "shoe", "lamp", "usb"]), min_size=1, max_size=5), max_size=8)


@pytest.fixture
def index():
    return ForwardIndex.build(SHELF)


def every(count):
    return np.arange(count, dtype=np.int32)


def words(index, row):
    names = list(index.ids)
    return [names[token] for token in index.titles(np.array([row], dtype=np.int32))[0] if token >= 0]


def test_titles_keep_their_order(index):
    assert words(index, 0) == ["red", "shoe", "size", "10"]
    assert words(index, 2) == ["lamp", "blue", "shade"]
    assert index.titles(every(3)).shape == (3, TITLE_TOKENS)


def test_the_head_of_a_title_is_counted_in_tokens(index):
    assert index.heads(every(3)).tolist() == [2, 2, 1]


def test_a_word_weighs_more_in_the_title_than_in_the_description(index):
    shoe, light = index.ids["shoe"], index.ids["light"]
    weights = index.weights(every(3), [shoe, light])
    assert weights[0, 0] > weights[1, 0] > 0
    assert weights[:, 2].tolist() == [0, 0]


def test_a_word_counts_more_in_a_short_title():
    index = ForwardIndex.build([Document(0, "shoe"), Document(1, "shoe " + "red blue lamp usb " * 4)])
    weights = index.weights(every(2), [index.ids["shoe"]])[0]
    assert weights[0] > weights[1]


def test_rare_words_tell_more(index):
    assert index.idf(index.ids["lamp"]) > index.idf(index.ids["blue"])
    assert index.idf(10_000) > index.idf(index.ids["lamp"])


def test_rows_are_appended_to_a_new_value(index):
    more = index.append([Document(3, "Green lamp"), Document(4, "Red lamp")])
    assert (index.size, more.size) == (3, 5)
    assert words(more, 3) == ["green", "lamp"]
    assert more.idf(more.ids["lamp"]) < index.idf(index.ids["lamp"])
    mixed = np.array([4, 0, 3], dtype=np.int32)
    red, green = more.ids["red"], more.ids["green"]
    assert (more.weights(mixed, [red, green]) > 0).tolist() == [[True, True, False], [False, False, True]]
    assert index.append([]) is index


def test_it_reads_what_it_writes(index, tmp_path):
    index.save(tmp_path)
    again = ForwardIndex.open(tmp_path)
    tokens = list(range(len(index.ids)))
    assert again.ids == index.ids
    assert (again.weights(every(3), tokens) == index.weights(every(3), tokens)).all()
    assert (again.titles(every(3)) == index.titles(every(3))).all()
    assert again.append([Document(3, "Red lamp")]).size == 4


def test_a_cut_file_is_noticed(index, tmp_path):
    index.save(tmp_path)
    np.save(tmp_path / "tokens.npy", np.zeros(1, dtype=np.int32))
    with pytest.raises(ValueError, match="not whole"):
        ForwardIndex.open(tmp_path)


def test_an_empty_catalogue_has_no_rows_and_can_grow():
    index = ForwardIndex.build([])
    assert index.size == 0
    assert words(index.append([Document(0, "Red shoe")]), 0) == ["red", "shoe"]


@settings(max_examples=50)
@given(TITLES, st.integers(0, 8))
def test_built_at_once_or_appended_the_same_words_are_held(titles, cut):
    documents = [Document(row, " ".join(title)) for row, title in enumerate(titles)]
    whole = ForwardIndex.build(documents)
    grown = ForwardIndex.build(documents[:cut]).append(documents[cut:])
    assert whole.size == grown.size
    rows = every(len(titles))
    for word in ("red", "blue", "shoe", "lamp", "usb"):
        if word in whole.ids:
            held = whole.weights(rows, [whole.ids[word]]) > 0
            assert (held == (grown.weights(rows, [grown.ids[word]]) > 0)).all()
            assert whole.idf(whole.ids[word]) == pytest.approx(grown.idf(grown.ids[word]))
