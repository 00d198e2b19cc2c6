import json
from decimal import Decimal

import orjson

from pipelines.load.sources import Limits
from tests.pipelines.load.memory import Shop
from tests.pipelines.load.test_run import HEAD, ROWS, csv_of, jsonl_of


async def test_unknown_columns_become_attributes_of_bounded_size(shop: Shop) -> None:
    row = {
        "id": 1,
        "title": "Lamp",
        "Colour": "red",
        "Watt": 40.0,
        "Dimmable": True,
        "tags": ["a", "b", "a"],
        "size": {"w": 3, "h": 4},
        "weight": {"value": 2, "unit": "kg"},
        "novel": "x" * 9000,
        "nothing": None,
        "features": [{"name": "Socket", "value": "E27"}],
        "attributes": {"Material": "steel", "parts": [1, 2], "features": [{"name": "x"}]}
        | {f"n{n}": n for n in range(400)},
    }
    await shop.text(json.dumps(row), "shop.jsonl")
    attributes = shop.products[0].attributes
    assert attributes["colour"] == ("red",)
    assert (attributes["watt"], attributes["dimmable"], attributes["tags"]) == (("40",), ("yes",), ("a", "b"))
    assert (attributes["size_w"], attributes["weight"], attributes["parts"]) == (("3",), ("2 kg",), ("1", "2"))
    assert attributes["material"] == ("steel",)
    assert (len(attributes), len(attributes["novel"][0]), "nothing" in attributes) == (256, 500, False)


async def test_a_column_that_appears_late_is_still_its_field(shop: Shop) -> None:
    early = [{"id": str(n), "title": f"Lamp {n}"} for n in range(600)]
    await shop.text(jsonl_of([*early, {"id": "x", "title": "Late", "price": "5", "finish": "matt"}]), "shop.jsonl")
    late = shop.catalogue.held["x"]
    assert (late.price, late.attributes) == (Decimal(5), {"finish": ("matt",)})


async def test_a_shopify_export_gives_each_variant_the_text_of_its_product(shop: Shop) -> None:
    await shop.text(
        "Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,"
        "Variant SKU,Variant Inventory Qty,Variant Price,Image Src\n"
        "lamp,Lamp,<p>Warm &amp; soft</p>,Acme,Lamps,Size,S,L-S,3,9.00,https://s/1.jpg\n"
        "lamp,,,,,,M,,-2,10.00,https://s/2.jpg\n"
        "lamp,,,,,,,,,,https://s/3.jpg\n"
        "card,Gift Card,,Acme,Cards,Title,Default Title,,,25,\n"
    )
    card, small, medium = shop.catalogue.held["card"], shop.catalogue.held["L-S"], shop.catalogue.held["lamp-M"]
    assert (medium.title, medium.description, medium.brand, medium.category) == (
        "Lamp",
        "Warm & soft",
        "Acme",
        ("Lamps",),
    )
    assert (small.attributes, medium.attributes) == (
        {"handle": ("lamp",), "size": ("S",)},
        {"handle": ("lamp",), "size": ("M",)},
    )
    assert (small.parent_id, medium.parent_id, card.parent_id) == ("lamp", "lamp", None)
    assert (small.stock, medium.stock, medium.price) == (3, 0, Decimal(10))
    assert small.images == ("https://s/1.jpg", "https://s/2.jpg", "https://s/3.jpg")
    assert (card.title, card.attributes) == ("Gift Card", {"handle": ("card",)})


async def test_a_merchant_feed_gives_the_sale_price_its_currency_and_what_is_gone(shop: Shop) -> None:
    await shop.text(
        "id\ttitle\tlink\timage_link\tavailability\tprice\tsale_price\tgtin\tgoogle_product_category\tcolor\n"
        "1\tLamp\thttps://s/1\thttps://s/1.jpg\tout of stock\t12.99 EUR\t9.99 EUR\t0123\tHome > Lamps\tred\n"
        "2\tChair\thttps://s/2\t\tin_stock\t5.00 EUR\t\t\tHome > Chairs\t\n",
        "feed.txt",
    )
    lamp, chair = shop.products
    assert (lamp.price, lamp.currency, lamp.stock, lamp.category) == (Decimal("9.99"), "EUR", 0, ("Home", "Lamps"))
    assert (lamp.attributes["gtin"], lamp.images) == (("0123",), ("https://s/1.jpg",))
    assert (chair.price, chair.stock, chair.available) == (Decimal(5), None, True)


async def test_currency_and_language_are_what_the_options_say_where_the_file_is_silent(shop: Shop) -> None:
    await shop.text("id;title;price\n1;Lampe;1.234,50\n2;Stuhl;$5\n", currency="CAD", locale="de")
    lamp, chair = shop.products
    assert (lamp.price, lamp.currency, lamp.locale) == (Decimal("1234.50"), "CAD", "de")
    assert chair.currency == "CAD"


async def test_progress_is_told_in_bytes_of_the_file_and_never_goes_back(shop: Shop) -> None:
    path = shop.file(HEAD + "".join(f"{n},Lamp {n},1\n" for n in range(30_000)), "shop.csv")
    await shop.load(path)
    told = shop.listener.positions
    assert told == sorted(told)
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


async def test_blank_lines_before_the_header_are_skipped_and_prices_may_be_objects(shop: Shop) -> None:
    await shop.text("\n\n" + HEAD + "1,Lamp,1\n")
    await shop.text('{"id": "2", "title": "Chair", "price": {"amount": "12.99", "currency": "EUR"}}', "shop.jsonl")
    assert [(p.id, p.price, p.currency) for p in shop.products] == [("1", 1, "USD"), ("2", Decimal("12.99"), "EUR")]


async def test_limits_on_cells_can_be_set(shop: Shop) -> None:
    await shop.text(HEAD + f"1,{'x' * 60},1\n", limits=Limits(cell=50))
    assert "cell of 60 characters" in shop.rejects()[0]["reason"]


async def test_rejects_of_an_earlier_run_do_not_linger(shop: Shop) -> None:
    await shop.text(HEAD + "1,,1\n2,Lamp,1\n")
    assert shop.rejects()
    await shop.text(HEAD + "1,Lamp,1\n")
    assert not shop.rejects()


async def test_the_answer_for_scripts_is_one_plain_object(shop: Shop) -> None:
    summary = await shop.text(csv_of(ROWS))
    answer = orjson.loads(orjson.dumps(summary.to_json()))
    assert answer["inserted"] == answer["loaded"] == 7
    assert answer["files"][0]["name"] == "shop.csv"
