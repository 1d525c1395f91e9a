"""The ways a model folder is damaged, or made by someone who means harm and signs what he made."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from quality.manifest import version_of
from tests.trust.models import Change, sign


def _cut(name: str, share: float) -> Change:
    return lambda folder: os.truncate(folder / name, int((folder / name).stat().st_size * share))


def _flip(name: str, share: float) -> Change:
    def flip(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[int(share * (len(data) - 1))] ^= 4
        (folder / name).write_bytes(data)

    return flip


def _signed(change: Change) -> Change:
    def do(folder: Path) -> None:
        change(folder)
        sign(folder)

    return do


def _replace(name: str, old: str, new: str) -> Change:
    def replace(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, (name, old)
        text = text.replace(old, new, 1)
        (folder / name).write_text(_sized(text) if name.endswith(".lgb.txt") else text, encoding="utf-8")

    return _signed(replace)


def _sized(text: str) -> str:
    """LightGBM's own index of its trees set right, as an attacker would."""
    head, trees = text.split("\nTree=", 1)
    trees, end = trees.split("\nend of trees", 1)
    sizes = " ".join(str(len(block) + 6) for block in trees.split("\nTree="))
    lines = [f"tree_sizes={sizes}" if line.startswith("tree_sizes=") else line for line in head.split("\n")]
    return "\n".join(lines) + "\nTree=" + trees + "\nend of trees" + end


def _field(name: str, key: str, value: str) -> Change:
    """The first line `key=…` of the first tree says something else."""

    def set_(folder: Path) -> None:
        head, tree = (folder / name).read_text(encoding="utf-8").split("\nTree=0\n", 1)
        lines = tree.split("\n")
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{key}="))
        lines[at] = f"{key}={value}"
        (folder / name).write_text(_sized(head + "\nTree=0\n" + "\n".join(lines)), encoding="utf-8")

    return _signed(set_)


