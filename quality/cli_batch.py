"""The commands that see a whole feed: `quality batch` for files, `quality filter` for streams."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click

from quality.cli_options import model_option


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@click.command()
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUTPUT", type=click.Path(path_type=Path))
@click.option("--workers", default=1, show_default=True, help="Processes; 0: one for each CPU.")
@click.option("--reasons", is_flag=True, help="Add a column `reasons`, JSON text; some hundred times slower.")
@click.option("--resume", is_flag=True, help="Go on with an unfinished run; without one, start anew.")
@click.option("--overwrite", is_flag=True, help="Replace columns of the output's names.")
@click.option("--encoding", help="Of JSONL and CSV, such as cp932; default: what the bytes say.")
@click.option("--escape-formulas", is_flag=True, help="In CSV output, put ' before text that a spreadsheet would run.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on stdout.")
@model_option
def batch(
    source: Path,
    target: Path,
    workers: int,
    reasons: bool,
    resume: bool,
    overwrite: bool,
    encoding: str | None,
    escape_formulas: bool,
    as_json: bool,
    model_source: str | None,
    policy_name: str,
) -> None:
    """Score a file, or a folder of files, in order; every column is kept, bad rows go to OUTPUT.rejects.jsonl.

    Reads .parquet, .jsonl and .csv, the last two also as .gz and .zst: `title` and, where there are, `body`, `body_kind`
    and `tag`; or `page`, a whole page (HTML or text). A folder gives one file, or with a folder as OUTPUT a file for each.
    Parquet output of more than two million rows is a folder of part files.

    After a crash, a full disk or Ctrl-C, the same command with --resume goes on where it stopped.

    \b
    quality batch feed.jsonl scored.jsonl
    quality batch headlines.parquet scored.parquet --workers 8
    quality batch 2025/ scored-2025/ --resume
    """
    from quality import load_model
    from quality.batch import score_file
    from quality.workers import settle

    model = load_model(model_source)
    settle()
    signal.signal(signal.SIGTERM, _stop)  # an exception, so that workers are ended and the output is left in order
    try:
        summary = score_file(
            source,
            target,
            model=model,
            policy_name=policy_name,
            overwrite=overwrite,
            progress=sys.stderr.isatty(),
            workers=workers or os.cpu_count() or 1,
            reasons=reasons,
            resume=resume,
            encoding=encoding,
            escape_formulas=escape_formulas,
        )
    except (KeyboardInterrupt, SystemExit):
        click.echo("stopped; the same command with --resume goes on from here", err=True)
        raise
    if as_json:
        click.echo(json.dumps(summary.as_dict()))
        return
    verdicts = ", ".join(f"{k} {v}" for k, v in summary.verdicts.items())
    click.echo(
        f"{summary.rows_in} rows in, {summary.rows_out} out, {summary.rejects} rejects; {verdicts}; "
        f"model {summary.model_version}",
        err=True,
    )


@click.command("filter")
@click.option("--annotate", is_flag=True, help="Drop nothing; add the columns of `quality batch`, or mark the bait.")
@click.option(
    "--rejects", type=click.Path(path_type=Path), help="Where lines that can't be scored go, with the reason."
)
@click.option("--stats", type=click.Path(path_type=Path), help="Counts and latency, kept up to date: .json or .prom.")
@click.option("--latency", default=50, show_default=True, help="Milliseconds a line may wait for others.")
@click.option("--feed", is_flag=True, help="One RSS 2.0 or Atom document instead of JSONL.")
@model_option
def filter_(
    annotate: bool,
    rejects: Path | None,
    stats: Path | None,
    latency: int,
    feed: bool,
    model_source: str | None,
    policy_name: str,
) -> None:
    """Read JSONL from stdin and write what is no bait to stdout, byte for byte and in order, as it comes.

    A line holds an object with `title` and, where there are, `body`, `body_kind`, `tag` or `page`. Lines whose verdict
    is `drop` are left out; lines that can't be scored too, and are counted and, with --rejects, kept aside.

    With --feed, stdin is one RSS 2.0 or Atom document: its bait is left out (or, with --annotate, marked), all the rest
    stays as it is.

    \b
    tail -F items.jsonl | quality filter --stats filter.prom > kept.jsonl
    curl -s FEED | quality filter --feed > clean.xml
    """
    from quality import load_model
    from quality.stats import Stats
    from quality.workers import settle

    model = load_model(model_source)
    settle()
    kept: Any = Stats(stats, model.version)
    if feed:
        from quality.feed import filter_feed

        data = sys.stdin.buffer.read()
        clean = filter_feed(data, model=model, policy_name=policy_name, annotate=annotate, rejects=rejects, stats=kept)
        sys.stdout.buffer.write(clean)
        sys.stdout.buffer.flush()
        kept.write()
    else:
        from quality.stream import filter_lines

        code = filter_lines(
            0,
            1,
            model=model,
            policy_name=policy_name,
            annotate=annotate,
            rejects=rejects,
            stats=kept,
            latency=latency / 1000,
        )
        raise SystemExit(code)
    click.echo(kept.line(), err=True)
