import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.load.cells import addresses, one_line, path, plain, text_of, unpacked


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Soft <b>cot</b>ton</p><p>Blue</p>", "Soft cotton Blue"),
        ("a<br>b", "a b"),
        ("Black &amp; Decker&nbsp;drill", "Black & Decker drill"),
        ("AT&T", "AT&T"),
        ("<script>alert(1)</script>Lamp<style>p{}</style>", "Lamp"),
        ("<!-- <b>hidden</b> -->Lamp", "Lamp"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("bell\x07 here", "bell here"),
        ("line\r\nline", "line\nline"),
        ("<SCRIPT src=x>evil", ""),
    ],
)
def test_html_becomes_the_text_a_reader_sees(html: str, text: str) -> None:
    assert plain(html) == text


@pytest.mark.parametrize("piece", ["<script>", "<!--", "<a ", "<", "&", "&#1;", "</"])
def test_hostile_html_is_read_in_linear_time(piece: str) -> None:
    plain(piece * (1_000_000 // len(piece)))


@given(st.text())
def test_plain_text_never_holds_what_a_store_cannot(text: str) -> None:
    assert "\x00" not in plain(text.replace("\x00", "") + "<b>&#0;</b>")
    assert "\n" not in one_line(text)


@pytest.mark.parametrize(
    ("cell", "separator", "names"),
    [
        ("Home > Kitchen>Pans", None, ("Home", "Kitchen", "Pans")),
        ("Home &gt; Kitchen", None, ("Home", "Kitchen")),
        ("Home|Kitchen", None, ("Home", "Kitchen")),
        ("Home/Kitchen", "/", ("Home", "Kitchen")),
        ("Audio/Video", None, ("Audio/Video",)),
        (["Home", "Kitchen"], None, ("Home", "Kitchen")),
        ([["Home", "Kitchen"], ["Sale"]], None, ("Home", "Kitchen")),
        ('["A >> B >> C"]', None, ("A", "B", "C")),
        ("['A', 'B']", None, ("A", "B")),
        ("  ", None, ()),
        ([], None, ()),
        (None, None, ()),
    ],
)
def test_a_category_is_a_path_however_it_is_written(
    cell: object, separator: str | None, names: tuple[str, ...]
) -> None:
    assert path(cell, separator) == names


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (6.0, "6"),
        (6.5, "6.5"),
        (True, "yes"),
        (False, "no"),
        (None, ""),
        ({"value": 5, "unit": "kg"}, "5 kg"),
        (["a", 1], "a, 1"),
    ],
)
def test_values_become_text_as_a_person_would_write_them(value: object, text: str) -> None:
    assert text_of(value) == text


def test_only_pictures_from_the_web_are_kept() -> None:
    assert addresses("https://a/x.jpg, //b/y.jpg") == ("https://a/x.jpg", "https://b/y.jpg")
    assert addresses(["javascript:alert(1)", "data:image/png;base64,xx", "/img/1.svg"]) == ("/img/1.svg",)
    assert addresses([{"url": "https://a/1.jpg"}]) == ("https://a/1.jpg",)
    assert addresses('["https://a/1.jpg", "https://a/2.jpg"]') == ("https://a/1.jpg", "https://a/2.jpg")


@given(st.text(max_size=200))
def test_unpacking_never_runs_or_raises(text: str) -> None:
    unpacked("[" + text)
    unpacked("{" + text + "'}")
