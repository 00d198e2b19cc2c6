"""A drawing of a product where the shop has no photograph: pure, deterministic, safe for any text.

What to draw comes from `silhouettes.json`: `colours` by name; `shapes` with the words that call for them, the colours
they have by nature, the half-width of their shadow and their art; `families`, words that leave the choice among shapes
to the title. In the art `$m $d $l` are the product's colour, darker and lighter, `$a` the second colour, `$t` the
first letter of the name, the rest materials.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from colorsys import hls_to_rgb
from hashlib import blake2b
from importlib.resources import files
from string import Template
from typing import Final
from xml.sax.saxutils import escape

from core.catalog import Frozen, Product

Rgb = tuple[float, float, float]


class Shape(Frozen):
    """One silhouette."""

    words: tuple[str, ...]
    colours: tuple[str, ...] = ()
    shadow: int
    art: str


class Drawings(Frozen):
    """All that can be drawn."""

    colours: dict[str, str]
    families: dict[str, tuple[str, ...]]
    shapes: dict[str, Shape]


DRAWINGS: Final = Drawings.model_validate_json(files("tools").joinpath("silhouettes.json").read_bytes())
NAMES: Final = {word: (name,) for name, shape in DRAWINGS.shapes.items() for word in shape.words} | DRAWINGS.families
MATERIALS: Final = {
    "k": "#2f343d",  # ink
    "w": "#fbf9f5",  # paper
    "g": "#c6ccd3",  # bright metal
    "h": "#8a929c",  # dull metal
    "o": "#cfa677",  # wood
    "p": "#7d5a3f",  # dark wood
    "y": "#d8b15c",  # brass
}
HUES: Final = (8, 24, 40, 75, 140, 168, 195, 215, 245, 290, 335)
TONES: Final = (
    "coral",
    "teal",
    "blue",
    "mustard",
    "sage",
    "lilac",
    "rust",
    "petrol",
    "rose",
    "navy",
    "olive",
    "burgundy",
)
ACCENTS: Final = ("coral", "mustard", "teal", "sky", "cream", "navy", "mint", "rose", "rust", "lavender")
BACKDROPS: Final = (
    '<circle cx="120" cy="118" r="100" fill="$b"/>',
    '<path d="M28 240V120a92 92 0 0 1 184 0v120z" fill="$b"/>',
    '<rect x="40" y="40" width="160" height="160" rx="30" fill="$b" transform="rotate(45 120 120)"/>',
    '<circle cx="84" cy="92" r="78" fill="$b"/><circle cx="162" cy="150" r="66" fill="$b"/>',
    '<path d="M0 176q60-22 120-8t120-10v82H0z" fill="$b"/><circle cx="176" cy="66" r="40" fill="$b"/>',
    '<rect x="24" y="24" width="192" height="192" rx="44" fill="$b"/>',
)
COLOUR_ATTRIBUTES: Final = ("colour", "color", "farbe", "couleur")
PHRASE: Final = 3  # words
SUFFIX: Final = 5  # letters of a word that may end a longer one, `Laufschuh`
READ: Final = 300  # characters of a text that are looked at
TOLD: Final = 120  # characters of the title the picture carries
ASIDE: Final = re.compile(r"[,;:|(\[–—]| - | with | for | mit | für | avec | pour | con | para | per ", re.IGNORECASE)
FIRST_LETTER: Final = (
    '<text x="0" y="0" font-family="sans-serif" font-weight="700" font-size="44" text-anchor="middle" '
)
LETTER_PLACE: Final = 'transform="matrix(.95 .31 0 1 84 174)" fill="#fff" fill-opacity=".85">'


def picture(product: Product) -> str:
    """An SVG of the product; variants of one product differ by nothing but their colour."""
    dice = blake2b((product.parent_id or product.id).encode(errors="replace"), digest_size=8).digest()
    name = silhouette(product)
    shape = DRAWINGS.shapes[name]
    main, second = colours(product, shape, dice)
    wall, back = background(main, dice[0] % len(HUES))
    inks = MATERIALS | {
        "m": hexa(main),
        "d": hexa(mix(main, (0.0, 0.0, 0.05), 0.24)),
        "l": hexa(mix(main, (1.0, 1.0, 1.0), 0.3)),
        "a": hexa(second),
        "b": hexa(back),
        "t": letter(product),
    }
    mirrored = ' transform="matrix(-1 0 0 1 240 0)"' if dice[2] % 2 and "$t" not in shape.art else ""
    shadow = (
        f'<ellipse cx="120" cy="198" rx="{shape.shadow}" ry="7" fill="#000" opacity=".13"/>' if shape.shadow else ""
    )
    drawn = Template(BACKDROPS[dice[1] % len(BACKDROPS)] + f"<g{mirrored}>{shadow}{shape.art}</g>").substitute(inks)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240" role="img">'
        f'<title>{printable(product.title)}</title><rect width="240" height="240" fill="{hexa(wall)}"/>{drawn}</svg>'
    )


def silhouette(product: Product) -> str:
    """The shape's name: what shelf and title agree on, else the shelf, the title, the aisles above, any other hint."""
    kind = " ".join(product.attributes.get("type", ()))
    shelf = [shape for level in product.category[-1:] for shape in called(level)]
    own = [*called(kind), *called(ASIDE.split(product.title[:READ])[0])]
    agreed = [shape for shape in own if shape in shelf]
    above = [shape for level in product.category[-2:-8:-1] for shape in called(level)]
    return next(iter([*agreed, *shelf, *own, *above, *called(product.title)]), "box")


