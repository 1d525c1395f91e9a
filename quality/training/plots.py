"""The pictures of a run: calibration, and precision against recall."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from quality.heads import HEADS


def draw(held_out: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Draw each picture from the held-out rows drawn as a feed draws them; returns the files."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from sklearn.metrics import precision_recall_curve

    folder.mkdir(parents=True, exist_ok=True)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5), layout="constrained")
    for spec in HEADS:
        rows = held_out[spec.name][held_out[spec.name]["base"]]
        p, positive = rows["probability"].to_numpy(), (rows["label"] >= spec.cut).to_numpy()
        bins = [b for b in np.array_split(np.argsort(p, kind="stable"), 10) if len(b)]
        left.plot([p[b].mean() for b in bins], [positive[b].mean() for b in bins], marker="o", label=spec.name)
        precision, recall, _ = precision_recall_curve(positive, p)
        right.plot(recall, precision, label=f"{spec.name} (n {len(rows)})")
    left.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    left.set(
        title="Calibration, out of fold",
        xlabel="mean probability",
        ylabel="share graded positive",
        xlim=(0, 1),
        ylim=(0, 1),
    )
    right.set(
        title="Precision and recall, out of fold", xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02)
    )
    for axes in (left, right):
        axes.legend()
    path = folder / "held_out.png"
    figure.savefig(path, dpi=110)
    plt.close(figure)
    return [path]
