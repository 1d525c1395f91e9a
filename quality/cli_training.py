"""The commands of a retraining job: train, evaluate, promote, drift, sample."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quality.errors import DataError

if TYPE_CHECKING:
    from quality.training.drift import Drift
    from quality.training.promote import Decision

NAME, EXPERIMENT = "feed-quality", "feed-quality"
REFUSED, DRIFTED = 3, 4


@contextmanager
def _extra(what: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise click.ClickException(
            f"{error.name} is missing: {what} needs an extra, pip install 'feed-quality[train]', or '.[train]' in a clone"
        ) from error


def _read_config(context: click.Context, option: click.Parameter, path: Path | None) -> None:
    """The command's table of a TOML file as its defaults; what stands on the command line wins."""
    if path is None:
        return
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} can't be read: {error}") from error
    table = content.get(str(context.info_name), {})
    given = {str(k).replace("-", "_"): v for k, v in table.items()}
    names = {str(p.name): p for p in context.command.params if p.name not in ("config", "help")}
    if unknown := sorted(set(given) - set(names)):
        known = ", ".join(sorted(names))
        raise DataError(f"{path}, [{context.info_name}]: unknown {', '.join(unknown)}; known are {known}")
    for name, value in given.items():
        many = names[name].multiple if isinstance(names[name], click.Option) else names[name].nargs == -1
        if isinstance(value, list) and not many:
            raise DataError(f"{path}, [{context.info_name}]: {name} takes one value")
        given[name] = [value] if many and not isinstance(value, list) else value
    context.default_map = {**(context.default_map or {}), **given}


