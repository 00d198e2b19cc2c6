"""The commands and their options; what they do lies beside.

Each command imports its own part when it runs: all of them together take seconds to import, and `aisle up` starts four
processes of this program on a machine with two cores.
"""

import logging
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

from core.config import Settings

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]

app = typer.Typer(name="aisle", no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
index = typer.Typer(no_args_is_help=True, help="Generations of the search index.")
evaluate = typer.Typer(no_args_is_help=True, help="How good the answers are.")
bench = typer.Typer(no_args_is_help=True, help="How fast the answers are.")
app.add_typer(index, name="index")
app.add_typer(evaluate, name="eval")
app.add_typer(bench, name="bench")


def configured() -> Settings:
    """The settings; one that is not valid is named in one sentence, its value untold: it may be a secret."""
    try:
        return Settings()
    except ValidationError as error:
        said = "; ".join(f"{variable(*one['loc'])}: {one['msg']}" for one in error.errors(include_input=False))
    except SettingsError as error:
        said = str(error)
    from cli import console

    return console.fail(said)


def variable(name: int | str, *_inside: int | str) -> str:
    """The environment variable of a setting."""
    text = str(name)
    return text if text.isupper() else f"AISLE_{text.upper()}"


@app.command()
def up(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    demo: Annotated[bool, typer.Option(help="Fill an empty shop with the demo catalogue.")] = True,
) -> None:
    """Start everything on this machine; Ctrl-C ends it."""
    from cli import console, serving
    from cli import up as everything

    settings = serving.overridden(configured(), host=host, port=port)
    raise typer.Exit(console.run(everything.up(settings, demo=demo)))


@app.command()
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes.")] = None,
) -> None:
    """Serve the API and the page; the worker and the servers are somebody else's."""
    from cli import serving

    serving.serve(serving.overridden(configured(), host=host, port=port, workers=workers))


@app.command("worker")
def work() -> None:
    """Do what is done beside serving: rebuild indexes, compute popularity, keep retention."""
    from cli import console, working

    console.run(working.work(configured()))


@app.command()
def migrate() -> None:
    """Bring the database schema up to date."""
    from cli import console, working

    console.run(working.migrated(configured()))


@app.command()
def load(  # noqa: PLR0913 - one argument an option
    source: Annotated[str, typer.Argument(help="File, folder or http(s) URL: CSV, TSV, JSON(L), Parquet, also .gz.")],
    *,
    columns: Annotated[list[str] | None, typer.Option("--map", help="field=Column; `field=` drops a column.")] = None,
    currency: Annotated[str, typer.Option(help="Of prices that do not say.")] = "USD",
    locale: Annotated[str, typer.Option(help="Of the texts.")] = "en",
    encoding: Annotated[str | None, typer.Option(help="Of the file; found out if not given.")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Folder for rejects files; else beside the file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check; write nothing.")] = False,
    batch: Annotated[int, typer.Option(help="Products a write.", min=1, max=10_000)] = 500,
    allow_private: Annotated[bool, typer.Option(help="Let a URL point into private networks.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Take the guessed columns without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Load a catalogue. Exit code: 0 all loaded, 2 some rows rejected, 1 nothing loaded, 130 interrupted."""
    from cli import console
    from cli import load as loading
    from pipelines.load.options import LoadOptions

    options = LoadOptions(
        currency=currency,
        locale=locale,
        encoding=encoding,
        dry_run=dry_run,
        batch=batch,
        rejects_dir=rejects,
        allow_private=allow_private,
    )
    work = loading.load(configured(), source, columns or [], options, as_json=as_json, ask=not (yes or as_json))
    raise typer.Exit(console.run(work))


@index.command("build")
def index_build(
    *,
    vectors: Annotated[bool, typer.Option(help="Index meaning, too; without it only words, in seconds.")] = True,
    as_json: Json = False,
) -> None:
    """Build a generation from the catalogue and publish it."""
    from cli import console, inspect

    console.run(inspect.build(configured(), vectors=vectors, as_json=as_json))


@index.command("list")
def index_list(*, as_json: Json = False) -> None:
    """Published generations, the one in use marked."""
    from cli import console, inspect

    console.run(inspect.generations(configured(), as_json=as_json))


@index.command("rollback")
def index_rollback() -> None:
    """Go back to the generation before; every process follows within a second or so."""
    from cli import console, inspect

    console.run(inspect.rollback(configured()))


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What a shopper would type.")],
    *,
    k: Annotated[int, typer.Option(min=1, max=100)] = 10,
    as_json: Json = False,
) -> None:
    """Search the catalogue as the API would."""
    from cli import console, searching

    console.run(searching.search(configured(), query, k, as_json=as_json))


@app.command("doctor")
def examine(*, as_json: Json = False) -> None:
    """Check every dependency, index and setting, and say how to mend what is wrong. Exit code 1 if anything is."""
    from cli import console, doctor

    raise typer.Exit(console.run(doctor.examine(configured(), as_json=as_json)))


@evaluate.command("search")
def evaluate_search(
    folder: Annotated[Path, typer.Argument(help="Holds products.jsonl(.gz), queries.csv, labels.csv.")],
    *,
    ablate: Annotated[bool, typer.Option(help="Also each rule switched off, and each engine alone.")] = False,
    as_json: Json = False,
) -> None:
    """Judge the search on a graded set, apart from the live catalogue."""
    from cli import console, measuring

    console.run(measuring.evaluate(configured(), folder, ablate=ablate, as_json=as_json))


@evaluate.command("golden")
def evaluate_golden(*, as_json: Json = False) -> None:
    """Judge the search on the golden set over the demo catalogue."""
    from cli import console, measuring

    console.run(measuring.golden(configured(), as_json=as_json))


@bench.command("search")
def bench_search(
    folder: Annotated[Path | None, typer.Argument(help="A graded set; else the largest beside the project.")] = None,
    *,
    generated: Annotated[int, typer.Option(help="Products of the generated catalogue; 0 leaves it out.")] = 200_000,
    requests: Annotated[int, typer.Option(help="Requests a measurement.", min=10)] = 2_000,
    as_json: Json = False,
) -> None:
    """Latency and throughput at 1, 8 and 32 clients, beside bare tantivy, bm25s and SQLite FTS5."""
    from cli import console, measuring

    console.run(measuring.bench(configured(), folder, generated, requests, as_json=as_json))


def main() -> None:
    """Entry point."""
    logging.captureWarnings(capture=True)
    app()


if __name__ == "__main__":
    main()
