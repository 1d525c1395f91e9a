"""Each head's LightGBM booster: its parameters and its label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quality.heads import HeadSpec
from quality.model import Array

PARAMETERS: dict[str, Any] = {
    "objective": "regression",
    "learning_rate": 0.03,
    "num_leaves": 31,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
SMALL: dict[str, Any] = {"num_leaves": 15, "min_data_in_leaf": 15, "feature_fraction": 0.3}  # for a few thousand rows
# small trees on the log loss: a few hundred negatives carry no more leaves, and squares waste them on rows already told apart
LOGISTIC: dict[str, Any] = {"objective": "cross_entropy", "num_leaves": 7}
# fewer trees, longer steps, and leaves that many rows can fill: every headline of a feed pays for each tree
LARGE: dict[str, dict[str, Any]] = {"sensational": {"num_leaves": 63, "min_data_in_leaf": 80}}
OWN = {"sensational": {"learning_rate": 0.05, "feature_fraction": 0.3}, "delivers": LOGISTIC, "whole": LOGISTIC}
ROUNDS = {"sensational": 200, "substantive": 300, "delivers": 300, "whole": 300}
LABELS = {"sensational": "grade", "substantive": "grade", "delivers": "delivery", "whole": "whole"}
FEW = 10_000  # rows, below which a head's booster is SMALL, and from which on it may be LARGE


def own_parameters(spec: HeadSpec, small: bool) -> dict[str, Any]:
    """What a head's booster has beside `PARAMETERS`, or in their place."""
    return (SMALL if small else LARGE.get(spec.name, {})) | OWN.get(spec.name, {})


def fit_booster(
    spec: HeadSpec,
    names: Sequence[str],
    columns: Array,
    labels: Array,
    weights: Array,
    seed: int,
    small: bool | None = None,
) -> Any:
    """A head's LightGBM booster on any columns, by the head's own parameters; `small`: by default where rows are few.

    It predicts labels over `spec.top` where it is fitted on the log loss, else labels.
    """
    import lightgbm

    small = len(labels) < FEW if small is None else small
    parameters = PARAMETERS | own_parameters(spec, small) | {"seed": seed}
    data = lightgbm.Dataset(
        columns, labels / unit(spec), weight=weights, feature_name=[c.replace(".", "_") for c in names]
    )
    return lightgbm.train(parameters, data, ROUNDS[spec.name])


def unit(spec: HeadSpec) -> float:
    """What a label of 1 is to a head's booster."""
    return spec.top if OWN.get(spec.name, {}).get("objective") == "cross_entropy" else 1.0