def _tracked(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that speaks with MLflow."""
    for add in (
        click.option("--experiment", default=EXPERIMENT, show_default=True, help="MLflow experiment."),
        click.option(
            "--tracking-uri", help="An MLflow store; default: MLFLOW_TRACKING_URI, else SQLite under ./mlruns."
        ),
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            is_eager=True,
            expose_value=False,
            callback=_read_config,
            help="A TOML file: a table named as the command, its options as keys.",
        ),
    ):
        command = add(command)
    return command


def _say(sentences: list[str]) -> None:
    for sentence in sentences:
        click.echo(f"note: {sentence}", err=True)


@click.command()
@click.argument("data", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Path(path_type=Path), help="The folder for the model; default: mlruns/models/VERSION."
)
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--corpus-weight",
    type=click.FloatRange(min=0),
    help="Weight of a row of the shipped corpus beside one of DATA; 0 leaves it out.  [default: 1, or 0 with a labels folder]",
)
@click.option(
    "--pool",
    type=click.Path(path_type=Path),
    help="Unlabelled headlines (title, outlet) to learn style vectors from anew and to help teach the words of headlines;"
    " default: the style vectors of the model that ships, and labels alone.",
)
@click.option(
    "--pool-articles",
    type=click.Path(path_type=Path),
    help="Unlabelled articles (title, body, outlet) that help to teach the article heads' words; default: labels alone do.",
)
@click.option(
    "--pool-grades",
    type=click.Path(path_type=Path),
    help="A folder with headlines.csv (id, grade) and articles.csv (id, grade, delivery, whole): grades of rows of the two pools.",
)
@click.option("--register", metavar="NAME", help="Make the model the next version of this registered name.")
@click.option("--learning-curve", is_flag=True, help="Also fit on a tenth, a quarter and half of the outlets.")
@click.option(
    "--labels-to-check",
    type=click.Path(path_type=Path),
    help="Write the labels that look wrong, with their titles, to this CSV (the run keeps ids alone).",
)
@_tracked
def train(
    data: tuple[Path, ...],
    output: Path | None,
    seed: int,
    corpus_weight: float | None,
    pool: Path | None,
    pool_articles: Path | None,
    pool_grades: Path | None,
    register: str | None,
    learning_curve: bool,
    labels_to_check: Path | None,
    tracking_uri: str | None,
    experiment: str,
) -> None:
    """Fit a model on DATA and the corpus that ships, evaluate it, and log the run to MLflow.

    DATA are labelled .csv, .jsonl or .parquet files: `title` (or `page`, a whole page), optional `body`, `tag`, `outlet`, `date`,
    and `grade` (0 to 3) or `target` (0 or 1). A row with a body grades the article, one without the headline; several
    rows of one item are several graders. A fifth is held out to measure on: whole outlets, and the newest rows. Without
    DATA the corpus' train split alone is fitted on. A labels folder stands alone: its *_dev tables are held out.

    Exit code 0: the run is finished. 1: it failed, is marked so, and nothing is registered.

    \b
    quality train
    quality train graded.csv --register feed-quality
    quality train --config retrain.toml
    """
    with _extra("training"):
        from quality.training.card import figures_table
        from quality.training.job import train as run

        done = run(
            data,
            output,
            seed=seed,
            tracking_uri=tracking_uri,
            experiment=experiment,
            corpus_weight=corpus_weight,
            pool=pool,
            pool_articles=pool_articles,
            pool_grades=pool_grades,
            register=register,
            curve=learning_curve,
            labels_to_check=labels_to_check,
        )
    click.echo(figures_table(done.metrics))
    _say(done.said)
    click.echo(f"\nmodel {done.metrics['model_version']} is in {done.folder}", err=True)
    if done.version:
        click.echo(f"registered as {done.version}; `quality promote` holds it against the champion", err=True)
    _where(done.run_id, done.tracking_uri)


def _where(run_id: str, uri: str) -> None:
    look = (
        f"look at it with\n  mlflow ui --backend-store-uri {uri}" if "://" in uri and "http" not in uri else f"at {uri}"
    )
    click.echo(f"run {run_id}; {look}", err=True)


@click.command()
@click.argument("model_source", metavar="MODEL")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
@click.option("--predictions", type=click.Path(path_type=Path), help="Write each row's answers as JSONL.")
def evaluate(model_source: str, data: Path, as_json: bool, predictions: Path | None) -> None:
    """Hold MODEL (a folder, an MLflow URI, or `champion`) against a labelled file.

    \b
    quality evaluate champion labels/headlines_dev.csv
    quality evaluate models:/feed-quality@champion graded.csv
    """
    from quality import load_model

    with _extra("evaluating"):
        from quality.training.card import figures_table
        from quality.training.dataset import read_labelled
        from quality.training.evaluate import evaluate as figures
        from quality.training.evaluate import predict

        labelled = read_labelled(data)
    model = load_model(None if model_source == "champion" else model_source)
    found = figures(model, labelled)
    if predictions:
        predict(model, labelled).to_json(predictions, orient="records", lines=True, force_ascii=False)
    click.echo(json.dumps(found, indent=1) if as_json else figures_table({"sets": {data.stem: found}}))


@click.command()
@click.option("--name", default=NAME, show_default=True, help="The registered name.")
@click.option("--init", "start", is_flag=True, help="Register the model that ships as version 1 and champion.")
@click.option("--rollback", is_flag=True, help="Restore the champion before this one.")
@click.option("--challenger", type=int, metavar="VERSION", help="The version to try.  [default: the newest]")
@click.option(
    "--on",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Labelled file(s) to compare on.  [default: the corpus test split and what the challenger's job held out of its data]",
)
@click.option(
    "--feed", type=click.Path(path_type=Path), help="Unlabelled rows: how many change their verdict, with examples."
)
@click.option("--floors", type=click.Path(path_type=Path), help="A gate file with floors the challenger must hold too.")
@click.option(
    "--margin",
    multiple=True,
    metavar="FIGURE=VALUE",
    help="What may be lost: auc, ap, mse, ece; `time` and `size` are factors. May stand several times.",
)
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON.")
@_tracked
def promote(
    name: str,
    start: bool,
    rollback: bool,
    challenger: int | None,
    on: tuple[Path, ...],
    feed: Path | None,
    floors: Path | None,
    margin: tuple[str, ...],
    as_json: bool,
    tracking_uri: str | None,
    experiment: str,
) -> None:
    """Hold the newest version against the champion, and promote it if it is no worse anywhere and better somewhere.

    Both answer the same rows; differences carry 99% intervals (paired bootstrap, whole outlets drawn together). The alias `champion` moves
    in one step: a reader gets the old model or the new one, never neither.

    Exit code 0: promoted (or --init, --rollback done). 3: refused, with the reasons. 1: an error; nothing moved.

    \b
    quality promote --init
    quality promote --feed feed.jsonl
    quality promote --rollback
    """
    with _extra("promoting"):
        from quality.training import registry, tracking
        from quality.training.promote import MARGINS
        from quality.training.promote import promote as run

        uri = tracking.connect(tracking_uri)
    if start and rollback:
        raise click.UsageError("--init or --rollback, not both")
    if start:
        made, new = registry.init(name, experiment)
        _answer(
            as_json, {"champion": made.number, "model_version": made.model_version, "new": new}, f"champion: {made}"
        )
        return
    if rollback:
        before, after = registry.rollback(name)
        what = {"champion": before.number, "model_version": before.model_version, "rolled_back": after.number}
        _answer(as_json, what, f"champion: {before}; rolled back: {after}")
        return
    decision = run(
        name,
        challenger=challenger,
        on=on,
        feed=feed,
        margins=_margins(margin, MARGINS),
        floors=floors,
        experiment=experiment,
    )
    click.echo(json.dumps(decision.as_dict(), ensure_ascii=False, indent=1) if as_json else verdict_table(decision))
    if decision.run_id:
        _where(decision.run_id, uri)
    if not decision.promoted:
        sys.exit(REFUSED)


def _answer(as_json: bool, content: dict[str, Any], text: str) -> None:
    click.echo(json.dumps(content) if as_json else text)


def _margins(given: tuple[str, ...], known: dict[str, float]) -> dict[str, float]:
    found = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            found[name] = float(value)
        except ValueError as error:
            raise click.BadParameter(f"--margin {text}: FIGURE=VALUE is wanted, as in auc=0.01") from error
        if name not in known:
            raise click.BadParameter(f"--margin {text}: known are {', '.join(known)}")
    return found


def verdict_table(decision: Decision) -> str:
    """The verdict as a person reads it: whole sets in full, slices that lost, costs, flips, and why."""
    out = [f"challenger  {decision.challenger}", f"champion    {decision.champion}", ""]
    passed = {v.figure: v.passed for v in decision.verdicts}
    if decision.lines:
        out.append(f"{'figure':52} {'n':>6} {'champion':>9} {'challenger':>10} {'gain':>8}  99% interval")
    shown = [line for line in decision.lines if not line.is_slice or not passed.get(line.figure, True)]
    for line in shown:
        mark = "WORSE" if not passed.get(line.figure, True) else "better" if line.low > 0 else ""
        span = f"[{line.low:+.4f}, {line.high:+.4f}]"
        out.append(
            f"{line.figure:52} {line.n:6} {line.champion:9.4f} {line.challenger:10.4f} {line.gain:+8.4f}  {span}  {mark}"
        )
    slices = sum(line.is_slice for line in decision.lines)
    if slices:
        out.append(f"and {slices} figures of slices, {sum(line.is_slice for line in shown)} of them worse")
    for name, (old, new) in decision.costs.items():
        unit = "ms a row" if name == "time" else "bytes"
        out.append(f"{name + ', ' + unit:59} {old:9.4g} {new:10.4g}")
    if decision.flips:
        f = decision.flips
        out += ["", f"{f.flipped} of {f.rows} items of the feed change their verdict"]
        out += [f"  {n:6}  {a} -> {b}" for (a, b), n in f.changes.items()]
        out += [f"    {a} -> {b}  {p:.2f} -> {q:.2f}  {title}" for a, b, title, p, q in f.examples]
    out += ["", *(f"note: {s}" for s in decision.said)]
    out += [f"{'promoted' if decision.promoted else 'refused'}: {reason}" for reason in decision.reasons]
    return "\n".join(out)


@click.command()
@click.argument("feed", type=click.Path(path_type=Path))
@click.option("--model", "model_source", help="A model folder or an MLflow URI; default: the model that ships.")
@click.option(
    "--against", type=click.Path(path_type=Path), help="An earlier feed to hold it against, instead of the fitted data."
)
@click.option("--rows", type=click.IntRange(min=1), help="Draw so many rows of each feed at random.")
@click.option("--plot", type=click.Path(path_type=Path), help="Write the picture (.png, .svg) here too.")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
@_tracked
def drift(
    feed: Path,
    model_source: str | None,
    against: Path | None,
    rows: int | None,
    plot: Path | None,
    as_json: bool,
    tracking_uri: str | None,
    experiment: str,
) -> None:
    """Tell whether FEED still looks like what the model was fitted on, or (--against) like an earlier feed.

    FEED has `title` and, where known, `body`, `outlet`, `category`. A number alarms when its distribution moved beyond chance and by
    enough to matter; fewer than 200 rows raise no alarm.

    Exit code 0: quiet. 4: drift, with the reasons. 1: an error.

    \b
    quality drift today.jsonl
    quality drift may.parquet --against april.parquet --plot drift.png
    """
    from quality import load_model

    with _extra("drift"):
        from quality.training import tracking
        from quality.training.drift import drift as run
        from quality.training.drift_log import draw, log
        from quality.training.feed import read_feed

        uri = tracking.connect(tracking_uri)
    model = load_model(model_source)
    found = run(model, read_feed(feed, rows), read_feed(against, rows) if against else None)
    run_id = log(found, feed.name, model.version, experiment)
    if plot:
        draw(found, plot)
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1) if as_json else drift_table(found))
    _where(run_id, uri)
    if found.alarm:
        sys.exit(DRIFTED)


def drift_table(found: Drift, most: int = 15) -> str:
    """What moved, as a person reads it."""
    out = [f"{found.rows} rows ({found.bodies} with a body, {found.skipped} unreadable) against {found.reference}", ""]
    if found.shifts:
        out.append(f"{'number':24} {'index':>7} {'by chance':>10} {'mean before':>12} {'now':>10}")
    for s in found.shifts[:most]:
        mark = "" if s.level == "quiet" else s.level
        out.append(f"{s.name:24} {s.psi:7.3f} {s.p:10.1e} {s.before:12.4g} {s.now:10.4g}  {mark}")
    if len(found.shifts) > most:
        out.append(f"and {len(found.shifts) - most} numbers that moved less")
    if found.flagged:
        before = "" if found.flagged_before is None else f", was {found.flagged_before:.3f}"
        f = found.flagged
        out += ["", f"flagged sensational: {f.share:.3f} [{f.low:.3f}, {f.high:.3f}]{before}"]
    for column in ("outlet", "category"):
        rows = [g for g in found.groups if g.column == column]
        out += [f"  {column} {g.value}: {g.share:.3f} [{g.low:.3f}, {g.high:.3f}], {g.rows} rows" for g in rows[:8]]
    if found.rising:
        out += ["", "rising among loud headlines (share of them now, before):"]
        out += [f"  {r.words}  {r.now:.3f}, {r.before:.3f}  ({r.headlines} headlines)" for r in found.rising[:10]]
    out += ["", *(f"note: {s}" for s in found.said)]
    out += [f"drift: {reason}" for reason in found.reasons[:8]] or ["quiet"]
    if len(found.reasons) > 8:
        out.append(f"drift: and {len(found.reasons) - 8} more")
    return "\n".join(out)


@click.command()
@click.argument("feed", type=click.Path(path_type=Path))
@click.option("-n", "--count", default=200, show_default=True, type=click.IntRange(min=1), help="Rows to pick.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The CSV to write.  [default: standard output]")
@click.option("--model", "model_source", help="A model folder or an MLflow URI; default: the model that ships.")
@click.option("--rows", type=click.IntRange(min=1), help="Look at so many rows of the feed, drawn at random.")
@click.option("--seed", default=1, show_default=True)
def sample(feed: Path, count: int, output: Path | None, model_source: str | None, rows: int | None, seed: int) -> None:
    """Pick the rows of FEED worth an editor's time: uncertain, novel, spread over outlets, no near-duplicates.

    The CSV has an empty column `grade`: 0 to 3, of the article where the row has a body, else of the headline. Give it back to
    `quality train`; rows left empty are passed over. Exit code 0, or 1 for an error.

    \b
    quality sample feed.jsonl -n 200 -o to-grade.csv
    """
    from quality import load_model

    with _extra("sampling"):
        from quality.training.feed import read_feed
        from quality.training.sampling import pick

    picked = pick(load_model(model_source), read_feed(feed, rows, seed), count, seed)
    # a byte order mark, without which spreadsheets read Japanese as something else
    text = picked.to_csv(index=False)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8-sig")
        click.echo(f"{len(picked)} rows to grade are in {output}", err=True)


COMMANDS = (train, evaluate, promote, drift, sample)
