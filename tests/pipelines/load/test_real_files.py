"""The real catalogues beside the repository: their columns are understood, every row loads."""

from pathlib import Path

import pytest

from tests.pipelines.load.memory import Shop

DATA = Path(__file__).parents[4] / "shared" / "data"
FILES = {
    "search/chorus/products.jsonl.gz": (
        19_406,
        {
            "id": "id",
            "title": "title",
            "brand": "brand",
            "price": "price",
            "image": "images",
            "product_type": "category",
            "date_released": "created_at",
            "attributes": "attributes",
            "ean": "attributes.ean",
            "name": "attributes.name",
        },
    ),
    "catalogues/bestbuy_phones.jsonl.gz": (
        3_291,
        {
            "categories": "category",
            "category": "category",
            "image": "images",
            "popularity": "attributes.popularity",
            "price": "price",
        },
    ),
    "search/crowdflower/products.jsonl.gz": (9_912, {"id": "id", "title": "title", "description": "description"}),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_real_catalogue_is_understood_and_loads_whole(shop: Shop, name: str) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip("the evaluation data does not lie beside this repository")
    rows, meaning = FILES[name]
    summary = await shop.load(path, rejects_dir=shop.folder)
    assert (summary.exit_code, len(shop.products)) == (0, rows)
    assert {use.column: use.target for use in shop.listener.plans[0].columns.uses}.items() >= meaning.items()


async def test_the_phones_keep_their_category_path(shop: Shop) -> None:
    path = DATA / "catalogues/bestbuy_phones.jsonl.gz"
    if not path.exists():
        pytest.skip("the evaluation data does not lie beside this repository")
    await shop.load(path, rejects_dir=shop.folder)
    assert shop.catalogue.held["bb4984700"].category == ("Cell Phones", "Prepaid Phones", "All Prepaid Phones")
