import numpy as np
import pytest

from core.errors import IndexCorruptError
from core.language.terms import Term, Variant
from core.language.tokens import analyze
from core.storage.index.keyword import Document, KeywordIndex

BETTER = 4000  # rows before the filter lets any through
SHELF = [
    Document(0, "Red bluetooth speaker", brand="Sony"),
    Document(1, "Blue tooth brush", description="For red gums"),
    Document(2, "Red running shoe", brand="Nike", category="Shoes Running"),
    Document(3, "Water bottle", attributes="red 16 GB"),
]


def term(word, *others):
    return Term(word, (Variant(tuple(analyze(word))), *(Variant(tuple(other.split()), 0.8) for other in others)))


def build(folder, documents=SHELF):
    KeywordIndex.build(folder, documents)
    return KeywordIndex.open(folder)


def rows(found):
    return sorted(found.tolist())


def test_every_term_must_occur_in_some_field(tmp_path):
    index = build(tmp_path)
    assert rows(index.match([term("red")])) == [0, 1, 2, 3]
    assert rows(index.match([term("red"), term("nike")])) == [2]
    assert rows(index.match([term("red"), term("elephant")])) == []
    assert rows(index.match([])) == []


def test_index_and_query_share_one_analyzer(tmp_path):
    assert rows(build(tmp_path).match([term("16gb".replace("gb", "")), term("RUNNING")])) == []
    assert rows(KeywordIndex.open(tmp_path).match([Term("shoes", (Variant(tuple(analyze("Shoes"))),))])) == [2]
    assert rows(KeywordIndex.open(tmp_path).match([term("16"), term("gb")])) == [3]


def test_other_forms_of_a_term_count_and_those_of_two_words_only_side_by_side(tmp_path):
    index = build(tmp_path)
    assert rows(index.match([term("bluetooth", "blue tooth")])) == [0, 1]
    assert rows(index.match([term("bluetooth", "blue brush")])) == [0]


def test_fewer_terms_may_be_asked_for(tmp_path):
    index = build(tmp_path)
    assert rows(index.match([term("red"), term("nike"), term("elephant")], minimum=2)) == [2]
    assert rows(index.match([term("nike"), term("elephant")], minimum=1)) == [2]


def test_candidates_come_best_first_and_a_word_in_the_title_counts_most(tmp_path):
    found = build(tmp_path).candidates([term("red"), term("speaker")], limit=10)
    assert found.ords[0] == 0
    assert set(found.ords.tolist()) == {0, 1, 2, 3}
    assert (np.diff(found.scores) <= 0).all()
    assert found.ords.tolist().index(2) < found.ords.tolist().index(1)


def test_candidates_keep_inside_the_mask_and_the_limit(tmp_path):
    index = build(tmp_path)
    assert index.candidates([term("red")], 10, np.array([False, True, False, True])).ords.tolist() in ([1, 3], [3, 1])
    assert len(index.candidates([term("red")], 2).ords) == 2
    assert not len(index.candidates([term("red")], 0).ords)
    assert not len(index.candidates([], 10).ords)


def test_a_row_that_the_filter_leaves_is_found_however_many_better_ones_it_rejects(tmp_path):
    many = [Document(i, "red shoe" if i < BETTER else "red shoe with a long tail of words") for i in range(BETTER + 5)]
    mask = np.arange(len(many)) >= BETTER
    found = build(tmp_path, many).candidates([term("shoe")], 3, mask)
    assert sorted(found.ords.tolist()) == [BETTER + i for i in range(3)] or len(found.ords) == 3
    assert mask[found.ords].all()


def test_changes_are_seen_after_a_commit_and_not_before(tmp_path):
    index = build(tmp_path)
    index.add([Document(4, "Red hat")])
    index.delete([0, 3])
    assert rows(index.match([term("red")])) == [0, 1, 2, 3]
    later = index.commit()
    assert rows(later.match([term("red")])) == [1, 2, 4]
    assert later.size == 3
    assert rows(index.match([term("red")])) == [0, 1, 2, 3]  # a search under way keeps its own moment


def test_an_empty_index_finds_nothing(tmp_path):
    index = build(tmp_path, [])
    assert not len(index.match([term("red")]))
    assert not len(index.candidates([term("red")], 5).ords)


def test_a_folder_without_a_whole_index_is_corrupt(tmp_path):
    with pytest.raises(IndexCorruptError):
        KeywordIndex.open(tmp_path)
    build(tmp_path / "index")
    (tmp_path / "index" / "meta.json").write_text("{")
    with pytest.raises(IndexCorruptError):
        KeywordIndex.open(tmp_path / "index")


@pytest.mark.parametrize(
    "word", ["a" * 500, "\x00", "\u05e9\u05dc\u05d5\u05dd", "' OR 1=1 --", "text:red", "*", "(", "\U0001f600"]
)
def test_no_word_can_break_the_query(tmp_path, word):
    index = build(tmp_path)
    odd = Term(word, (Variant((word,)),))
    assert not len(index.match([odd]))
    assert not len(index.candidates([odd], 5).ords)
