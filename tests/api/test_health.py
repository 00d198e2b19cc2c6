import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.routes.health import overall
from core.telemetry import Part


async def test_live_answers_whatever_the_parts_do(house):
    house.parts[:] = []
    assert (await house.client.get("/health/live")).json() == {"status": "ok"}


async def test_ready_tells_of_each_part(house):
    house.parts.append(Part("redis", "down", "refused", readings={"circuit": 1.0}))
    answer = await house.client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    redis = answer.json()["parts"][-1]
    assert redis == {"name": "redis", "state": "down", "detail": "refused", "version": "", "readings": {"circuit": 1.0}}


@pytest.mark.parametrize(
    ("index", "postgres", "redis", "state"),
    [
        ("ok", "ok", "ok", "ok"),
        ("ok", "ok", "down", "degraded"),
        ("ok", "down", "ok", "degraded"),
        ("down", "ok", "ok", "degraded"),
        ("degraded", "down", "down", "degraded"),
        ("down", "down", "ok", "down"),
    ],
)
def test_the_service_is_down_only_when_nothing_can_answer_a_search(index, postgres, redis, state):
    assert overall((Part("index", index), Part("postgres", postgres), Part("redis", redis))) == state


async def test_a_service_that_cannot_serve_is_not_ready(house):
    house.parts[:] = [Part("index", "down"), Part("postgres", "down")]
    assert (await house.client.get("/health/ready")).status_code == 503


async def test_metrics_tell_of_requests_searches_stages_caches_parts_and_refusals(house):
    await house.client.get("/search?q=kettle")
    await house.client.get("/search?q=kettle")
    await house.client.get("/search?q=nonsense")
    await house.client.get("/search?k=0")
    for number in range(5):
        await house.client.get(f"/products/p-{number}")
        await house.client.get(f"/wp-admin/{number}.php")
    await house.client.request("BREW", "/search")
    answer = await house.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }

    def value(name: str, **labels: str) -> float | None:
        return samples.get((name, *sorted(labels.items())))

    assert value("aisle_http_requests_total", method="GET", route="/search", status="200") == 3
    assert value("aisle_http_requests_total", method="GET", route="/search", status="422") == 1
    assert value("aisle_http_requests_total", method="GET", route="/products/{product_id:path}", status="200") == 4
    assert value("aisle_http_requests_total", method="GET", route="page", status="404") == 5
    assert value("aisle_http_requests_total", method="other", route="/search", status="405") == 1
    assert value("aisle_http_request_seconds_count", method="GET", route="/search") == 4
    assert value("aisle_searches_total", mode="hybrid", cache="memory") == 1
    assert value("aisle_searches_without_results_total", mode="hybrid") == 1
    assert value("aisle_search_results_count") == 3
    assert value("aisle_search_top_score_count") == 2
    assert value("aisle_stage_seconds_count", stage="keyword") == 2
    assert value("aisle_cache_lookups_total", layer="miss") == 2
    assert value("aisle_inputs_rejected_total", route="/search", reason="ParameterError") == 1
    assert value("aisle_part_state", part="postgres") == 1
    assert value("aisle_pool_connections", part="postgres", state="used") == 3
    assert value("aisle_circuit_open", part="postgres") == 0
    assert not any("php" in str(labels) for labels in samples)
