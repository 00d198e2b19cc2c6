import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.load.rejects import Reject
from pipelines.load.sources import Limits
from pipelines.load.tables import Dialect, read_table, sniff


def lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def read(text: str, dialect: Dialect | None = None) -> list[Reject | tuple[int, dict[str, str]]]:
    source: Iterator[str | None] = iter(lines(text))
    return list(read_table(source, dialect or sniff(lines(text)), Limits()))


def good(text: str, dialect: Dialect | None = None) -> list[tuple[int, list[str]]]:
    return [(item[0], list(item[1].values())) for item in read(text, dialect) if not isinstance(item, Reject)]


def bad(text: str) -> list[tuple[int, str]]:
    return [(item.line, item.reason) for item in read(text) if isinstance(item, Reject)]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = "\n".join(
        delimiter.join(row) for row in (["id", "title", "price"], ["1", "A, B", "2,50"], ["2", "C; D", "1"])
    )
    assert sniff(lines(text if delimiter != "," else "id,title\n1,a\n2,b")).delimiter == delimiter


def test_quotes_that_only_mean_inches_are_plain_characters() -> None:
    text = 'id\ttitle\n1\t"Best" 17" screen\n2\t15" screen\n3\t"13" screen\n'
    assert [row for _, row in good(text)] == [["1", '"Best" 17" screen'], ["2", '15" screen'], ["3", '"13" screen']]


def test_backslashes_before_quotes_are_understood() -> None:
    assert good('id,title\n1,"17\\" screen, black"\n2,"x"\n')[0] == (2, ["1", '17" screen, black'])


def test_a_quoted_cell_may_hold_line_ends_and_lines_are_counted_as_an_editor_does() -> None:
    assert good('id,title\n1,"a\nb"\n\n2,c\n') == [(2, ["1", "a\nb"]), (5, ["2", "c"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_taken(end: str) -> None:
    assert good(end.join(["id,title", "1,a", "2,b", ""])) == [(2, ["1", "a"]), (3, ["2", "b"])]


def test_a_row_with_too_many_or_too_few_columns_is_rejected_and_empty_extra_ones_are_not() -> None:
    text = "id,title,price\n1,a,2\n2,b\n3,c,4,5\n4,d,5,,\n"
    assert [line for line, _ in good(text)] == [2, 5]
    assert bad(text) == [
        (3, "too few columns: 2 where the header has 3"),
        (4, "too many columns: 4 where the header has 3"),
    ]


def test_a_quote_left_open_costs_one_row_and_not_the_rest_of_the_file() -> None:
    rows = "".join(f'{n},"Lamp {n}",5\n' for n in range(3, 900))
    text = f'id,title,price\n1,"Lamp,4\n2,"Chair",5\n{rows}'
    assert bad(text) == [(2, "a quote is opened and not closed")]
    assert [line for line, _ in good(text)] == list(range(3, 901))


def test_a_quote_left_open_at_the_very_end_is_rejected() -> None:
    assert bad('id,title\n1,a\n2,"b\n') == [(3, "a quote is opened and not closed")]


def test_columns_without_a_name_or_with_the_same_name_keep_their_values() -> None:
    found = read("id,title,,tag,tag\n1,a,x,y,z\n")[0]
    assert found == (2, {"id": "1", "title": "a", "column_3": "x", "tag": "y", "tag_2": "z"})


def test_a_line_beyond_the_limit_is_rejected_without_being_held() -> None:
    source: Iterator[str | None] = iter(["id,title\n", None, "2,b\n"])
    found = list(read_table(source, Dialect(), Limits()))
    assert [item.line if isinstance(item, Reject) else item[0] for item in found] == [2, 3]


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=20)


@given(
    st.lists(st.lists(cells, min_size=3, max_size=3).filter(any), min_size=1, max_size=20),
    st.sampled_from([",", "\t", ";", "|"]),
)
def test_what_the_csv_module_writes_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    assert [row for _, row in good(text.getvalue(), Dialect(delimiter))] == rows


@given(st.text(st.sampled_from('a,"\n\\;\t '), max_size=200))
def test_no_table_breaks_the_reader_and_no_row_is_read_twice(text: str) -> None:
    numbers = [item[0] for item in read("x,y\n" + text, Dialect())]
    assert numbers == sorted(set(numbers))
