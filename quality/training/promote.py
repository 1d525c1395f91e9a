"""Promotion: a challenger becomes champion if it is nowhere worse beyond a margin and somewhere better; else it is refused, with reasons.

The margins are floors handed to the gate: the champion's own figures, less what may be lost.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from quality.errors import DataError, ModelError
from quality.training import gate, registry, tracking
from quality.training.compare import Line, as_metrics, compare, speed
from quality.training.dataset import Labelled
from quality.training.flips import Flips, flips
from quality.training.own import read_own, row_keys
from quality.training.registry import Version
from quality.training.sources import corpus_split

MARGINS = {"auc": 0.01, "ap": 0.02, "mse": 0.005, "ece": 0.02, "time": 1.5, "size": 2.0}
_SLICE = 2.0  # a slice may lose so many margins, and whatever chance explains


@dataclass
class Decision:
    """What was compared, what was found, and what follows."""

    challenger: Version
    champion: Version
    promoted: bool
    reasons: list[str]
    lines: list[Line] = field(default_factory=list)
    verdicts: list[gate.Verdict] = field(default_factory=list)
    costs: dict[str, tuple[float, float]] = field(default_factory=dict)  # name -> (champion, challenger)
    flips: Flips | None = None
    said: list[str] = field(default_factory=list)
    run_id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Everything but texts."""
        return {
            "promoted": self.promoted,
            "reasons": self.reasons,
            "challenger": {"version": self.challenger.number, "model_version": self.challenger.model_version},
            "champion": {"version": self.champion.number, "model_version": self.champion.model_version},
            "figures": [line._asdict() for line in self.lines],
            "gate": [v._asdict() for v in self.verdicts],
            "costs": {k: {"champion": a, "challenger": b} for k, (a, b) in self.costs.items()},
            "flips": self.flips.as_dict() if self.flips else None,
            "said": self.said,
            "run_id": self.run_id,
        }


def limits(lines: Sequence[Line], margins: Mapping[str, float]) -> dict[str, float]:
    """For each figure the worst value the challenger may have: the champion's, less its margin.

    Calibration errors and slices are noisy: they may also lose what chance explains (as far as the interval reaches 0).
    """
    found = {}
    for line in lines:
        figure = line.figure.rpartition(".")[2]
        loss = margins[figure] * (_SLICE if line.is_slice else 1)
        if line.is_slice or figure == "ece":
            loss = max(loss, line.high - line.gain)
        found[line.figure] = line.champion + loss if gate.is_error(line.figure) else line.champion - loss
    return found


def decide(
    lines: Sequence[Line], costs: Mapping[str, tuple[float, float]], margins: Mapping[str, float] = MARGINS
) -> tuple[bool, list[str], list[gate.Verdict]]:
    """(whether to promote, why, the gate's verdicts)."""
    verdicts = gate.check(as_metrics(lines), limits(lines, margins))
    by_figure = {line.figure: line for line in lines}
    worse = [by_figure[v.figure] for v in verdicts if not v.passed]
    reasons = [f"worse beyond its margin: {_say(line)}" for line in worse]
    for name, (old, new) in costs.items():
        if new > old * margins[name]:
            reasons.append(f"worse beyond its margin: {name} {new:.4g}, the champion's is {old:.4g}")
    if not lines:
        reasons.append("nothing to compare: no evaluation set with enough rows")
    if reasons:
        return False, reasons, verdicts
    better = [line for line in lines if not line.is_slice and line.low > 0]
    if not better:
        return False, ["no better: no figure of a whole set is above the champion's beyond chance"], verdicts
    return True, [f"better: {_say(line)}" for line in better], verdicts


def _say(line: Line) -> str:
    span = f"gain {line.gain:+.4f} [{line.low:+.4f}, {line.high:+.4f}]"
    return f"{line.figure} {line.challenger:.4f}, the champion's {line.champion:.4f} ({span}, n {line.n})"


def evaluation_sets(
    on: Sequence[str | Path], challenger: Version, champion: Version
) -> tuple[dict[str, Labelled], list[str]]:
    """(sets, what to say): the files given, or the corpus test split and what the challenger's job held out of its data.

    Rows that either model was fitted on, as far as their runs say, are left out.
    """
    said: list[str] = []
    sets: dict[str, Labelled] = {}
    keys = {v.number: _keys(v) for v in (challenger, champion)}
    if on:
        for path in map(Path, on):
            headlines, articles, words = read_own(path)
            said += words
            for kind, table in (("headlines", headlines), ("articles", articles)):
                if table is not None:
                    sets[f"{path.stem}_{kind}"] = table
    else:
        sets = dict(zip(("corpus_test_headlines", "corpus_test_articles"), corpus_split("test"), strict=True))
        held = {k for name, found in keys[challenger.number].items() if name.startswith("held_out") for k in found}
        own, words = _held_out(_paths(challenger), held)
        said += words
        sets |= own
        if not own:
            said.append(
                "judged on the corpus alone, which was written for this library: hold it against graded rows of your own "
                "feed too (--on FILE) before you trust it there"
            )
    fitted = {k for rows in keys.values() for name, found in rows.items() if name.startswith("train_") for k in found}
    for name, table in list(sets.items()):
        seen = pd.Series(row_keys(table.frame)).isin(fitted).to_numpy()
        if seen.any():
            said.append(f"{name}: {int(seen.sum())} of {len(seen)} rows were fitted on and are left out")
            sets[name] = Labelled(table.frame[~seen].reset_index(drop=True), table.digests)
    return {name: table for name, table in sets.items() if len(table.frame) >= 30}, said


