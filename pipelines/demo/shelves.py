"""What the demo shop sells: departments and their lines, read from `data/*.toml`."""

import tomllib
from importlib.resources import files
from typing import Literal

from pydantic import Field

from core.catalog import Frozen

Tier = Literal["budget", "mid", "premium"]
Values = dict[str, tuple[str, ...]]
TIERS: tuple[Tier, ...] = ("budget", "mid", "premium")


class Kind(Frozen):
    """A sort of product within a line: its own sentences and attributes, so that these never contradict each other."""

    name: str  # lower case: `side sleeper pillow`
    article: str | None = None  # `a pair of`, or empty for what has none; else "a" or "an" by the first letter
    says: tuple[str, ...] = ()  # sentences true of this kind
    set: Values = Field(default_factory=dict)  # options that replace the line's; an empty list takes one away
    price: tuple[float, float] | None = None


class Line(Frozen):
    """One type of product. Templates take `{attribute}`, `{word}`, `{brand}`, `{name}`, `{model}`, `{kind}`.

    A name with a capital (`{Colour}`) gives the value with capitals.
    """

    id: str
    path: tuple[str, ...]  # below the department
    price: tuple[float, float]  # USD, cheapest to dearest
    facts: tuple[str, ...]  # sentences true of every product of the line
    kinds: tuple[Kind, ...] = Field(min_length=1)
    titles: tuple[str, ...] = ()  # else the department's
    ladder: Values = Field(default_factory=dict)  # cheapest value first: better ones cost more
    options: Values = Field(default_factory=dict)  # one value each, no order
    several: Values = Field(default_factory=dict)  # a run of neighbouring values each, such as sizes
    words: Values = Field(default_factory=dict)  # for templates only, not attributes
    vary: str | None = None  # the attribute that tells variants of one product apart
    brands: dict[Tier, tuple[str, ...]] | None = None  # else the department's
    families: int | None = None  # products, each with its variants


class Department(Frozen):
    """One TOML file."""

    name: str
    names: tuple[str, ...]  # series names: `Aurora`
    brands: dict[Tier, tuple[str, ...]]
    titles: tuple[str, ...]
    intros: tuple[str, ...] = ()  # first sentences that suit its goods better than the general ones
    closing: tuple[str, ...]
    lines: tuple[Line, ...]


def departments() -> list[Department]:
    """All departments, by file name."""
    folder = files("pipelines.demo") / "data"
    texts = sorted((entry.name, entry.read_text("utf-8")) for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return [Department.model_validate(tomllib.loads(text)) for _, text in texts]
