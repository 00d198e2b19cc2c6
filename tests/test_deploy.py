"""The files a deployment starts from say what the code says, and hold no secret."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices, TypeAdapter
from typer.main import get_command

from cli.app import app
from core.config import Settings

ROOT = Path(__file__).parents[1]
COMPOSE = Path(sys.executable).with_name("docker-compose")
HADOLINT = Path(sys.executable).with_name("hadolint")
LINE = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"AISLE_{name.upper()}"


def example() -> dict[str, str]:
    return dict(LINE.findall((ROOT / ".env.example").read_text()))


def compose(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [COMPOSE, "-f", ROOT / "docker-compose.yml", "--env-file", os.devnull, "config", "--format", "json"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    done = compose({"POSTGRES_PASSWORD": "p1", "REDIS_PASSWORD": "p2"})
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout)["services"])


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_example_with_its_default(name: str) -> None:
    shown = example()[variable(name)]
    field = Settings.model_fields[name]
    if shown and field.default is not None:
        adapter: TypeAdapter[Any] = TypeAdapter(field.annotation)
        read = adapter.validate_json(shown) if shown.startswith("[") else adapter.validate_python(shown)
        assert read == field.default


def test_the_example_has_no_setting_that_is_not_there() -> None:
    compose_only = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert set(example()) - compose_only == {variable(name) for name in Settings.model_fields}


@pytest.mark.parametrize("missing", ["POSTGRES_PASSWORD", "REDIS_PASSWORD"])
def test_no_password_is_baked_in(missing: str) -> None:
    done = compose({"POSTGRES_PASSWORD": "p", "REDIS_PASSWORD": "p"} | {missing: ""})
    assert done.returncode != 0
    assert missing in done.stderr
    assert not example()[missing]


def test_everything_that_listens_is_watched_and_waited_for(services: dict[str, Any]) -> None:
    assert set(services) == {"migrate", "api", "worker", "postgres", "valkey"}
    servers = dict.fromkeys(("postgres", "valkey"), "service_healthy")
    assert all(services[name]["healthcheck"]["test"] for name in servers)
    assert waits(services["migrate"]) == servers
    for name in ("api", "worker"):
        assert waits(services[name]) == servers | {"migrate": "service_completed_successfully"}


def waits(service: dict[str, Any]) -> dict[str, str]:
    return {other: wait["condition"] for other, wait in service["depends_on"].items()}


def test_what_the_containers_run_are_commands_there_are(services: dict[str, Any]) -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    for name in ("migrate", "api", "worker"):
        program, command = services[name]["command"]
        assert program == "aisle"
        assert command in commands
    assert "up" in commands  # the image's own


def test_only_the_api_is_published_and_only_to_this_machine(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if service.get("ports")] == ["api"]
    assert services["api"]["ports"][0]["host_ip"] == "127.0.0.1"


def test_api_and_worker_share_the_servers_and_the_data(services: dict[str, Any]) -> None:
    api, worker = services["api"], services["worker"]
    assert api["environment"] == worker["environment"]
    assert api["volumes"] == worker["volumes"]
    assert "p1" in api["environment"]["DATABASE_URL"]
    assert "p2" in api["environment"]["REDIS_URL"]


def test_the_image_passes_the_linter() -> None:
    done = subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_image_runs_as_nobody_special_and_says_how_it_is() -> None:
    last = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    assert "USER 10001" in last
    assert "/health/ready" in last
    assert not re.search(r"\b(pip|uv|npm|apt-get)\b", last)


def test_everything_the_image_copies_is_let_into_its_context() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for source in " ".join(copied).split():
        assert source.split("/")[0] in let_in
