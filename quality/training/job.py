"""The training job: read, fit, evaluate, write the model folder, log the run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from quality import policy
from quality.errors import DataError
from quality.heads import HEADS, head
from quality.model import QualityModel
from quality.training import registry, sources, studies, tracking
from quality.training.ablation import FAMILIES, family
from quality.training.boosters import FEW, LABELS, PARAMETERS, ROUNDS, own_parameters
from quality.training.card import figures_table, model_card
from quality.training.comparison import plain
from quality.training.dataset import Labelled, digest, groups
from quality.training.evaluate import evaluate, out_of_fold, threshold_table
from quality.training.evasion import shift_figures
from quality.training.filtering import filtered
from quality.training.fit import Fitted, fit_model
from quality.training.graded import add_grades
from quality.training.own import row_keys
from quality.training.profile import reference_of
from quality.training.slices import grades_to_check, slices_of, slices_of_sets
from quality.training.sources import Material
from quality.training.style import fit_style, read_pool
from quality.training.texts import Unlabelled, draw_articles, draw_headlines


class Trained(NamedTuple):
    """What a job leaves: the model's folder, its figures, where the run stands in MLflow, and what was worth saying."""

    folder: Path
    metrics: dict[str, Any]
    tracking_uri: str
    run_id: str
    said: list[str]
    version: registry.Version | None


def gain_shares(model: QualityModel) -> dict[str, dict[str, float]]:
    """Each head's share of gain by feature family; `text` are its n-grams, `headline score` the first head's."""
    found = {}
    for fitted in model.heads.values():
        gain = fitted.booster.feature_importance("gain")
        shares = dict.fromkeys(FAMILIES, 0.0)
        for column, value in zip(fitted.spec.columns, gain, strict=True):
            shares[family(column)] += float(value)
        total = sum(shares.values()) or 1.0
        found[fitted.spec.name] = {k: round(v / total, 4) for k, v in shares.items()}
    return found


def collect_metrics(
    fitted: Fitted, headlines: Labelled, articles: Labelled, tests: dict[str, Labelled], seed: int
) -> dict[str, Any]:
    """All figures of a fitted model, with plain baselines on the same sets."""
    sets: dict[str, Any] = {name: evaluate(fitted.model, data) for name, data in tests.items()}
    sets["out_of_fold"] = out_of_fold(fitted.held_out)
    columns = {name: studies.tables(fitted.model, data) for name, data in tests.items()}
    comparison = studies.comparisons(fitted, headlines, articles, tests, columns, seed)
    more: dict[str, Any] = {}
    if studies.has_dev(tests):
        dev = {name: columns[name] for name in studies.DEV.values()}
        more["ablation"] = studies.ablations(fitted, dev, seed)
        more["cross_validation"] = studies.cross_validated(fitted, headlines, articles, tests, seed)
    tables = {}
    for name in ("sensational", "substantive"):
        rows = fitted.held_out[name][fitted.held_out[name]["base"]]
        spec = head(name)
        tables[name] = threshold_table(spec, rows["label"].to_numpy(float), rows["probability"].to_numpy(float))
    return {
        "model_version": fitted.model.version,
        "policy_version": policy.VERSION,
        "seed": seed,
        "data": headlines.digests | articles.digests,
        "rows": {"headlines": len(headlines.frame), "articles": len(articles.frame)},
        "sets": sets,
        "baselines": {name: {h: plain(rows) for h, rows in heads.items()} for name, heads in comparison.items()},
        "comparison": comparison,
        "thresholds": fitted.model.thresholds,
        "threshold_tables": tables,
        "gain": gain_shares(fitted.model),
        "slices": slices_of(fitted.held_out, headlines, articles),
        "slices_of_sets": slices_of_sets(fitted.model, tests),
        "parity": studies.parities(fitted, headlines, articles, tests),
        "filter": filtered(fitted.model, tests),
        "evasion": shift_figures(fitted.model),
        **more,
    }


