"""Dress-up: altered forms of bait headlines, and how far they move `sensational`. The headlines were written for this project."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np

from quality.model import QualityModel
from quality.scoring import score_many

BAIT = [
    "【衝撃】人気俳優が突然の引退、明かされた理由とは…",
    "まさかの結末に会場騒然!そのとき夫は…",
    "【悲報】話題のあの店、閉店の真相がヤバすぎる",
    "元アイドルの末路に絶句「見ていられない」",
    "知らないと損する年金の落とし穴5選",
    "大物女優が激怒、共演者に放った驚愕の一言",
    "「もう限界…」通勤電車の地獄絵図にネット騒然",
    "【閲覧注意】隣人の部屋から見つかった衝撃の物体",
    "国民的歌手の意外すぎる素顔にファン悶絶",
    "医師が警告!絶対に食べてはいけない朝食とは?",
    "あの名脇役が号泣した“たった一言”の正体",
    "人気モデルの現在の姿が衝撃的すぎると話題に",
    "【驚愕】捨てる寸前の壺、鑑定額にスタジオ騒然",
    "夫の裏の顔を知った妻の末路がヤバい",
    "プロが絶対に買わない惣菜3選…その理由にゾッとする",
    "まさかの三角関係!?人気声優の修羅場を目撃",
    "【激震】老舗旅館で起きた異変、従業員が暴露",
    "“神対応”のはずが…店員の行動に批判殺到",
    "天才子役の変わり果てた姿にネット衝撃",
    "え、これが50代?奇跡の美貌にファン騒然",
    "【緊急】今すぐやめて!危険すぎるスマホの充電法",
    "涙腺崩壊…愛犬が最後に見せた行動とは",
    "大炎上の謝罪会見、記者が震え上がった瞬間",
    "激ヤセした人気芸人、隠された壮絶な過去",
    "誰も知らない絶景スポットの恐怖の真実",
    "【禁断】若手女優の深夜の密会現場が衝撃すぎる",
    "豹変した上司の“最恐”メールに新入社員が戦慄",
    "ついに破局か…国民的カップルに異変",
]  # fmt: skip

_HALF = {
    unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFF66, 0xFF9E)
}  # full-width katakana -> half-width, without voicing marks
_BRACKETS = [("❰", "❱"), ("≪", "≫"), ("[[", "]]"), ("〖", "〗"), ("［", "］"), ("⟦", "⟧")]
_LOUD = [
    "衝撃",
    "騒然",
    "悲報",
    "閲覧",
    "驚愕",
    "激怒",
    "末路",
    "真相",
    "激震",
    "緊急",
    "禁断",
    "戦慄",
    "破局",
    "崩壊",
    "炎上",
    "恐怖",
]


def _between_kanji(mark: str, title: str) -> str:
    """`mark` inside each loud word."""
    for word in _LOUD:
        title = title.replace(word, mark.join(word))
    return title


def _half_width(title: str) -> str:
    return "".join(_HALF.get(c) or (_HALF.get(unicodedata.normalize("NFD", c)[0], c) + _mark(c)) for c in title)


def _mark(char: str) -> str:
    parts = unicodedata.normalize("NFD", char)
    return {"\u3099": "ﾞ", "\u309a": "ﾟ"}.get(parts[1:], "") if "ァ" <= char <= "ヺ" else ""


def _full_width(title: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in title)


def _math_digits(title: str) -> str:
    return "".join(chr(0x1D7CE + int(c)) if c in "0123456789" else c for c in title)


def _brackets(title: str, rng: random.Random) -> str:
    left, right = rng.choice(_BRACKETS)
    return title.replace("【", left).replace("】", right)


def _anywhere(mark: str, title: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(title))
    return title[:at] + mark + title[at:]


DRESS: dict[str, Callable[[str, random.Random], str]] = {
    "half-width kana": lambda t, _: _half_width(t),
    "full-width forms": lambda t, _: _full_width(t),
    "bold digits": lambda t, _: _math_digits(t),
    "a full stop inside words": lambda t, _: _between_kanji(".", t),
    "a star inside words": lambda t, _: _between_kanji("☆", t),
    "an asterisk inside words": lambda t, _: _between_kanji("*", t),
    "zero-width inside words": lambda t, _: _between_kanji("\u200b", t),
    "an emoji inside words": lambda t, _: _between_kanji("🔥", t),
    "letters spaced": lambda t, _: _between_kanji(" ", t),
    "wide letters spaced": lambda t, _: _between_kanji("\u3000", t),
    "struck through": lambda t, _: _between_kanji("\u0336", t),
    "variation selectors": lambda t, _: _between_kanji("\ufe00", t),
    "other brackets": _brackets,
    "an emoji somewhere": lambda t, r: _anywhere(r.choice("💥😱🚨👀"), t, r),
    "emoji at the end": lambda t, _: t + "😭😭",
    "soft hyphens": lambda t, r: _anywhere("\u00ad", t, r),
    "marks repeated": lambda t, _: t.replace("!", "!!!!!").replace("…", "………"),
    "other quotation marks": lambda t, _: t.replace("“", "〝").replace("”", "〟"),
    "emoji marks": lambda t, _: t.replace("!", "❗").replace("?", "❓"),
}


def altered(count: int = 200) -> list[tuple[str, str, str]]:
    """(how, plain, altered): a fixed draw of alterations that do alter."""
    rng = random.Random(4)
    forms = [(how, title, dress(title, rng)) for title in BAIT for how, dress in DRESS.items()]
    forms = [f for f in forms if f[1] != f[2]]
    return rng.sample(forms, count)


def shift_figures(model: QualityModel | None = None, count: int = 200) -> dict[str, Any]:
    """How far dress-up moves `sensational`: `n`, `mean_shift` and `largest` (absolute), `worst` (the kind that moves it most)."""
    forms = altered(count)
    plain, dressed = (score_many([f[i] for f in forms], model=model) for i in (1, 2))
    shift = np.abs([d.sensational - p.sensational for p, d in zip(plain, dressed, strict=True)])
    kinds = {how: float(shift[[f[0] == how for f in forms]].mean()) for how in sorted({f[0] for f in forms})}
    return {
        "n": len(forms),
        "mean_shift": round(float(shift.mean()), 4),
        "largest": round(float(shift.max()), 4),
        "worst": max(kinds, key=lambda how: kinds[how]),
    }
