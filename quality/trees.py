"""LightGBM's model text, checked before LightGBM reads it: it believes what it is told, and steps outside of its arrays.

A manifest's digests say that a file is the one that was written, not that it was written in good faith.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_MOST_TREES = 10_000
_DEEPEST = 64
_LARGEST = 1e6  # of a leaf; raw scores are a few units
_HEADER = frozenset(
    [
        "version",
        "num_class",
        "num_tree_per_iteration",
        "label_index",
        "max_feature_idx",
        "objective",
        "feature_names",
        "feature_infos",
        "tree_sizes",
    ]
)
_SPLITS = ("split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child")
_INSIDE = ("internal_value", "internal_weight", "internal_count")
_LEAVES = ("leaf_value", "leaf_weight", "leaf_count")
_SINGLE = ("num_leaves", "num_cat", "is_linear", "shrinkage")
_TREE = frozenset((*_SPLITS, *_INSIDE, *_LEAVES, *_SINGLE))
_DECISIONS = frozenset(["0", "2", "4", "6", "8", "10"])  # numerical splits, whatever they do with what is missing


def check_trees(text: str, columns: int) -> None:
    """Go through a booster of numerical splits over so many columns.

    Raises
    ------
    ValueError
        Where it is anything else: a child that is none, a feature that isn't there, a number that is none.
    """
    trees, end, _ = text.partition("\nend of trees\n")
    if not text.isascii() or not end:
        raise ValueError("its trees have no end")
    header, *blocks = trees.split("\nTree=")
    facts = _facts(header.removeprefix("tree\n").split("\n"), _HEADER)
    for name, wanted in (("num_class", 1), ("num_tree_per_iteration", 1), ("max_feature_idx", columns - 1)):
        if _whole(facts, name) != wanted:
            raise ValueError(f"{name} is {facts.get(name, 'missing')[:20]}, not {wanted}")
    # LightGBM finds each tree by these
    sizes = [str(len(block) + len("\nTree=")) for block in blocks]
    if not 0 < len(blocks) <= _MOST_TREES or facts.get("tree_sizes", "").split(" ") != sizes:
        raise ValueError("tree_sizes does not name its trees")
    for number, block in enumerate(blocks):
        first, *lines = block.split("\n")
        try:
            if first != str(number):
                raise ValueError("is out of order")
            _check(_facts(lines, _TREE), columns)
        except ValueError as error:
            raise ValueError(f"tree {number}: {error}") from error


def _facts(lines: Iterable[str], known: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in filter(None, lines):
        name, _, value = line.partition("=")
        if name not in known or name in found:
            raise ValueError(f"{name[:40]!r} stands there twice, or has no place there")
        found[name] = value
    return found


def _whole(facts: Mapping[str, str], name: str) -> int:
    value = facts.get(name, "")
    if not value.isdigit() or len(value) > 9:
        raise ValueError(f"{name} is {value[:20] or 'missing'}")
    return int(value)


def _check(facts: Mapping[str, str], columns: int) -> None:
    leaves = _whole(facts, "num_leaves")
    if leaves < 1 or facts.get("num_cat") != "0" or facts.get("is_linear", "0") != "0":
        raise ValueError("has no leaf, or splits that are not numerical")
    values = {name: facts.get(name, "").split() for name in (*_SPLITS, *_INSIDE, *_LEAVES)}
    for names, count in ((_SPLITS + _INSIDE, leaves - 1), (("leaf_value",), leaves)):
        for name in names:
            if len(values[name]) != count:
                raise ValueError(f"{name} has {len(values[name])} values, not {count}")
    if not all(abs(float(v)) <= _LARGEST for v in [*values["leaf_value"], facts.get("shrinkage", "1")]):
        raise ValueError("a leaf's value is no number, or a huge one")
    if leaves == 1:
        return
    if any(float(v) != float(v) for v in values["threshold"]) or not _DECISIONS.issuperset(values["decision_type"]):
        raise ValueError("a split is not numerical")
    if not all(0 <= int(v) < columns for v in values["split_feature"]):
        raise ValueError(f"a split asks for a column beyond the {columns} there are")
    if len(values["leaf_count"]) != leaves or not all(
        int(v) > 0 for n in ("leaf_count", "internal_count") for v in values[n]
    ):
        raise ValueError("a count is not above 0")
    _check_shape([int(v) for v in values["left_child"]], [int(v) for v in values["right_child"]], leaves)


def _check_shape(left: list[int], right: list[int], leaves: int) -> None:
    """Each node but the root is the child of one before it, and each leaf (written as -1 - its number) of some node."""
    if sorted(left + right) != [*range(-leaves, 0), *range(1, leaves - 1)]:
        raise ValueError("its children are no tree")
    depth = [0] * (leaves - 1)
    for node, children in enumerate(zip(left, right, strict=True)):
        for child in children:
            if 0 <= child <= node:
                raise ValueError("its children are no tree")
            if child > 0:
                depth[child] = depth[node] + 1
    if max(depth) >= _DEEPEST:
        raise ValueError(f"is deeper than {_DEEPEST}")