def learning_curve(material: Material, seed: int, shares: Sequence[float] = (0.1, 0.25, 0.5)) -> list[dict[str, Any]]:
    """Figures on the evaluation sets of models fitted on a part of the groups; a part too small to be fitted is passed over."""
    points = []
    for share in shares:
        parts = []
        for table in (material.headlines, material.articles):
            names = groups(table.frame)
            kept = np.random.default_rng(seed).permutation(np.unique(names.astype(str)))
            kept = kept[: max(1, round(share * len(kept)))]
            parts.append(Labelled(table.frame[np.isin(names.astype(str), kept)].reset_index(drop=True), {}))
        try:
            sources.require_enough(parts[0], parts[1], (40, 6))
        except DataError:
            continue
        model = fit_model(parts[0], parts[1], seed).model
        sets = {name: evaluate(model, data) for name, data in material.tests.items()}
        points.append({"headlines": len(parts[0].frame), "articles": len(parts[1].frame), "sets": sets})
    return points


def train(
    data: Sequence[str | Path] = (),
    output: str | Path | None = None,
    *,
    seed: int = 1,
    tracking_uri: str | None = None,
    experiment: str = tracking.EXPERIMENT,
    corpus_weight: float | None = None,
    pool: str | Path | None = None,
    pool_articles: str | Path | None = None,
    pool_grades: str | Path | None = None,
    register: str | None = None,
    curve: bool = False,
    labels_to_check: str | Path | None = None,
) -> Trained:
    """Fit, evaluate and track a model; the same data and seed write the same bytes on one machine.

    Parameters
    ----------
    data
        Labels folders and labelled files (`quality.training.sources`); none: the corpus that ships.
    output
        The folder to write the model to; by default `mlruns/models/VERSION` in the working directory.
    corpus_weight
        Weight of a row of the shipped corpus beside one of `data`; 0 leaves it out. By default 1, or 0 with a labels folder.
    pool
        Unlabelled headlines with their outlets, to learn style vectors from anew and to help teach the headlines' n-grams
        (`quality.training.texts`); by default the style vectors of the model that ships are used, and labels alone teach.
    pool_articles
        Unlabelled articles that help to teach the n-grams of bodies; by default labels alone do.
    pool_grades
        A folder with grades of rows of the two pools (`quality.training.graded`).
    register
        A registered name: the finished run's model becomes its next version. The alias `champion` is moved by promotion alone.
    curve
        Also fit on a tenth, a quarter and half of the rows.
    labels_to_check
        Where to write the labels that look wrong with their titles; the run keeps ids alone.
    """
    import mlflow

    from quality.training.plots import draw
    from quality.training.report import render

    material = sources.gather(data, corpus_weight)
    if pool_grades is not None:
        material = add_grades(material, pool_grades, pool, pool_articles)
    headlines, articles, tests = material.headlines, material.articles, material.tests
    uri = tracking.connect(tracking_uri)
    with tracking.run(experiment) as started, tempfile.TemporaryDirectory() as scratch:
        run_id = str(started.info.run_id)
        settings = {"seed": seed, "corpus_weight": corpus_weight, **PARAMETERS}
        mlflow.log_params(settings | {f"rounds.{k}": v for k, v in ROUNDS.items()})
        for spec in HEADS:
            labels = (articles if spec.needs_body else headlines).frame.get(LABELS[spec.name], pd.Series(dtype=float))
            own = own_parameters(spec, small=labels.notna().sum() < FEW)
            mlflow.log_params({f"{spec.name}.{k}": v for k, v in own.items()})
        mlflow.log_params({"rows.headlines": len(headlines.frame), "rows.articles": len(articles.frame)})
        tracking.log_tables({"train_headlines": headlines, "train_articles": articles, **tests}, material.paths)
        environment = tracking.environment()
        tracking.log_json(environment, "environment.json")
        mlflow.set_tags({k: environment[k] for k in ("revision", "python", "lightgbm")})
        mlflow.set_tag("data.paths", json.dumps(list(material.paths.values())))
        facts = {"seed": seed, "data": material.digests}
        held_out = frozenset(title for table in tests.values() for title in table.frame["title"])
        graded = held_out | set(headlines.frame["title"]) | set(articles.frame["title"])
        style, unlabelled = None, Unlabelled()
        if pool is not None:
            titles = read_pool(pool)
            style, unlabelled = fit_style(titles, held_out, seed), Unlabelled(draw_headlines(titles, graded, seed))
            facts["pool"] = digest(Path(pool))
        if pool_articles is not None:
            unlabelled = unlabelled._replace(articles=draw_articles(pool_articles, graded, seed))
            facts["pool_articles"] = digest(Path(pool_articles))
        fitted = fit_model(headlines, articles, seed, facts, style, unlabelled)
        fitted.model.reference = reference_of(fitted, headlines, articles)
        version = fitted.model.save(Path(scratch, "model"))
        metrics = collect_metrics(fitted, headlines, articles, tests, seed)
        mlflow.set_tags({"mlflow.runName": f"train {version}", "mlflow.note.content": _note(metrics, material.said)})
        folder = Path(output) if output else Path.cwd() / "mlruns" / "models" / version
        fitted.model.save(folder)
        (folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
        (folder / "MODEL_CARD.md").write_text(model_card(metrics), encoding="utf-8")
        points = learning_curve(material, seed) if curve else []
        _log_curve(points, metrics)
        check = grades_to_check(fitted.held_out, headlines, articles)
        _log_results(Path(scratch), metrics, material, check, draw(fitted.held_out, Path(scratch, "plots")))
        if labels_to_check:
            with_titles(check, headlines, articles).to_csv(labels_to_check, index=False)
        page = render(fitted, metrics, material, check, points, environment, run_id)
        Path(scratch, "report.html").write_text(page, encoding="utf-8")
        mlflow.log_artifact(str(Path(scratch, "report.html")))
        with tracking.quiet():
            model_uri = registry.log_model(folder)
    registered = None
    if register:
        registered = registry.register(model_uri, register, run_id, {"model_version": version})
    return Trained(folder, metrics, uri, run_id, material.said, registered)


def _note(metrics: dict[str, Any], said: list[str]) -> str:
    """What MLflow's page shows first."""
    parts = [f"Model `{metrics['model_version']}`. The whole story is in **report.html** among the artifacts."]
    return "\n\n".join([*parts, figures_table(metrics), "\n".join(f"* {s}" for s in said)])


def _log_curve(points: list[dict[str, Any]], metrics: dict[str, Any]) -> None:
    import mlflow

    if not points:
        return
    whole = {
        "headlines": metrics["rows"]["headlines"],
        "articles": metrics["rows"]["articles"],
        "sets": metrics["sets"],
    }
    for point in [*points, whole]:
        for name in points[0]["sets"]:
            for spec in HEADS:
                if spec.name in point["sets"].get(name, {}):
                    step = point["articles" if spec.needs_body else "headlines"]
                    auc = point["sets"][name][spec.name]["auc"]
                    if auc == auc:
                        mlflow.log_metric(f"learning_curve.{tracking.key(name)}.{spec.name}.auc", auc, step=step)
    tracking.log_json(points, "learning_curve.json")


def _log_results(
    scratch: Path, metrics: dict[str, Any], material: Material, check: pd.DataFrame, plots: list[Path]
) -> None:
    import mlflow

    tracking.log_figures(metrics)
    check.to_csv(scratch / "labels_to_check.csv", index=False)
    mlflow.log_artifact(str(scratch / "labels_to_check.csv"))
    for plot in plots:
        mlflow.log_artifact(str(plot), "plots")
    rows = {"train_headlines": material.headlines, "train_articles": material.articles, **material.tests}
    keys = {name: sorted(row_keys(table.frame)) for name, table in rows.items()}
    tracking.log_json(keys, "rows.json")


def with_titles(check: pd.DataFrame, headlines: Labelled, articles: Labelled) -> pd.DataFrame:
    """The list of labels that look wrong, with the titles it leaves out elsewhere."""
    tables = {spec.name: (articles if spec.needs_body else headlines).frame["title"] for spec in HEADS}
    titles = [tables[name].iloc[row] for name, row in zip(check["head"], check["row"], strict=True)]
    return check.assign(title=titles)
