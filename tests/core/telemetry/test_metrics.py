import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from core.telemetry import Part
from core.telemetry.metrics import create_metrics, exposition


def test_two_sets_of_metrics_do_not_share_a_registry():
    first, second = create_metrics(), create_metrics()
    first.searches.labels("hybrid", "miss").inc()
    assert b'cache="miss"' in exposition(first, None)
    assert b'cache="miss"' not in exposition(second, None)


def test_what_parts_say_becomes_gauges_and_what_is_not_known_is_left_out():
    metrics = create_metrics()
    readings = {"products": 5.0, "bytes": 1e6, "age_seconds": 60.0, "lag": 2.0, "circuit": 0.5, "colour": 7.0}
    metrics.observe_parts([Part("index", "degraded", version="i-1", readings=readings), Part("postgres", "down")])
    value = metrics.registry.get_sample_value
    assert value("aisle_part_state", {"part": "index"}) == 0.5
    assert value("aisle_part_state", {"part": "postgres"}) == 0
    assert value("aisle_index_products", {"part": "index"}) == 5
    assert value("aisle_index_lag_changes", {"part": "index"}) == 2
    assert value("aisle_circuit_open", {"part": "index"}) == 0.5
    assert b"colour" not in exposition(metrics, None)
    assert b'version="i-1"' in exposition(metrics, None)


def test_stages_that_nobody_declared_are_counted_together():
    metrics = create_metrics()
    metrics.observe_stages({"keyword": 0.01, "made-up-1": 0.1, "made-up-2": 0.1})
    count = metrics.registry.get_sample_value
    assert count("aisle_stage_seconds_count", {"stage": "keyword"}) == 1
    assert count("aisle_stage_seconds_count", {"stage": "other"}) == 2


WORKER = """
from pathlib import Path
from core.telemetry import Part
from core.telemetry.metrics import create_metrics, exposition
metrics = create_metrics()
metrics.searches.labels("hybrid", "miss").inc()
metrics.observe_parts([Part("postgres", "ok", version="18", readings={"pool_used": 2})])
import sys
sys.stdout.buffer.write(exposition(metrics, Path(sys.argv[1])))
"""


def test_worker_processes_are_counted_together(tmp_path):
    root = Path(__file__).parents[3]
    for _ in range(2):
        shown = subprocess.run(
            [sys.executable, "-c", WORKER, str(tmp_path)],
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
        ).stdout.decode()
    samples = [sample for family in text_string_to_metric_families(shown) for sample in family.samples]
    assert [sample.value for sample in samples if sample.name == "aisle_searches_total"] == [2.0]
    assert any(sample.name == "aisle_pool_connections" and "pid" not in sample.labels for sample in samples)
