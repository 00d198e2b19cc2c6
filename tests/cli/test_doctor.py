"""`aisle doctor` says what is wrong and how to mend it: every state of every part, on real servers."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from cli import doctor
from core.catalog import Product
from core.config import Settings
from core.resources import open_resources
from core.storage.migrate import migrate
from pipelines import index
from worker.run import index_sources, utc_now

NOBODY = "127.0.0.1:1"
FORGET_LAST = "delete from schema_migrations where version = (select max(version) from schema_migrations)"


@pytest.fixture
def settings(data_dir: Path, database_url: str, redis_url: str) -> Settings:
    page = data_dir / "page"
    page.mkdir()
    (page / "index.html").touch()
    return Settings(
        data_dir=data_dir, database_url=SecretStr(database_url), redis_url=SecretStr(redis_url), frontend_dir=page,
        namespace=data_dir.name.lower().replace(".", "-"),
    )  # fmt: skip


async def fill(settings: Settings, *, age: timedelta = timedelta(), vectors: bool = True) -> None:
    """A schema, a product, and an index so old."""
    now = utc_now() - age
    async with open_resources(settings, follow=False) as resources:
        await migrate(resources.database)
        await resources.products.upsert_many([Product(id="1", title="Blue Mug", price=Decimal(5))], now)
        await index.run(index_sources(resources), now, index.silent, vectors=vectors)


@pytest.fixture
async def healthy(settings: Settings) -> Settings:
    await fill(settings)
    return settings


async def look(settings: Settings) -> dict[str, doctor.Check]:
    return {check.name: check async for check in doctor.look(settings)}


async def wrong(settings: Settings) -> dict[str, str]:
    """What is not ok, by name."""
    checks = await look(settings)
    assert all(check.mend for check in checks.values() if check.state != "ok")
    return {name: check.state for name, check in checks.items() if check.state != "ok"}


async def test_of_a_healthy_shop_everything_is_looked_at_and_ok(healthy: Settings) -> None:
    checks = await look(healthy)

    assert {name: check.state for name, check in checks.items()} == dict.fromkeys(
        ["python", "disk", "page", "postgres", "redis", "catalogue", "index", "encoder"], "ok"
    )
    assert "1 products, 1 with vectors" in checks["index"].found


async def test_an_empty_database_wants_its_schema_and_an_index(settings: Settings) -> None:
    assert await wrong(settings) == {"postgres": "bad", "catalogue": "bad", "index": "bad"}
    assert "aisle migrate" in (await look(settings))["postgres"].mend


async def test_an_empty_shop_wants_products_and_an_index(settings: Settings) -> None:
    async with open_resources(settings, follow=False) as resources:
        await migrate(resources.database)

    assert await wrong(settings) == {"catalogue": "warn", "index": "bad"}


async def test_a_corrupt_index_is_found_by_its_checksums(healthy: Settings) -> None:
    file = next((healthy.data_dir / "artefacts").rglob("records.bin"))
    file.chmod(0o644)
    file.write_bytes(b"x" + file.read_bytes()[1:])

    checks = await look(healthy)

    assert checks["index"].state == "bad"
    assert "aisle index build" in checks["index"].mend


async def test_a_generation_that_is_gone_is_missed(healthy: Settings) -> None:
    for file in (healthy.data_dir / "artefacts").rglob("*.json"):
        if file.name == "manifest.json":
            file.unlink()

    assert await wrong(healthy) == {"index": "bad"}


async def test_an_old_index_and_one_without_vectors_are_worth_a_look(settings: Settings) -> None:
    await fill(settings, age=timedelta(days=9))
    assert await wrong(settings) == {"index": "warn"}
    await fill(settings, vectors=False)
    assert await wrong(settings) == {"index": "warn"}


async def test_without_redis_it_works_but_slower(healthy: Settings) -> None:
    away = healthy.model_copy(update={"redis_url": SecretStr(f"redis://{NOBODY}/0")})

    assert await wrong(away) == {"redis": "warn"}


async def test_without_postgres_the_index_is_still_looked_at(healthy: Settings) -> None:
    away = healthy.model_copy(update={"database_url": SecretStr(f"postgresql://aisle@{NOBODY}/aisle")})

    checks = await look(away)

    assert {n: c.state for n, c in checks.items() if c.state != "ok"} == {"postgres": "bad", "catalogue": "bad"}
    assert "DATABASE_URL" in checks["postgres"].mend


async def test_a_database_behind_the_program_wants_migrating(healthy: Settings) -> None:
    async with open_resources(healthy, follow=False) as resources, resources.database.session() as session:
        await session.connection.execute(FORGET_LAST)

    checks = await look(healthy)

    assert (checks["postgres"].state, checks["postgres"].mend) == ("bad", "aisle migrate")


async def test_a_page_not_built_is_worth_a_look(healthy: Settings) -> None:
    assert await wrong(healthy.model_copy(update={"frontend_dir": healthy.data_dir / "none"})) == {"page": "warn"}


@pytest.mark.parametrize("name", ["database_url", "redis_url"])
async def test_an_address_that_is_none_is_said_and_no_secret_with_it(settings: Settings, name: str) -> None:
    checks = await look(settings.model_copy(update={name: SecretStr("ftp://shop:hunter2@somewhere")}))

    bad = [check for check in checks.values() if check.state == "bad"]
    assert bad
    assert "hunter2" not in str(checks)


async def test_a_database_that_is_not_there_is_not_taken_for_one_without_a_schema(healthy: Settings) -> None:
    assert healthy.database_url is not None
    url = healthy.database_url.get_secret_value()

    checks = await look(healthy.model_copy(update={"database_url": SecretStr(url + "_gone")}))

    assert checks["postgres"].state == "bad"
    assert "DATABASE_URL" in checks["postgres"].mend


def aisle(settings: Settings, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    assert settings.database_url is not None
    assert settings.redis_url is not None
    known = {
        "AISLE_DATA_DIR": str(settings.data_dir),
        "AISLE_FRONTEND_DIR": str(settings.frontend_dir),
        "AISLE_NAMESPACE": settings.namespace,
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
    }
    command = [sys.executable, "-m", "cli.app", *arguments]
    return subprocess.run(
        command, env=os.environ | known | environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_script_gets_one_json_object_and_an_exit_code(healthy: Settings) -> None:
    well = aisle(healthy, "doctor", "--json")
    said = json.loads(well.stdout)
    assert (well.returncode, said["ok"]) == (0, True)
    assert all(set(check) == {"name", "state", "found", "mend"} for check in said["checks"])

    ill = aisle(healthy, "doctor", "--json", DATABASE_URL=f"postgresql://aisle@{NOBODY}/aisle")
    assert (ill.returncode, json.loads(ill.stdout)["ok"]) == (1, False)


def test_artefacts_out_of_reach_are_told_and_the_rest_is_looked_at(healthy: Settings) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_REGION": "us-east-1"}
    bucket = {"AISLE_ARTEFACTS_URL": "s3://bucket/prefix", "AWS_ENDPOINT": f"http://{NOBODY}", "AWS_ALLOW_HTTP": "true"}

    done = aisle(healthy, "doctor", "--json", **keys, **bucket)

    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert (done.returncode, checks["index"]["state"], checks["encoder"]["state"]) == (1, "bad", "ok")
    assert "AISLE_ARTEFACTS_URL" in checks["index"]["mend"]


def test_people_get_a_table_on_stderr(healthy: Settings) -> None:
    done = aisle(healthy, "doctor", REDIS_URL=f"redis://{NOBODY}/0")

    assert (done.returncode, done.stdout) == (0, "")
    assert "redis" in done.stderr
    assert "check REDIS_URL" in done.stderr


def test_a_setting_that_is_none_is_one_sentence(settings: Settings) -> None:
    done = aisle(settings, "doctor", AISLE_PORT="eighty")

    assert done.returncode == 1
    assert "AISLE_PORT" in done.stderr
    assert "Traceback" not in done.stderr
