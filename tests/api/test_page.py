import brotli
import pytest

PAGE = b"<!doctype html><title>Shop</title>"


@pytest.fixture
def built(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / "favicon.svg").write_bytes(b"<svg/>")
    (tmp_path / "assets" / "index-abc123.js").write_bytes(b"let shop = 1;\n" * 500)
    return tmp_path


@pytest.mark.parametrize("path", ["/", "/p/p-1", "/p/a%2Fb?q=x", "/search-page", "/search-page?q=kettle"])
async def test_the_pages_own_addresses_answer_the_page(opened, built, path):
    async with opened(frontend_dir=built) as house:
        answer = await house.client.get(path)
    assert answer.content == PAGE
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


async def test_the_page_may_run_its_own_scripts_only(opened, built):
    async with opened(frontend_dir=built) as house:
        policy = (await house.client.get("/")).headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_hashed_assets_are_kept_for_ever_and_sent_small(opened, built):
    async with opened(frontend_dir=built) as house:
        plain = await house.client.get("/assets/index-abc123.js", headers={"accept-encoding": "identity"})
        squeezed = await house.client.get("/assets/index-abc123.js", headers={"accept-encoding": "gzip"})
        async with house.client.stream(
            "GET", "/assets/index-abc123.js", headers={"accept-encoding": "gzip, br"}
        ) as best:
            raw = b"".join([chunk async for chunk in best.aiter_raw()])
    assert "immutable" in plain.headers["cache-control"]
    assert plain.content == squeezed.content == brotli.decompress(raw)
    assert (squeezed.headers["content-encoding"], best.headers["content-encoding"]) == ("gzip", "br")
    assert len(raw) < len(plain.content) / 10


async def test_who_has_a_file_already_is_told_so(opened, built):
    async with opened(frontend_dir=built) as house:
        etag = (await house.client.get("/favicon.svg")).headers["etag"]
        again = await house.client.get("/favicon.svg", headers={"if-none-match": etag})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/nothing", "/../pyproject.toml", "/assets/%2e%2e/index.html", "/px"]
)
async def test_nothing_else_is_served(opened, built, path):
    async with opened(frontend_dir=built) as house:
        assert (await house.client.get(path)).status_code == 404


async def test_without_a_build_the_page_says_how_to_make_one(house):
    answer = await house.client.get("/")
    assert answer.status_code == 200
    assert "not built" in answer.text


async def test_the_docs_need_nobody_elses_server_and_no_inline_script(house):
    page = await house.client.get("/docs")
    assert "http" not in page.text.replace("<!doctype html>", "")
    assert "<script>" not in page.text
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js"):
        part = await house.client.get(f"/docs/{name}")
        assert part.status_code == 200
    assert "unsafe" not in page.headers["content-security-policy"]


async def test_every_route_is_documented_with_its_problems(house):
    paths = (await house.client.get("/openapi.json")).json()["paths"]
    assert {"/search", "/search/explain", "/search/suggest", "/search/understand", "/events", "/health/ready"} <= set(
        paths
    )
    named = {parameter["name"] for parameter in paths["/search"]["get"]["parameters"]}
    assert {"q", "k", "cursor", "brand", "price_min", "attr.{name}", "ignore", "off"} <= named
    assert "4XX" in paths["/search"]["get"]["responses"]
    assert paths["/events"]["post"]["requestBody"]["content"]["application/json"]["examples"]


async def test_other_sites_may_call_only_when_named(opened):
    origin = {"origin": "https://shop.example"}
    async with opened() as house:
        assert "access-control-allow-origin" not in (await house.client.get("/search", headers=origin)).headers
    async with opened(cors_origins=("https://shop.example",)) as house:
        answer = await house.client.get("/search", headers=origin)
        asked = {
            **origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type, x-session-id",
        }
        preflight = await house.client.options("/events", headers=asked)
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        assert preflight.status_code == 200
