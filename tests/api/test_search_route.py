import json
from decimal import Decimal

import pytest

from api.wire import SearchAnswer


async def test_a_search_answers_a_page_with_flattened_products(house):
    answer = await house.client.get("/search", params={"q": "red kettle", "k": "2"})
    page = answer.json()
    assert answer.status_code == 200
    first = page["results"][0]
    assert first["product_id"] == "p-3"
    assert first["title"] == "Red kettle 3"
    assert first["price"] == "3.50"
    assert first["category"] == ["Home", "Kitchen"]
    assert first["attributes"] == {"colour": ["red"]}
    assert {"score", "breakdown", "weights", "highlights", "stock", "brand", "currency"} <= set(first)
    assert "product" not in first
    assert "id" not in first
    assert page["total"] == 13
    assert page["request_id"] == answer.headers["x-request-id"]
    assert set(page["versions"]) == {"catalogue", "index", "model", "weights"}


async def test_the_documented_shape_is_the_shape_on_the_wire(house):
    answer = await house.client.get("/search", params={"q": "kettle"})
    SearchAnswer.model_validate_json(answer.content, extra="forbid")
    assert set(answer.json()) == set(SearchAnswer.model_fields)


async def test_every_parameter_reaches_the_tool(house):
    query = (
        "q=kettle&brand=Acme&brand=B%C3%B6ll&category=Home+%3E+Kitchen&price_min=1&price_max=20.50&rating_min=4&in_stock=true"
        "&attr.colour=red&attr.colour=blue&attr.size=10&exclude.brand=Bad&exclude.attr.colour=green&exclude.term=used"
        "&exclude.category=Toys&ignore=brand:Acme&off=spelling&off=stemming&sort=price_asc&mode=keyword&k=5&facets=false&locale=en-GB"
    )
    answer = await house.client.get("/search?" + query)
    assert answer.status_code == 200
    asked = house.shop.asked[-1]
    assert asked.filters.brand == ("Acme", "Böll")
    assert asked.filters.category == ("Home > Kitchen",)
    assert (asked.filters.price_min, asked.filters.price_max) == (Decimal(1), Decimal("20.50"))
    assert asked.filters.rating_min == 4.0
    assert asked.filters.in_stock is True
    assert asked.filters.attributes == {"colour": ("blue", "red"), "size": ("10",)}
    assert asked.exclude.brand == ("Bad",)
    assert asked.exclude.category == ("Toys",)
    assert asked.exclude.attributes == {"colour": ("green",)}
    assert asked.exclude.terms == ("used",)
    assert asked.ignore == {"brand:Acme"}
    assert asked.off == {"spelling", "stemming"}
    assert (asked.sort, asked.mode, asked.k, asked.facets, asked.locale) == ("price_asc", "keyword", 5, False, "en-GB")
    assert (asked.now.minute, asked.now.second) == (0, 0)


async def test_an_empty_query_browses(house):
    assert (await house.client.get("/search")).json()["total"] == 40
    assert (await house.client.get("/search?q=%20%00%0a")).json()["total"] == 40


async def test_paging_shows_everything_once(house):
    seen, cursor = [], {}
    while True:
        page = (await house.client.get("/search", params={"q": "kettle", "k": "15", **cursor})).json()
        seen += [result["product_id"] for result in page["results"]]
        if page["cursor"] is None:
            break
        cursor = {"cursor": page["cursor"]}
    assert len(seen) == len(set(seen)) == 40


async def test_the_same_search_comes_from_memory_the_second_time_whatever_the_order_of_its_values(house):
    first = await house.client.get("/search?q=kettle&brand=A&brand=B")
    second = await house.client.get("/search?brand=B&brand=A&brand=A&q=kettle&utm_source=mail")
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("miss", "memory")
    assert len(house.shop.asked) == 1
    assert {**first.json(), "request_id": ""} == {**second.json(), "request_id": ""}
    assert second.json()["request_id"] == second.headers["x-request-id"]


async def test_a_degraded_answer_is_not_remembered(house):
    house.shop.degraded = ("semantic",)
    first = await house.client.get("/search?q=kettle")
    second = await house.client.get("/search?q=kettle")
    assert first.json()["degraded"] == ["semantic"]
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("miss", "miss")


