import io
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from core.errors import InvalidInputError, UnavailableError
from core.storage.products import Written
from pipelines.load.command import column_map, command
from pipelines.load.options import LoadOptions
from pipelines.load.plan import plan
from pipelines.load.run import Store
from pipelines.load.show import ConsoleReport, table
from tests.pipelines.load.memory import NOW, MemoryCatalogue, MemoryLoads, Shop


async def answer(shop: Shop, source: str | Path, *, as_json: bool = False) -> int:
    store = Store(shop.catalogue, shop.loads)
    return await command(str(source), LoadOptions(), store, clock=lambda: NOW, as_json=as_json)


async def test_scripts_get_one_object_on_stdout_and_people_the_rest_on_stderr(
    shop: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    path = shop.file("id,title,price\n1,Lamp,2\n2,Chair,x\n", "shop.csv")
    assert await answer(shop, path, as_json=True) == 2
    out, err = capfd.readouterr()
    result = orjson.loads(out)
    assert (result["inserted"], result["rejected"], result["exit_code"]) == (1, 1, 2)
    assert "becomes" in err
    assert "1 inserted, 0 updated, 0 unchanged, 1 rejected" in err


async def test_people_get_nothing_on_stdout(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    assert await answer(shop, shop.file("id,title\n1,Lamp\n", "shop.csv")) == 0
    assert capfd.readouterr().out == ""


async def test_a_source_that_cannot_be_read_is_one_sentence_and_exit_code_1(
    shop: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    assert await answer(shop, shop.folder / "nothing.csv", as_json=True) == 1
    out, err = capfd.readouterr()
    assert "no file or folder" in orjson.loads(out)["error"]
    assert "Traceback" not in err


def test_a_map_is_written_field_equals_column() -> None:
    assert column_map(["title=Name", "price=", "attributes.a=b=c"]) == {
        "title": "Name",
        "price": "",
        "attributes.a": "b=c",
    }
    with pytest.raises(InvalidInputError, match="field=COLUMN"):
        column_map(["title"])


def test_names_and_values_that_look_like_markup_or_control_a_terminal_are_shown_as_they_are(shop: Shop) -> None:
    path = shop.file('id,title,[/red]\n1,"[bold]Lamp\x1b[31m",[link]\n', "sh[op].csv")
    console = Console(file=io.StringIO(), width=200)
    console.print(table(plan(path, LoadOptions())))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "[/red]" in shown
    assert "[bold]Lamp" in shown
    assert "sh[op].csv" in shown
    assert "\x1b[31m" not in shown


def test_an_answer_of_no_leaves_the_file_out(shop: Shop) -> None:
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    path = shop.file("id,title\n1,Lamp\n", "shop.csv")
    with ConsoleReport(Console(file=io.StringIO()), no) as report:
        assert not report.planned(plan(path, LoadOptions()))
    assert asked == ["Load shop.csv so?"]


class Flaky(MemoryCatalogue):
    """Away for the first writes."""

    async def upsert_many(self, products, now):  # type: ignore[no-untyped-def]
        self.writes += 1
        if self.writes <= (self.fail_at or 0):
            raise UnavailableError
        return Written(inserted=len(products))


@pytest.mark.parametrize(("away", "code", "loaded"), [(1, 0, 1), (99, 1, 0)])
async def test_a_store_that_is_away_is_waited_for_within_reason(
    tmp_path: Path, away: int, code: int, loaded: int
) -> None:
    shop = Shop(tmp_path, catalogue=Flaky(fail_at=away), loads=MemoryLoads())
    summary = await shop.text("id,title\n1,Lamp\n", patience=timedelta(seconds=0.6))
    assert (summary.exit_code, summary.total("loaded")) == (code, loaded)
    assert "Trying again" in " ".join(shop.listener.sentences)
