"""The report as tables for a terminal."""

from rich.console import Console
from rich.table import Table

from evals.search.run import Line, Report


def show(report: Report, console: Console) -> None:
    """Figures of the default engine, then by engine and by rule where they were measured."""
    console.print(
        f"[bold]{report.set}[/]: {report.products:,} products, {report.queries:,} queries, {report.scored:,} scored\n"
        f"NDCG@10 [bold]{report.ndcg_at_10:.4f}[/] ({report.ndcg_at_10_low:.4f} to {report.ndcg_at_10_high:.4f})"
        f" · judged only {report.ndcg_at_10_judged_only:.4f} · judged@10 {report.judged_at_10:.3f}\n"
        f"MRR@10 {report.mrr_at_10:.4f} · recall@100 {report.recall_at_100:.4f}"
        f" · nothing found {report.zero_result_rate:.2%} · p50 {report.p50_ms} ms · p95 {report.p95_ms} ms"
    )
    if report.labels == "exchanged":
        console.print("[yellow]The labels' query_id and product_id were the wrong way round, and were exchanged.[/]")
    if report.engines:
        console.print(_table("By engine", report.engines))
    if report.rules:
        console.print(_table("By rule: the default without it (a rule that helps shows a loss)", report.rules))


def _table(title: str, lines: tuple[Line, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in ("NDCG@10", "change", "95 % interval", "queries changed", "MRR@10", "recall@100", "nothing found"):
        table.add_column(heading, justify="right")
    for line in lines:
        table.add_row(
            line.name,
            f"{line.ndcg_at_10:.4f}",
            f"{line.change:+.4f}",
            f"{line.change_low:+.4f} to {line.change_high:+.4f}",
            str(line.queries_changed),
            f"{line.mrr_at_10:.4f}",
            f"{line.recall_at_100:.4f}",
            f"{line.zero_result_rate:.2%}",
        )
    return table
