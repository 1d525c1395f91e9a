"""What the text models of a head keep of the n-grams they meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.analysis import analyse
from features.document import Document
from quality import load_corpus
from quality.heads import head
from quality.style import StyleVectors
from quality.training.texts import Read, Texts


@pytest.fixture(scope="module")
def rows():
    frame = load_corpus().headlines.iloc[:400]
    analyses = [analyse(Document(title)) for title in frame["title"]]
    return Read(analyses, np.zeros((len(frame), 1)), np.zeros(len(frame))), frame["grade"].to_numpy(float)


def fitted(rows, most):
    read, labels = rows
    spec = head("sensational")
    spec = replace(spec, texts=tuple(replace(text, most=most) for text in spec.texts))
    style = StyleVectors(["町"], np.zeros((1, 32)))
    texts = Texts(spec, read, labels, np.ones(len(labels)), style, None, seed=1)
    found = texts.fit(np.arange(len(labels)))
    return texts.models(found), texts.scores(np.arange(len(labels)), found)


def test_the_n_grams_that_move_scores_most_are_kept_and_fitted_anew(rows):
    labels = rows[1]
    every, scores = fitted(rows, None)
    few, fewer_scores = fitted(rows, 300)
    for whole, part, before, after in zip(every, few, scores.T, fewer_scores.T, strict=True):
        assert len(part.terms) == 300 < len(whole.terms)
        assert set(part.terms) < set(whole.terms)
        # 300 of thousands still tell the grades, and are no mere remainder of the larger fit
        assert np.corrcoef(after, labels)[0, 1] > 0.9 * np.corrcoef(before, labels)[0, 1]
        weights = dict(zip(whole.terms, whole._exact, strict=True))
        assert any(weights[term] != weight for term, weight in zip(part.terms, part._exact, strict=True))


def test_fewer_n_grams_than_may_be_kept_are_all_kept(rows):
    every, _ = fitted(rows, None)
    most = max(len(model.terms) for model in every)
    assert [m.terms for m in fitted(rows, most)[0]] == [m.terms for m in every]
