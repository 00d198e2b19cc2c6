"""Shopify's product export: one product on several rows, of which only the first tells its title, text and vendor."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from pipelines.load.records import Record
from pipelines.load.rejects import Reject

HANDLE = "Handle"
SHARED = ("Title", "Body (HTML)", "Vendor", "Type", "Product Category", "Tags")
LONGEST = 2500  # rows of one product: Shopify allows 2,048 variants and 250 pictures


def is_shopify(values: Mapping[str, Any]) -> bool:
    """Whether a row comes from such an export."""
    return HANDLE in values and "Variant Price" in values and "Title" in values


def variants(records: Iterable[Record | Reject]) -> Iterator[Record | Reject]:
    """One record a variant, with its product's text and pictures; `parent_id` is the handle where there are several."""
    place = 0

    def product(item: Record | Reject) -> tuple[str, int]:
        nonlocal place
        place += 1
        handle = str(item.values.get(HANDLE) or "") if isinstance(item, Record) else ""
        return handle, 0 if handle else place  # rows without a handle stand alone; they will be rejected

    for (handle, _), rows in groupby(records, key=product):
        if handle:
            yield from _expanded(handle, [row for row in rows if isinstance(row, Record)][:LONGEST])
        else:
            yield from rows


def _expanded(handle: str, rows: list[Record]) -> Iterator[Record]:
    first = rows[0].values
    shared = {name: first.get(name, "") for name in SHARED if name in first}
    pictures = [image for row in rows if (image := row.values.get("Image Src"))]
    sold = [row for row in rows if row.values.get("Variant SKU") or row.values.get("Variant Price")] or rows[:1]
    names = {number: first.get(f"Option{number} Name") for number in (1, 2, 3)}
    for row in sold:
        options = {number: row.values.get(f"Option{number} Value") or "" for number in names}
        values = {k: v for k, v in row.values.items() if not k.startswith("Option")} | shared
        values |= {f"attributes.{names[n]}": options[n] for n in names if names[n] and options[n] != "Default Title"}
        own = row.values.get("Variant Image")
        values["Image Src"] = " ".join(dict.fromkeys([own, *pictures] if own else pictures))
        values["Variant Image"] = ""
        suffix = "-".join(filter(None, options.values())) if len(sold) > 1 else ""
        values["Variant SKU"] = row.values.get("Variant SKU") or "-".join(filter(None, (handle, suffix)))
        values["parent_id"] = handle if len(sold) > 1 else ""
        yield Record(row.line, values)