def _first(name: str, key: str, value: str) -> Change:
    """The first of the values of a tree's line is another."""

    def set_(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        line = next(x for x in text.split("\nTree=0\n", 1)[1].split("\n") if x.startswith(f"{key}="))
        changed_ = f"{key}=" + " ".join([value, *line.split("=", 1)[1].split(" ")[1:]])
        (folder / name).write_text(_sized(text.replace(line, changed_, 1)), encoding="utf-8")

    return _signed(set_)


def _manifest(*keys: str | int, value: Any) -> Change:
    def set_(folder: Path) -> None:
        path = folder / "manifest.json"
        manifest = at = json.loads(path.read_text(encoding="utf-8"))
        for key in keys[:-1]:
            at = at[key]
        at[keys[-1]] = value
        path.write_text(json.dumps(manifest), encoding="utf-8")

    def and_version(folder: Path) -> None:
        set_(folder)
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        try:
            manifest["version"] = version_of(manifest)
        except KeyError:
            return
        path.write_text(json.dumps(manifest), encoding="utf-8")

    return and_version


def _weights(name: str, make: Callable[[np.ndarray[Any, Any]], Any], pickled: bool = False) -> Change:
    def set_(folder: Path) -> None:
        weights = np.load(folder / name, allow_pickle=False)
        with (folder / name).open("wb") as file:
            np.save(file, make(weights), allow_pickle=pickled)

    return _signed(set_)


def _content(name: str, data: bytes) -> Change:
    return _signed(lambda folder: (folder / name).write_bytes(data) and None)


def _json(name: str, **values: Any) -> Change:
    def set_(folder: Path) -> None:
        about = json.loads((folder / name).read_text(encoding="utf-8")) | values
        (folder / name).write_text(json.dumps(about), encoding="utf-8")

    return _signed(set_)


class _Payload:
    def __reduce__(self) -> Any:
        return os.system, ("touch /tmp/trust-pickle-ran",)


def _header(shape: str, descr: str = "'<f4'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + b"\0" * 40


def _zip() -> bytes:
    out = io.BytesIO()
    np.savez(out, a=np.zeros(3))
    return out.getvalue()


def _devices() -> dict[str, Change]:
    def instead(name: str, target: str | None) -> Change:
        def put(folder: Path) -> None:
            (folder / name).unlink()
            os.mkfifo(folder / name) if target is None else (folder / name).symlink_to(target)

        return put

    def folder_instead(folder: Path) -> None:
        (folder / "reference.json").unlink()
        (folder / "reference.json").mkdir()

    return {
        "a named pipe for a booster": instead("whole.lgb.txt", None),
        "an endless device for weights": instead("whole.tail_char.npy", "/dev/zero"),
        "a link out of the folder": instead("reference.json", "/etc/passwd"),
        "a link to itself": instead("reference.json", "reference.json"),
        "a folder for a file": folder_instead,
    }


def corruptions() -> dict[str, Change]:
    """A hundred ways; where a name says signed, digests and version were made anew after the change."""
    lgb, npy, terms = "sensational.lgb.txt", "sensational.title_char.npy", "sensational.title_word.terms"
    some = (
        "sensational.lgb.txt",
        "whole.tail_char.npy",
        "delivers.body_word.terms",
        "reference.json",
        "manifest.json",
        "substantive.body_word.json",
    )
    found: dict[str, Change] = {}
    for name in some:
        found |= {f"{name} cut to {share:.0%}": _cut(name, share) for share in (0, 0.5, 0.99)}
        found[f"{name} missing"] = lambda f, n=name: (f / n).unlink()
    for name in (n for n in some if n != "manifest.json"):
        found |= {f"a bit of {name} flipped at {share:.0%}": _flip(name, share) for share in (0.0, 0.5, 0.9)}
    found |= _devices()
    huge = 10**400
    for label, keys, value in (
        ("another schema", ("schema",), "0" * 64),
        ("a format to come", ("format",), 99),
        ("no heads", ("heads",), {}),
        ("heads in a list", ("heads",), [1]),
        ("files in a list", ("files",), ["reference.json"]),
        ("a path out of the folder", ("files",), {"../../etc/passwd": "0"}),
        ("an absolute path for a file", ("files",), {"/etc/passwd": "0"}),
        ("a digest that is no text", ("files", "reference.json"), 5),
        ("no knots", ("heads", "whole", "probability"), None),
        ("empty knots", ("heads", "whole", "probability"), {"x": [], "y": []}),
        ("knots that fall", ("heads", "whole", "probability"), {"x": [0, 1], "y": [1, 0]}),
        ("knots beyond 1", ("heads", "whole", "probability"), {"x": [0, 1], "y": [0, 2]}),
        ("knots of NaN", ("heads", "whole", "probability"), {"x": [0, float("nan")], "y": [0, 1]}),
        ("a huge whole number for a knot", ("heads", "whole", "probability"), {"x": [0, huge], "y": [0, 1]}),
        ("knots of text", ("heads", "sensational", "grade"), {"x": ["a"], "y": ["b"]}),
        ("columns of another version", ("heads", "whole", "columns"), ["a"]),
        ("no threshold", ("thresholds",), {}),
        ("a threshold of 7", ("thresholds", "p95", "sensational_from"), 7),
        ("a threshold of NaN", ("thresholds", "p95", "thin_to"), float("nan")),
        ("a huge threshold", ("thresholds", "p95", "thin_to"), huge),
        ("a threshold too many", ("thresholds", "p95", "extra"), 0.5),
        ("thresholds in a list", ("thresholds",), [0.5]),
        (
            "thresholds crossed",
            ("thresholds", "p95"),
            {"sensational_from": 0.2, "informative_to": 0.8, "substantive_from": 0.9, "thin_to": 0.1},
        ),
        ("facts that are no object", ("facts",), [1, 2]),
    ):
        found[f"signed: {label}"] = _manifest(*keys, value=value)
    found["signed: a manifest of nested lists"] = lambda f: (
        (f / "manifest.json").write_text('{"format":' + "[" * 100_000) and None
    )
    found["signed: a manifest in a list"] = lambda f: (f / "manifest.json").write_text("[]") and None
    for label, change in {
        "a split beyond the columns": _first(lgb, "split_feature", "100000"),
        "a split on a negative column": _first(lgb, "split_feature", "-3"),
        "a child beyond the tree": _first(lgb, "left_child", "4000"),
        "a leaf beyond the tree": _first(lgb, "right_child", "-4000"),
        "a node that is its own child": _first(lgb, "left_child", "0"),
        "a leaf of NaN": _first(lgb, "leaf_value", "nan"),
        "a leaf of infinity": _first(lgb, "leaf_value", "inf"),
        "a huge leaf": _first(lgb, "leaf_value", "1e300"),
        "a threshold of NaN in a tree": _first(lgb, "threshold", "nan"),
        "a categorical split": _first(lgb, "decision_type", "1"),
        "a million leaves": _field(lgb, "num_leaves", "1000000"),
        "a billion of billions of leaves": _field(lgb, "num_leaves", "9" * 18),
        "no leaf": _field(lgb, "num_leaves", "0"),
        "categories that are not there": _field(lgb, "num_cat", "5"),
        "a linear tree": _field(lgb, "is_linear", "1"),
        "no splits": _field(lgb, "split_feature", ""),
        "a count of nothing": _first(lgb, "internal_count", "0"),
        "two classes": _replace(lgb, "num_class=1", "num_class=2"),
        "a thousand trees at once": _replace(lgb, "num_tree_per_iteration=1", "num_tree_per_iteration=1000"),
        "columns that are not there": _replace(lgb, "max_feature_idx=", "max_feature_idx=9"),
        "an unknown line": _replace(lgb, "version=v4", "version=v4\nload=/etc/passwd"),
        "trees out of order": _replace(lgb, "\nTree=1\n", "\nTree=7\n"),
        "trees without an end": _replace(lgb, "\nend of trees", "\nend of trees."),
        "no booster at all": _content(lgb, b"os.system('id')"),
        "an empty booster": _content(lgb, b""),
        "a booster of bytes": _content(lgb, bytes(range(256)) * 40),
        "weights in a pickle": _weights(npy, lambda w: np.array([_Payload()] * len(w), dtype=object), pickled=True),
        "a pickle for an array": _content(npy, b"\x80\x04N."),
        "weights of another type": _weights(npy, lambda w: w.astype(np.float64)),
        "weights in two rows": _weights(npy, lambda w: w.reshape(1, -1)),
        "a weight too few": _weights(npy, lambda w: w[:-1]),
        "weights of NaN": _weights(npy, lambda w: w * np.float32("nan")),
        "huge weights": _weights(npy, lambda w: w + np.float32(3e38)),
        "weights of infinity": _weights(npy, lambda w: w + np.float32("inf")),
        "an array that says it is huge": _content(npy, _header("(10000000000000,)")),
        "an array of a negative size": _content(npy, _header("(-1,)")),
        "an array of objects by its header": _content(npy, _header("(10,)", "'|O'")),
        "an archive for an array": _content(npy, _zip()),
        "an empty array file": _content(npy, b""),
        "code in an array's header": _content(npy, _header("(__import__('os').system('id'),)")),
        "an n-gram too many": _replace(terms, "\n", "\n市\n"),
        "an empty n-gram": _replace(terms, "\n", "\n\n"),
        "an n-gram with a mark that parts texts": _replace(terms, "\n", "\0\n"),
        "n-grams that are no text": _content(terms, b"\xff\xfe" * 9),
        "no n-grams": _content(terms, b""),
        "one endless n-gram": _content(terms, b"a " * 200_000),
        "style vectors of NaN": _weights("style.npy", lambda w: w * np.float16("nan")),
        "huge style vectors": _weights("style.npy", lambda w: w + np.float16(60_000)),
        "a style vector too few": _weights("style.npy", lambda w: w[:-1]),
        "style vectors in an archive": _content("style.npy", _zip()),
        "style vectors in a pickle": _content("style.npy", b"\x80\x04N."),
        "words of the style vectors that are no text": _content("style.terms", b"\xff\xfe" * 9),
        "a word of the style vectors twice": _replace("style.terms", "\n", "\n市\n"),
        "another field": _json("whole.tail_char.json", field="title"),
        "an unknown field": _json("whole.tail_char.json", field="../body"),
        "sizes beyond bounds": _json("whole.tail_char.json", sizes=[1, 10**6]),
        "a size of infinity": _json("whole.tail_char.json", sizes=[1, float("inf")]),
        "a huge bias": _json("whole.tail_char.json", bias=1e300),
        "a bias of NaN": _json("whole.tail_char.json", bias=float("nan")),
        "a bias too long for a float": _json("whole.tail_char.json", bias=huge),
        "a text model in a list": _content("whole.tail_char.json", b"[1]"),
        "a text model of nested lists": _content("whole.tail_char.json", b"[" * 100_000),
        "quantiles of NaN": _json("reference.json", quantiles={"drama": [float("nan")]}),
        "quantiles of nothing": _json("reference.json", quantiles={"drama": []}),
        "quantiles in a list": _json("reference.json", quantiles=[1, 2]),
        "a huge quantile": _json("reference.json", quantiles={"drama": [huge]}),
        "a reference in a list": _content("reference.json", b"[]"),
    }.items():
        found[f"signed: {label}"] = change
    return found
