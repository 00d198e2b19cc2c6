import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.language.tokens import MAX_TOKEN, STOP_WORDS, analyze, head, words

TEXTS = st.text(max_size=120)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("16 gb memory card", "16GB Memory Cards"),
        ("16-gigabyte", "16 GB"),
        ('24" monitor', "24 inch monitor"),
        ("24 in. monitor", "24-inch monitors"),
        ("8' x 10' rug", "8 ft x 10 feet rug"),
        ("6\u2019 ladder", "6 ft ladder"),
        ("1x6 board", "1 in. x 6 board".replace(" in.", "")),
        (".75 screw", "3/4 screw"),
        ("1-1/4 pipe", "1.25 pipe"),
        ("1 1/2 pipe", "1.5 pipe"),
        ("10,000 btu", "10000 BTU"),
        ("1.2 cu. ft. oven", "1.2 cubic feet oven"),
        ("100-Amp panel", "100a panel"),
        ("4-Pack batteries", "4 pk battery"),
        ("men\u2019s shoes", "mens shoe"),
        ("Caf\u00e9 cr\u00e8me", "cafe creme"),
        ("AT&amp;T phone", "AT&T phone"),
        ("<b>red</b> shoe", "red shoe"),
        ("wi-fi router", "Wi Fi Router"),
    ],
)
def test_two_ways_of_writing_the_same_thing_give_the_same_tokens(a, b):
    assert analyze(a) == analyze(b)


@pytest.mark.parametrize(
    ("written", "joined"),
    [
        ("PS-LX350H", "pslx350h"),
        ("010-10609-00", "0101060900"),
        ("DVP-FX820/P", "dvpfx820p"),
        ("CLI-8", "cli8"),
    ],
)
def test_a_model_number_is_found_with_and_without_its_dashes(written, joined):
    assert joined in analyze(f"Sony {written} player")
    assert analyze(joined) == [joined]


@pytest.mark.parametrize("text", ["wi-fi", "20-space", "24-36", "t-shirt"])
def test_what_is_no_model_number_is_not_joined(text):
    assert text.replace("-", "") not in words(text)


@pytest.mark.parametrize("text", ["5 in 1 pan", "2 in 1 laptop"])
def test_in_between_numbers_is_not_always_an_inch(text):
    assert "inch" not in words(text)


@pytest.mark.parametrize("text", ["9/11/2001", "3/0 wire", "100/200"])
def test_what_is_no_fraction_is_left_alone(text):
    assert not any("." in token for token in words(text))


def test_stop_words_go_unless_nothing_else_is_left():
    assert analyze("the lord of the rings") == ["lord", "ring"]
    assert analyze("the who") == ["who"]
    assert analyze("it") == ["it"]


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Leather case for iPhone 6", "Leather case "),
        ("Monitor, 24 inch, black", "Monitor"),
        ("Vanity 60 in. W x 22 in. D", "Vanity 60 in. W x 22 in. D"),
        ("For Dummies", "For Dummies"),
        ("Speaker", "Speaker"),
    ],
)
def test_the_head_of_a_title_is_what_names_the_thing(title, named):
    assert head(title) == named


@given(TEXTS)
def test_any_text_gives_clean_short_tokens(text):
    for token in analyze(text):
        assert token
        assert len(token) <= MAX_TOKEN
        assert token == token.lower()
        assert not set(token) & set(" \t\n<>\"'")


@given(TEXTS)
def test_case_does_not_matter(text):
    ascii_text = text.encode("ascii", "ignore").decode()
    assert analyze(ascii_text.upper()) == analyze(ascii_text.lower())


@given(st.lists(st.sampled_from(["red", "shoe", "16", "gb", "usb", "3.5", "case"]), max_size=8))
def test_plain_words_keep_their_order(tokens):
    assert words(" ".join(tokens)) == tokens


@given(st.sampled_from(sorted(STOP_WORDS)), st.sampled_from(["shoe", "lamp", "usb"]))
def test_a_stop_word_never_stays_beside_another_word(stop, word):
    assert stop not in analyze(f"{stop} {word}") or stop == word
