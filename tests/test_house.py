"""The house rules that no linter holds: see the architecture in docs/."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("agents", "api", "cli", "core", "evals", "guardrails", "pipelines", "prompts", "tools", "worker")
FILE_LINES = 300
TEST_FILE_LINES = 400
FUNCTION_LINES = 40
LONG_FILES: dict[str, str] = {}
"""Path → why it may be longer."""
LONG_FUNCTIONS: dict[str, str] = {}
"""`path:function` → why it may be longer."""
BINARY = {".png", ".jpg", ".ico", ".woff2", ".gz", ".parquet", ".onnx", ".npy"}
MACHINE_PATH = re.compile(r"/(?:work|root|home)/[a-z]+|/opt/(?:pypi|npm)")
REGISTRY = re.compile(r"https?://[^\s\"'<>]*(?:pypi|pythonhosted|npmjs|yarnpkg|/simple/|debian\.org)")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


FILES = tracked()
TEXTS = [path for path in FILES if path.suffix not in BINARY]
SOURCES = [path for path in FILES if path.suffix == ".py"]
WRITTEN = [*SOURCES, *(path for path in FILES if path.suffix in {".ts", ".tsx", ".mjs"})]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function of a file and its lines, decorators and docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            yield f"{name(path)}:{node.name}", node.end_lineno - body[0].lineno + 2


@pytest.mark.parametrize("room", ROOMS)
def test_no_installed_package_hides_behind_our_names(room: str) -> None:
    assert set(packages_distributions().get(room, [])) <= {"aisle"}
    assert Path(import_module(room).__file__ or "").is_relative_to(ROOT)


def test_no_tracked_file_names_a_registry_or_a_machine() -> None:
    ours = {name(Path(__file__))}
    found = [
        f"{name(path)}: {hit.group()}"
        for path in TEXTS
        if name(path) not in ours
        for pattern in (MACHINE_PATH, REGISTRY)
        for hit in pattern.finditer(path.read_text())
    ]
    assert found == []


def test_no_file_is_longer_than_a_head_can_hold() -> None:
    bound = {path: TEST_FILE_LINES if name(path).startswith("tests/") else FILE_LINES for path in WRITTEN}
    long = {name(path) for path in WRITTEN if len(path.read_text().splitlines()) > bound[path]}
    assert long == set(LONG_FILES)


def test_no_function_is_longer_than_a_screen() -> None:
    long = {where: lines for path in SOURCES for where, lines in functions(path) if lines > FUNCTION_LINES}
    assert set(long) == set(LONG_FUNCTIONS), long


def test_every_package_says_what_lives_there() -> None:
    packages = [path for path in SOURCES if path.name == "__init__.py" and path.relative_to(ROOT).parts[0] in ROOMS]
    assert packages
    silent = [name(path) for path in packages if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_no_file_is_named_after_nothing() -> None:
    empty_words = re.compile(r"(^|_)(utils?|helpers?|manager|base|common|misc)(_|\.|$)")
    assert [name(path) for path in SOURCES if empty_words.search(path.name)] == []


def test_the_data_beside_the_project_is_never_committed() -> None:
    large = {name(path): path.stat().st_size for path in FILES if path.stat().st_size > 2_000_000}
    assert large == {}


def test_the_lock_files_hold_versions_and_no_addresses() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        lines = [line for line in (ROOT / lock).read_text().splitlines() if line and not line.lstrip().startswith("#")]
        assert all(re.match(r"^[a-z0-9._-]+(\[[a-z,]+\])?==\S+( ; .+)?$", line) for line in lines), lock
    assert '"resolved"' not in (ROOT / "frontend" / "package-lock.json").read_text()


def asked() -> list[str]:
    """What `pyproject.toml` depends on, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    return [re.split(r"[\[<>=!~ ;]", one)[0] for one in wanted]


def test_everything_pyproject_asks_for_is_locked() -> None:
    locked = (ROOT / "requirements-dev.lock").read_text()
    missing = [wanted for wanted in asked() if not re.search(rf"(?im)^{re.escape(wanted)}(\[.*\])?==", locked)]
    assert missing == [], "run `make lock`"


def test_every_dependency_is_accounted_for() -> None:
    record = (ROOT / "docs" / "decisions" / "0000-dependencies.md").read_text()
    listed = set(re.findall(r"^\| ([A-Za-z0-9._-]+) \| .+ \| .+ \| [\d.]+ \|$", record, re.MULTILINE))
    assert listed == set(asked())


def test_the_command_line_and_the_server_start_without_the_heavy_parts() -> None:
    heavy = ("bm25s", "polars", "faiss", "tantivy")
    code = f"import sys, cli.app, cli.serving; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]", "import it where it is used: `aisle up` starts four processes"


def test_only_the_benchmark_needs_what_only_developers_have() -> None:
    locked = set(re.findall(r"(?m)^([a-z0-9-]+)(?:\[.*\])?==", (ROOT / "requirements.lock").read_text()))
    distributions = packages_distributions()
    lacking = {
        (name(path), top)
        for path in SOURCES
        if path.relative_to(ROOT).parts[0] in ROOMS
        for node in ast.walk(ast.parse(path.read_text()))
        for top in (module.split(".")[0] for module in modules(node))
        if top not in ROOMS
        and top in distributions
        and not locked & {re.sub(r"[-_.]+", "-", owner).lower() for owner in distributions[top]}
    }
    assert lacking == {("evals/bench/rivals.py", "bm25s")}


def modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
