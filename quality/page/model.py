"""The fitted half of the roles: four small ensembles of trees as plain arrays, walked by numpy alone.

``roles.npz`` holds them; ``python -m quality.page.fit`` writes it. LightGBM grows the trees and is not needed to read pages.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .parts import Rendering

SHIPPED = Path(__file__).with_name("roles.npz")
LEAVES = 8  # at most: the leaves of a tree are the bits of one byte
_CHUNK = 4096  # pieces at a time, so that memory stays small on a page of any length
_LOWEST = np.array([0, *((n & -n).bit_length() - 1 for n in range(1, 1 << LEAVES))], np.uint8)


@dataclass(frozen=True, slots=True)
class Trees:
    """An ensemble: split ``k`` of tree ``t`` asks ``column[feature] <= threshold``; a no leaves the leaves in ``mask``.

    Leaves are numbered from left to right, so the leaf reached is the lowest bit that every answer leaves standing.
    """

    feature: npt.NDArray[np.int16]  # (splits, trees)
    threshold: npt.NDArray[np.float32]  # (splits, trees)
    mask: npt.NDArray[np.uint8]  # (splits, trees)
    value: npt.NDArray[np.float64]  # (trees, LEAVES)

    def probability(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """The probability for every piece of ``rows`` (columns, pieces); no piece's answer depends on its neighbours."""
        parts = [self._score(rows[:, at : at + _CHUNK]) for at in range(0, rows.shape[1], _CHUNK)]
        scores = np.concatenate(parts) if parts else np.zeros(0)
        return 1.0 / (1.0 + np.exp(-scores))

    def _score(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        trees = self.value.shape[0]
        standing = np.full((trees, rows.shape[1]), 0xFF, np.uint8)
        for feature, threshold, mask in zip(self.feature, self.threshold, self.mask, strict=True):
            no = rows[feature] > threshold[:, None]
            standing &= ~(no.view(np.uint8) * ~mask[:, None])
        reached = _LOWEST[standing]
        values = self.value[np.arange(trees)[:, None], reached]
        return np.asarray(values.sum(axis=0))


@dataclass(frozen=True, slots=True)
class RoleModel:
    """Two ensembles for each front end: is a piece the article's body, is it a rail's headline."""

    names: tuple[str, ...]  # the columns it was fitted on, in order
    trees: dict[str, Trees]

    def body(self, rendering: Rendering, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        return self.trees["html_body" if rendering == "html" else "text_body"].probability(rows)

    def item(self, rendering: Rendering, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        return self.trees["html_item" if rendering == "html" else "text_item"].probability(rows)

    def save(self, path: Path) -> None:
        arrays: dict[str, Any] = {"names": np.array(self.names)}
        for name, trees in self.trees.items():
            arrays |= {f"{name}.{part}": getattr(trees, part) for part in ("feature", "threshold", "mask", "value")}
        np.savez_compressed(path, **arrays)


def load(path: Path = SHIPPED) -> RoleModel:
    """Read a role model; arrays alone, never a pickle."""
    with np.load(path, allow_pickle=False) as arrays:
        kinds = sorted({name.split(".")[0] for name in arrays.files} - {"names"})
        trees = {
            kind: Trees(*(arrays[f"{kind}.{part}"] for part in ("feature", "threshold", "mask", "value")))
            for kind in kinds
        }
        return RoleModel(tuple(arrays["names"].tolist()), trees)


@functools.cache
def shipped() -> RoleModel:
    """The model that ships, loaded once."""
    return load()


def from_lightgbm(booster: Any, chosen: list[int]) -> Trees:
    """A LightGBM booster, fitted on the columns ``chosen``, as arrays over all columns."""
    infos = booster.dump_model()["tree_info"]
    feature = np.zeros((LEAVES - 1, len(infos)), np.int16)
    threshold = np.full((LEAVES - 1, len(infos)), np.inf, np.float32)
    mask = np.full((LEAVES - 1, len(infos)), 0xFF, np.uint8)
    value = np.zeros((len(infos), LEAVES))
    for t, info in enumerate(infos):
        splits: list[tuple[int, float, int]] = []
        leaves: list[float] = []

        def visit(node: dict[str, Any], splits: list[Any] = splits, leaves: list[float] = leaves) -> int:
            """Number leaves from left to right; returns the bits of the leaves below."""
            if "left_child" not in node:
                leaves.append(node["leaf_value"])
                return 1 << (len(leaves) - 1)
            left = visit(node["left_child"])
            right = visit(node["right_child"])
            splits.append((chosen[node["split_feature"]], node["threshold"], 0xFF ^ left))
            return left | right

        visit(info["tree_structure"])
        value[t, : len(leaves)] = leaves
        for k, (column, cut, bits) in enumerate(splits):
            low = np.float32(cut)
            feature[k, t] = column
            threshold[k, t] = low if low <= cut else np.nextafter(low, np.float32(-np.inf))
            mask[k, t] = bits
    used = int((mask != 0xFF).any(axis=1).sum())
    return Trees(feature[:used], threshold[:used], mask[:used], value)
