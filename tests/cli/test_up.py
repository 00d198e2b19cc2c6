"""The whole service as an operator starts it: one command up, a catalogue in, a change followed, every way down."""

import json
import signal
from pathlib import Path

from tests.cli.operator import Operator, gone, until

FOLLOW = 20
CATALOGUE = "id,title,brand,price,category\n" + "".join(
    f"p{i},{colour} {thing},Acme,{10 + i}.50,Home > {thing}s\n"
    for i, (colour, thing) in enumerate((c, t) for c in ("Red", "Blue", "Green") for t in ("Lamp", "Mug", "Chair"))
)


def test_a_shop_from_a_file_to_the_page_and_through_every_way_down(operator: Operator, tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text(CATALOGUE)
    loaded = operator.aisle("load", str(file), "--yes", "--json")
    assert loaded.returncode == 0, loaded.stderr
    assert json.loads(loaded.stdout)["inserted"] == 9

    process = operator.up("--no-demo")
    assert operator.found("red lamp")[0] == "p0"
    until(lambda: operator.search("something to sit on")["degraded"] == [], 60)  # the worker has made the vectors

    # A change in the catalogue is followed by the serving process within seconds, its cached answers with it.
    file.write_text(CATALOGUE + "p9,Purple Umbrella,Acme,5.00,Home > Umbrellas\n")
    assert operator.found("purple umbrella")[:1] != ["p9"]
    assert operator.aisle("load", str(file), "--yes").returncode == 0
    until(lambda: "p9" in operator.found("purple umbrella"), FOLLOW)
    operator.aisle("load", str(patch(tmp_path)), "--yes")
    until(lambda: "4.25" in json.dumps(operator.search("purple umbrella")), FOLLOW)

    assert operator.aisle("doctor").returncode == 0
    listed = json.loads(operator.aisle("index", "list", "--json").stdout)["generations"]
    assert sum(generation["current"] for generation in listed) == 1

    # kill -9: nothing survives it but the data.
    process.kill()
    process.wait()
    gone(operator, 30)
    process = operator.up("--no-demo")
    assert "p9" in operator.found("purple umbrella")
    assert operator.search("red lamp")["total"]

    # Ctrl-C: an orderly end, no process left.
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    gone(operator, 15)


def patch(folder: Path) -> Path:
    file = folder / "prices.csv"
    file.write_text("id,price,stock\np9,4.25,3\n")
    return file
