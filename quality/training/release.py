"""Makes a fitted champion ready to ship: every figure that people read is written again, and the floors rise.

    python -m quality.training.release --labels LABELS

README's tables, the champion's MODEL_CARD.md and the floors in `tests/gate.json` follow from `quality/champion/metrics.json`
and `tests/bench.json`. Nothing is written where anything is amiss.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from quality.errors import DataError
from quality.training import gate, readme
from quality.training.card import model_card
from quality.training.dataset import digest

ROOT = Path(__file__).resolve().parents[2]
METRICS, CARD = Path("quality/champion/metrics.json"), Path("quality/champion/MODEL_CARD.md")
README, BENCH, GATE, CHANGELOG = (
    Path("README.md"),
    Path("tests/bench.json"),
    Path("tests/gate.json"),
    Path("CHANGELOG.md"),
)


def release(root: Path, labels: Path | None = None, lower: bool = False) -> list[Path]:
    """Write again what follows from the figures.

    Parameters
    ----------
    root : Path
        A checkout of this project.
    labels : Path, optional
        The folder with the evaluation files that `tests/gate.json` names; their digests are taken anew.
    lower : bool
        Whether a floor that is missed gives way; CHANGELOG.md must then say so, and why.

    Returns
    -------
    list of Path
        The files that changed.
    """
    if absent := [str(p) for p in (README, METRICS, BENCH, GATE, CHANGELOG) if not (root / p).is_file()]:
        raise DataError(
            f"{root} lacks {', '.join(absent)}: a release is made in a checkout, "
            "by `python -m quality.training.release` in its top folder"
        )
    metrics, bench = _read(root / METRICS), _read(root / BENCH)
    limits, data = gate.read_limits(root / GATE)
    raised = gate.pinned(gate.tightened(limits, metrics, lower=lower), metrics)
    _refuse_missed(limits, raised, metrics, (root / CHANGELOG).read_text(encoding="utf-8"))
    if labels:
        data = {name: digest(_present(labels / name)) for name in data}
    written = {
        README: readme.render((root / README).read_text(encoding="utf-8"), metrics, bench),
        CARD: model_card(metrics),
        GATE: json.dumps({"data": data, "limits": raised}, indent=1) + "\n",
    }
    return [path for path, text in written.items() if _write(root / path, text)]


def _refuse_missed(limits: dict[str, float], raised: dict[str, float], metrics: Any, changelog: str) -> None:
    missed = [verdict for verdict in gate.check(metrics, limits) if not verdict.passed]
    if still := [str(v) for v in gate.check(metrics, raised) if not v.passed]:
        raise DataError("\n".join(["floors are missed; --lower lets them give way", *still]))
    said = " ".join(changelog.split())
    lines = [f"{v.figure} {v.limit} to {raised[v.figure]}" for v in missed]
    if unsaid := [line for line in lines if line not in said]:
        raise DataError(
            "\n".join([f"{CHANGELOG} must give the reason for each lowered floor, after these words:", *unsaid])
        )


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} can't be read: {error}") from error


def _present(path: Path) -> Path:
    if not path.is_file():
        raise DataError(f"{path} is absent: name the folder that the champion was evaluated on")
    return path


def _write(path: Path, text: str) -> bool:
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(text, encoding="utf-8")
    return text != before


@click.command(help=__doc__)
@click.option(
    "--labels", type=click.Path(path_type=Path), help="The labels folder; its dev files' digests are taken anew."
)
@click.option("--lower", is_flag=True, help="Let a floor that is missed give way; CHANGELOG.md must give the reason.")
def main(labels: Path | None, lower: bool) -> None:
    try:
        changed = release(ROOT, labels, lower)
    except DataError as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n".join(f"{path} is written again" for path in changed) or "nothing changed")


if __name__ == "__main__":
    main()