@pytest.mark.parametrize(
    ("query", "parameter", "message"),
    [
        ("k=0", "k", "from 1 to 100"),
        ("k=1000000000", "k", "from 1 to 100"),
        ("k=-5", "k", "from 1 to 100"),
        ("k=ten", "k", "from 1 to 100"),
        ("k=%D9%A3", "k", "from 1 to 100"),
        ("k=10&k=20", "k", "given once"),
        ("q=" + "x" * 10_000, "q", "at most 500 characters"),
        ("q=%ff%fe", "query string", "UTF-8"),
        ("price_min=NaN", "price_min", "amount"),
        ("price_min=1e5", "price_min", "amount"),
        ("price_max=-1", "price_max", "amount"),
        ("price_min=20&price_max=10", "price_min", "higher than price_max"),
        ("rating_min=6", "rating_min", "from 0 to 5"),
        ("in_stock=maybe", "in_stock", "true or false"),
        ("sort=magic", "sort", "one of"),
        ("mode=psychic", "mode", "one of"),
        ("off=everything", "off", "one of"),
        ("ignore=brand", "ignore", "constraint"),
        ("locale=english", "locale", "locale"),
        ("user_id=" + "u" * 129, "user_id", "128"),
        ("user_id=a%00b", "user_id", "128"),
        ("brand=", "brand", "empty"),
        ("brand=" + "b" * 201, "brand", "200"),
        ("&".join(f"brand={n}" for n in range(51)), "brand", "50 times"),
        ("&".join(f"attr.a{n}=1" for n in range(201)), "query string", "200 parameters"),
        ("attr.=red", "attr.", "not a parameter"),
        ("cursor=not/base64!", "cursor", "cursor"),
        ("pricemax=10", "pricemax", "did you mean price_max?"),
        ("query=shoes", "query", "not a parameter"),
    ],
)
async def test_a_wrong_parameter_is_named(house, query, parameter, message):
    answer = await house.client.get("/search?" + query)
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["errors"][0]["parameter"] == parameter
    assert message in problem["errors"][0]["message"]
    assert house.shop.asked == []


async def test_all_wrong_parameters_are_named_at_once(house):
    problem = (await house.client.get("/search?k=0&sort=magic&colour=red")).json()
    assert [error["parameter"] for error in problem["errors"]] == ["colour", "sort", "k"]


async def test_a_cursor_of_another_search_is_refused_in_words(house):
    cursor = (await house.client.get("/search?q=kettle&k=5")).json()["cursor"]
    answer = await house.client.get("/search", params={"q": "red", "k": "5", "cursor": cursor})
    assert answer.status_code == 422
    assert "another search" in answer.json()["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "'; drop table products; --",
        "<script>alert(1)</script>",
        "👟👟🏽‍♀️",
        "שלום עולם",
        "a\u202eb",
        "%",
        "\\",
        '"',
        "\U0001d4b3" * 500,
    ],
)
async def test_any_text_is_a_query(house, query):
    answer = await house.client.get("/search", params={"q": query})
    assert answer.status_code == 200
    assert answer.json()["understood"]["query"] == query
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_explain_needs_a_product_and_takes_the_searchs_own_parameters(house):
    answer = await house.client.get("/search/explain?q=kettle&product_id=p-1&brand=Acme")
    assert answer.json()["product_id"] == "p-1"
    problem = (await house.client.get("/search/explain?q=kettle")).json()
    assert problem["errors"] == [{"parameter": "product_id", "message": "is required"}]


async def test_suggest_is_bounded(house):
    assert (await house.client.get("/search/suggest?q=ke")).json() == {"suggestions": []}
    assert (await house.client.get("/search/suggest?q=ke&k=21")).status_code == 422


async def test_understand_answers_what_was_understood(house):
    answer = await house.client.post("/search/understand", json={"query": "red\x00 kettle"})
    assert answer.json()["query"] == "red  kettle"


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        (b"{", "body"),
        (b"\xff", "body"),
        (b"[]", "body"),
        (b"{}", "query"),
        (json.dumps({"query": "x" * 501}).encode(), "query"),
        (b'{"query": "x", "lang": "en"}', "lang"),
    ],
)
async def test_a_wrong_body_is_named(house, body, parameter):
    answer = await house.client.post("/search/understand", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"] == parameter


async def test_head_is_get_without_a_body(house):
    answer = await house.client.head("/search?q=kettle")
    assert answer.status_code == 200
    assert answer.content == b""
    assert (await house.client.head("/nowhere")).status_code == 404