def called(text: str) -> list[str]:
    """Shapes a text calls for: by the longest phrase, then by the last one, where English puts what a thing is."""
    words = tokens(text)
    found: list[str] = []
    for size in range(PHRASE, 0, -1):
        for start in range(len(words) - size, -1, -1):
            phrase = words[start : start + size]
            if all(phrase) and (shapes := meant(" ".join(phrase))):
                found.extend(shapes)
                words[start : start + size] = [""] * size  # `memory card` is no card
    return found


def meant(phrase: str) -> Sequence[str]:
    """Shapes of one phrase, in the singular or plural, or of the end of a compound."""
    endings = [phrase[start:] for start in range(1, len(phrase) - SUFFIX + 1)] if " " not in phrase else []
    return next((NAMES[form] for word in (phrase, *endings) for form in forms(word) if form in NAMES), ())


def forms(word: str) -> Iterator[str]:
    """A word and what its plural may be of."""
    yield word
    for plural, singular in (("s", ""), ("es", ""), ("ies", "y"), ("ves", "f"), ("ves", "fe")):
        if word.endswith(plural):
            yield word.removesuffix(plural) + singular


def tokens(text: str) -> list[str]:
    """Plain words: no case, accents, apostrophes."""
    plain = unicodedata.normalize("NFKD", re.sub("['’]", "", text[:READ])).casefold()
    return re.findall(r"[^\W_]+", "".join(sign for sign in plain if not unicodedata.combining(sign)))


def colours(product: Product, shape: Shape, dice: bytes) -> tuple[Rgb, Rgb]:
    """The product's colour and the one beside it: as it says, as things of its kind are, else by chance."""
    said = [value for key in COLOUR_ATTRIBUTES for value in product.attributes.get(key, ())]
    known = [*named(said), *([] if shape.colours and not said else named([product.title]))]
    usual = shape.colours or TONES
    main = known[0] if known else rgb(DRAWINGS.colours[usual[dice[3] % len(usual)]])
    chance = dice[4] % len(ACCENTS)
    others = [*named(said)[1:], *(rgb(DRAWINGS.colours[one]) for one in ACCENTS[chance:] + ACCENTS[:chance])]
    return main, next((other for other in others if apart(main, other)), others[0])


def named(texts: Iterable[str]) -> list[Rgb]:
    """Colours that texts name, in order; `dark brown` before `brown`; `#a1b2c3` is taken as it is."""
    found: list[Rgb] = []
    for text in texts:
        if re.fullmatch(r"\s*#[0-9a-fA-F]{6}\s*", text):
            found.append(rgb(text.strip()))
            continue
        words = tokens(text)
        while words:
            size = next((size for size in (2, 1) if " ".join(words[:size]) in DRAWINGS.colours), 0)
            if size:
                found.append(rgb(DRAWINGS.colours[" ".join(words[:size])]))
            words = words[size or 1 :]
    return found


def background(main: Rgb, chance: int) -> tuple[Rgb, Rgb]:
    """Wall and backdrop on which the colour stands out."""
    pale, deep = (0.88, 0.76) if light(main) > 0.7 else (0.95, 0.87)
    hues = [hue / 360 for hue in HUES[chance:] + HUES[:chance]]
    hue = next((hue for hue in hues if apart(main, hls_to_rgb(hue, deep, 0.42))), hues[0])
    return hls_to_rgb(hue, pale, 0.4), hls_to_rgb(hue, deep, 0.42)


def letter(product: Product) -> str:
    """The first letter of the title, for the box nobody can look into."""
    first = next((sign for sign in product.title[:READ] if sign.isalnum()), "")
    return f"{FIRST_LETTER}{LETTER_PLACE}{printable(first.upper()[:1])}</text>" if first else ""


def printable(text: str) -> str:
    """Text safe inside an element: nothing that XML forbids, nothing invisible."""
    visible = "".join(sign if sign.isprintable() else " " for sign in text[:TOLD])
    return escape(" ".join(visible.split()))


def rgb(code: str) -> Rgb:
    """`#rrggbb` as parts of one."""
    red, green, blue = bytes.fromhex(code[1:])
    return red / 255, green / 255, blue / 255


def hexa(colour: Rgb) -> str:
    """A colour as SVG writes it."""
    return "#" + bytes(round(part * 255) for part in colour).hex()


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """One colour with a share of another."""
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def light(colour: Rgb) -> float:
    """How light a colour looks, from 0 to 1."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def apart(one: Rgb, other: Rgb) -> bool:
    """Whether two colours can be told from each other side by side."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 0.5