def _held_out(paths: Sequence[Path], held: set[str]) -> tuple[dict[str, Labelled], list[str]]:
    """The rows a job held out, read again where they were read."""
    parts: dict[str, list[Labelled]] = {}
    said, met = [], 0
    for path in paths if held else []:
        if path.suffix not in (".csv", ".jsonl", ".parquet") or not path.exists():
            said.append(f"{path.name} can't be read again; what was held out of it is not measured on")
            continue
        try:
            headlines, articles, _ = read_own(path)
        except DataError as error:
            said.append(f"{error}; what was held out of it is not measured on")
            continue
        for kind, table in (("headlines", headlines), ("articles", articles)):
            if table is None:
                continue
            at = pd.Series(row_keys(table.frame)).isin(held).to_numpy()
            met += int(at.sum())
            parts.setdefault(f"held_out_{kind}", []).append(Labelled(table.frame[at], table.digests))
    if met < len(held):
        said.append(f"{len(held) - met} of {len(held)} rows held out are no longer in the data")
    merged = {
        name: Labelled(
            pd.concat([t.frame for t in tables], ignore_index=True),
            {k: v for t in tables for k, v in t.digests.items()},
        )
        for name, tables in parts.items()
    }
    return merged, said


def _keys(which: Version) -> dict[str, list[str]]:
    """What the version's run says it was fitted and measured on; nothing for the model that ships."""
    import mlflow

    if not which.run_id:
        return {}
    with tempfile.TemporaryDirectory() as scratch, tracking.quiet():
        try:
            path = mlflow.artifacts.download_artifacts(run_id=which.run_id, artifact_path="rows.json", dst_path=scratch)
            return dict(json.loads(Path(path).read_text(encoding="utf-8")))
        except (mlflow.exceptions.MlflowException, OSError):
            return {}


def _paths(which: Version) -> list[Path]:
    run = registry.client().get_run(which.run_id)
    return [Path(p) for p in json.loads(run.data.tags.get("data.paths", "[]"))]


def promote(
    name: str,
    *,
    challenger: int | None = None,
    on: Sequence[str | Path] = (),
    feed: str | Path | None = None,
    margins: Mapping[str, float] | None = None,
    floors: str | Path | None = None,
    experiment: str = tracking.EXPERIMENT,
) -> Decision:
    """Hold a version against the champion; move the alias if it is no worse anywhere and better somewhere.

    Parameters
    ----------
    name
        The registered name.
    challenger
        A version; by default the newest.
    on
        Labelled files to compare on; by default the corpus test split and the held-out part of the challenger's data.
    feed
        Unlabelled rows: how many change their verdict.
    margins
        What may be lost, by figure; `time` and `size` are factors.
    floors
        A gate file: floors that the challenger must hold as well.
    """
    old = registry.champion(name)
    if old is None:
        raise DataError(f"{name} has no champion yet; `quality promote --init` registers the model that ships")
    new = registry.version(name, challenger) if challenger is not None else registry.newest(name)
    assert new is not None  # a champion is a version
    limits_ = {**MARGINS, **(margins or {})}
    if new.number == old.number or new.model_version == old.model_version:
        why = "is the champion" if new.number == old.number else "is the champion's very model"
        return _close(Decision(new, old, False, [f"no better: {new} {why}"]))
    if challenger is None and registry.ROLLED_BACK in new.tags:
        return _close(Decision(new, old, False, [f"{new} was rolled back; name it with --challenger to try it again"]))
    try:
        (champion, old_bytes), (rival, new_bytes) = registry.load(old), registry.load(new)
    except ModelError as error:
        raise ModelError(f"{error} (comparing {new} with {old})") from error
    sets, said = evaluation_sets(on, new, old)
    lines = compare(rival, champion, sets)
    costs = {"size": (float(old_bytes), float(new_bytes))}
    if sets:
        longest = max(sets.values(), key=lambda t: "body" in t.frame)
        times = speed([champion, rival], longest)
        costs["time"] = (times[0], times[1])
    promoted, reasons, verdicts = decide(lines, costs, limits_)
    if floors is not None:
        held = gate.check(as_metrics(lines), gate.read_limits(floors)[0])
        verdicts = [*verdicts, *held]
        if failed := [f"below a floor of {Path(floors).name}: {v}" for v in held if not v.passed]:
            promoted, reasons = False, [*failed, *(r for r in reasons if not promoted)]
    decision = Decision(new, old, promoted, reasons, lines, verdicts, costs, said=said)
    if feed is not None:
        decision.flips = flips(champion, rival, feed)
    with tracking.run(experiment, f"promote {new.number} against {old.number}") as run:
        decision.run_id = str(run.info.run_id)
        _log(decision)
    return _close(decision)


def _close(decision: Decision) -> Decision:
    """Write the verdict on the version; then, as the very last thing, move the alias."""
    verdict = "promoted" if decision.promoted else "refused"
    if not decision.promoted and decision.challenger.number == decision.champion.number:
        return decision
    registry.tag(
        decision.challenger,
        {
            "promotion": verdict if not decision.promoted else "accepted",
            "promotion.reason": "; ".join(decision.reasons)[:1_000],
            "promotion.against": str(decision.champion.number),
            "promotion.when": tracking.now(),
            "promotion.run": decision.run_id,
        },
    )
    if decision.promoted:
        registry.move(decision.challenger, decision.champion)
    return decision


def _log(decision: Decision) -> None:
    import mlflow

    mlflow.log_params({"challenger": decision.challenger.number, "champion": decision.champion.number})
    for line in decision.lines:
        if not line.is_slice:
            mlflow.log_metrics({f"{line.figure}/champion": line.champion, f"{line.figure}/challenger": line.challenger})
    mlflow.set_tags({"promotion": "accepted" if decision.promoted else "refused"})
    tracking.log_json(decision.as_dict(), "promotion.json")
