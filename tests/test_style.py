"""Style vectors: exact sums of words, learned from who prints what, carried by the model's folder."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import Document, analyse
from quality import ModelError, load_model
from quality.errors import DataError
from quality.heads import STYLE
from quality.lookup import Words
from quality.model import CHAMPION
from quality.style import StyleVectors
from quality.training.style import fit_style, read_pool

TITLES = st.lists(
    st.text(st.sampled_from("市議会が予算を可決衝撃の結末とは!? 「」12円"), max_size=30), min_size=1, max_size=8
)


def vectors() -> StyleVectors:
    found = load_model().heads["sensational"].style
    assert found is not None
    return found


@settings(deadline=None)
@given(TITLES)
def test_a_title_has_the_same_vector_alone_and_among_others(titles):
    texts = [analyse(Document(t)).title for t in titles]
    together = vectors().values(Words(texts))
    alone = np.vstack([vectors().values(Words([t])) for t in texts])
    assert np.array_equal(together, alone)


@settings(deadline=None, max_examples=20)
@given(st.one_of(st.just(["ぬゐヱヰヮ qzxv"]), st.just(["", ""]), TITLES))
def test_the_first_texts_get_what_the_later_ones_get(titles):
    first = StyleVectors.load(CHAMPION)  # nothing is built yet to look many words up in
    texts = [analyse(Document(t)).title for t in titles]
    assert np.array_equal(first.values(Words(texts[:2])), vectors().values(Words(texts))[:2])


def test_a_body_has_the_vector_of_its_words_and_no_body_has_none():
    read = analyse(Document("題", "市議会が予算を可決。衝撃の結末"))
    bare = analyse(Document("題"))
    found = vectors().values(Words([read.body, bare.body, read.title]))
    assert np.array_equal(found[0], vectors().values(Words([analyse(Document(read.body.norm)).title]))[0])
    assert found[0].any()
    assert not found[1].any()


@settings(deadline=None)
@given(TITLES)
def test_what_is_left_without_a_word_is_the_vector_of_the_others(titles):
    for i, without in enumerate(vectors().without(analyse(Document(titles[0])).title)):
        rest = analyse(Document(titles[0])).title
        del rest.tokens[i]
        assert np.allclose(without, vectors().values(Words([rest]))[0])


def test_words_no_outlet_printed_say_nothing():
    assert not vectors().values(Words([analyse(Document("qxzvkw")).title])).any()
    assert vectors().values(Words([])).shape == (0, len(STYLE))


def pool() -> pd.DataFrame:
    """Forty outlets of two kinds."""
    rng = np.random.default_rng(0)
    plain = [
        "市議会",
        "予算",
        "可決",
        "県警",
        "会見",
        "発表",
        "工事",
        "開業",
        "条例",
        "公園",
        "図書館",
        "選挙",
        "税制",
        "道路",
        "学校",
        "病院",
        "港",
        "駅",
        "橋",
        "統計",
    ]
    loud = [
        "衝撃",
        "騒然",
        "悲鳴",
        "号泣",
        "激怒",
        "仰天",
        "絶句",
        "美女",
        "密会",
        "暴露",
        "悶絶",
        "修羅場",
        "破局",
        "豪邸",
        "失笑",
        "驚愕",
        "愕然",
        "号外",
        "熱愛",
        "逮捕",
    ]
    rows = []
    for outlet in range(40):
        for _ in range(60):
            words = rng.choice(loud if outlet % 2 else plain, 4, replace=False)
            rows.append(("、".join(words), f"outlet-{outlet}"))
    return pd.DataFrame(rows, columns=["title", "outlet"])


def test_kinds_of_outlets_are_told_apart_and_the_same_data_give_the_same_vectors(tmp_path):
    found = fit_style(pool())
    plain, loud, mixed = found.values(
        Words([analyse(Document(t)).title for t in ("市議会、予算可決", "衝撃、美女激怒", "県警、会見")])
    )
    cosine = lambda a, b: float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))  # noqa: E731
    assert cosine(plain, mixed) > 0.5 > cosine(plain, loud)
    assert not any("outlet" in word for word in found.words)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        fit_style(pool()).save(tmp_path / name)
    for file in ("style.terms", "style.npy"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_titles_held_out_are_not_learned_from():
    held_out = frozenset(t for t in pool()["title"] if "公園" in t)
    assert "公園" in fit_style(pool()).words
    assert "公園" not in fit_style(pool(), held_out).words


def test_too_few_outlets_and_a_pool_without_outlets_are_refused(tmp_path):
    with pytest.raises(DataError, match="2 outlets"):
        fit_style(pool()[lambda p: p["outlet"].isin(["outlet-0", "outlet-1"])])
    pool()[["title"]].to_csv(tmp_path / "pool.csv", index=False)
    with pytest.raises(DataError, match="outlet are missing"):
        read_pool(tmp_path / "pool.csv")


def test_a_folder_keeps_them_and_a_broken_one_is_refused(tmp_path):
    vectors().save(tmp_path)
    again = StyleVectors.load(tmp_path)
    texts = [analyse(Document("【衝撃】駅前の空き地、まさかの正体とは…")).title]
    assert np.array_equal(again.values(Words(texts)), vectors().values(Words(texts)))
    (tmp_path / "style.npy").write_bytes((tmp_path / "style.npy").read_bytes()[:-2])
    with pytest.raises(ModelError, match="style"):
        StyleVectors.load(tmp_path)
    np.save(tmp_path / "style.npy", np.full(len(again.words) * len(STYLE), np.nan, dtype=np.float16))
    with pytest.raises(ModelError, match="huge"):
        StyleVectors.load(tmp_path)
