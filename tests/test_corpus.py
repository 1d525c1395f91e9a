"""The corpus that ships: what its datasheet says of it holds."""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import features
from features.document import ROLES
from quality.corpus import HERE, Corpus, build_pages, load_corpus

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
TOPICS = {
    "politics",
    "diplomacy",
    "economy",
    "crime",
    "disaster",
    "world",
    "science",
    "health",
    "sport",
    "entertainment",
    "life",
    "local",
}
STYLES = {"wire", "broadsheet", "local_tv", "sports_daily", "web_magazine", "portal_topics", "matome", "video_title"}
SITE_KINDS = {"newspaper", "local_tv", "sports_daily", "web_magazine", "portal", "blog", "matome"}
BAIT = {
    "strong_word",
    "exclamation",
    "quoted_hook",
    "superlative",
    "points_frame",
    "withheld_fact",
    "withheld_subject",
    "withheld_reason",
    "forward_reference",
    "drama",
    "reader_address",
    "pressure",
    "reaction_frame",
    "shout_tag",
    "cliffhanger",
    "list_promise",
    "question_hook",
    "scare_quotes",
    "scene_only",
    "price_shout",
    "exaggeration",
    "slang",
}
STOCK = re.compile(  # what a headline flagged `lexicon_free` does without
    "衝撃|驚愕|騒然|悲報|朗報|まさか|理由|ワケ|わけ|正体|意外|とは|ついに|話題|反響|悲鳴|激怒|号泣|絶句|絶賛|炎上|必見|ヤバ|神|最強|悶絶|仰天"
    '|[！？!?…【】“”〝〟"]'
)
LEXICON_FEATURES = [
    "drama",
    "curiosity",
    "forward_reference",
    "reason_promised",
    "epithets",
    "reactions",
    "pressure",
    "emotive",
    "superlatives",
    "slang",
    "plain_news",
    "institutions",
    "advert_title",
    "shout_tags",
    "plain_tags",
    "exclamations",
    "questions",
    "stacked_marks",
    "ellipses",
    "scare_quotes",
]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def auc(positive: pd.Series, score: pd.Series) -> float:
    ranks = score.rank().to_numpy()
    truth = positive.to_numpy(dtype=bool)
    n = truth.sum()
    return float((ranks[truth].sum() - n * (n + 1) / 2) / (n * (len(truth) - n)))


def near_duplicates(texts: list[tuple[str, str]], threshold: float) -> list[tuple[float, str, str]]:
    """Pairs of texts of different events whose sets of character 5-grams overlap (Jaccard) by the threshold or more."""
    grams = [{text[i : i + 5] for i in range(len(text) - 4)} for _, text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    for i, found in enumerate(grams):
        for gram in found:
            holders[gram].append(i)
    shared: Counter[tuple[int, int]] = Counter()
    for held in holders.values():
        shared.update(pair for pair in itertools.combinations(held, 2) if texts[pair[0]][0] != texts[pair[1]][0])
    scored = ((n / (len(grams[i]) + len(grams[j]) - n), i, j) for (i, j), n in shared.items())
    return [(score, texts[i][1], texts[j][1]) for score, i, j in scored if score >= threshold]


def test_counts(corpus: Corpus) -> None:
    headlines, articles = corpus.headlines, corpus.articles
    assert len(headlines) >= 3200
    assert headlines.event.nunique() >= 800
    assert articles.event.nunique() >= 150
    assert len(articles) == 2 * articles.event.nunique()


def test_headline_schema(corpus: Corpus) -> None:
    headlines = corpus.headlines
    assert " ".join(headlines) == "id event topic style grade regrade bait lexicon_free plain_use split title"
    assert headlines.id.is_unique
    assert headlines.title.is_unique
    assert set(headlines.topic) == TOPICS
    assert set(headlines["style"]) == STYLES
    assert set(headlines.split) == {"train", "dev", "test"}
    assert headlines.regrade.dropna().between(0, 3).all()
    assert set(itertools.chain.from_iterable(headlines.bait)) == BAIT
    assert (headlines.bait.map(len) > 0).equals(headlines.grade > 0)
    assert not headlines.title.str.contains(r"^\s|\s$|\n|  ").any()


def test_every_event_stands_at_every_grade_in_one_style_and_one_split(corpus: Corpus) -> None:
    events = corpus.headlines.groupby("event")
    assert (events.grade.agg(tuple) == (0, 1, 2, 3)).all()
    assert (events[["topic", "style", "split"]].nunique() == 1).all(axis=None)


def test_topics_and_styles_are_spread(corpus: Corpus) -> None:
    headlines = corpus.headlines
    assert headlines.topic.value_counts().nunique() == 1
    styles = headlines["style"].value_counts()
    assert styles.max() <= 1.1 * styles.min()


def test_grades_are_no_costume(corpus: Corpus) -> None:
    """Bait without the stock words, plain news with them."""
    headlines = corpus.headlines
    share = headlines.groupby("grade")[["lexicon_free", "plain_use"]].mean()
    assert (share.lexicon_free.loc[[2, 3]] >= 0.2).all()
    assert (share.lexicon_free.loc[[0, 1]] == 0).all()
    assert headlines[headlines.grade <= 1].plain_use.mean() >= 0.2
    assert not headlines[headlines.grade >= 2].plain_use.any()
    assert not headlines[headlines.lexicon_free].title.str.contains(STOCK).any()


def test_article_schema(corpus: Corpus) -> None:
    articles = corpus.articles
    assert " ".join(articles) == (
        "id event twin topic site_kind manner headline_grade grade delivery whole"
        " regrade regrade_delivery regrade_whole split byline title body"
    )
    assert articles.id.is_unique
    assert articles.title.is_unique
    assert set(articles.topic) == TOPICS
    assert set(articles.site_kind) == SITE_KINDS
    assert articles.headline_grade.isin([0, 1, 2, 3]).all()
    assert articles.delivery.isin([0, 1, 2]).all()
    assert articles.whole.isin([0, 1]).all()
    assert articles.body.str.len().between(150, 1000).all()


def test_twins_differ_in_substance_and_not_in_their_headlines(corpus: Corpus) -> None:
    articles = corpus.articles
    assert (articles.groupby("event").twin.agg(tuple) == ("a", "b")).all()
    substantive, thin = articles[articles.twin == "a"], articles[articles.twin == "b"]
    assert (substantive.grade >= 2).all()
    assert (thin.grade <= 1).all()
    assert (substantive.headline_grade >= 2).mean() >= 0.25
    assert (thin.headline_grade <= 1).mean() >= 0.3
    assert (thin.delivery == 0).mean() >= 0.35
    assert (thin.whole == 0).mean() >= 0.3
    assert (substantive.whole == 0).mean() >= 0.12


def test_split_is_by_event_and_by_hash(corpus: Corpus) -> None:
    """Within each topic, events in the order of the SHA-256 of their id: a tenth dev, a fifth test, the rest train."""
    for frame in (corpus.headlines, corpus.articles):
        for _, rows in frame.groupby("topic"):
            split = rows.groupby("event").split.first()
            order = sorted(split.index, key=lambda event: hashlib.sha256(event.encode()).hexdigest())
            dev, test = round(0.1 * len(order)), round(0.2 * len(order))
            expected = ["dev"] * dev + ["test"] * test + ["train"] * (len(order) - dev - test)
            assert split[order].tolist() == expected


def test_no_near_duplicates_across_events(corpus: Corpus) -> None:
    headlines, articles = corpus.headlines, corpus.articles
    titles = [(e, squeeze(t)) for frame in (headlines, articles) for e, t in zip(frame.event, frame.title, strict=True)]
    bodies = [(e, squeeze(t)) for e, t in zip(articles.event, articles.body, strict=True)]
    assert near_duplicates(titles, 0.6) == []
    assert near_duplicates(bodies, 0.6) == []


def test_length_does_not_give_the_grade_away(corpus: Corpus) -> None:
    headlines, articles = corpus.headlines, corpus.articles
    for value in (
        auc(headlines.grade >= 2, headlines.title.str.len()),
        auc(articles.grade >= 2, articles.body.str.len()),
    ):
        assert 0.35 <= value <= 0.65


def test_lexicon_features_separate_no_better_than_on_real_headlines(corpus: Corpus) -> None:
    path = SHARED / "labels" / "headlines_train.csv"
    if not path.exists():
        pytest.skip("needs ../shared/labels/headlines_train.csv")
    linear_model = pytest.importorskip("sklearn.linear_model")
    selection = pytest.importorskip("sklearn.model_selection")

    def separates(titles: pd.Series, positive: pd.Series, groups: pd.Series) -> float:
        measured = features.extract(titles)[LEXICON_FEATURES]
        measured = (measured - measured.mean()) / measured.std().replace(0, 1)
        model = linear_model.LogisticRegression(max_iter=1000)
        folds = selection.GroupKFold(5)
        chance = selection.cross_val_predict(model, measured, positive, groups=groups, cv=folds, method="predict_proba")
        return auc(positive, pd.Series(chance[:, 1]))

    headlines = corpus.headlines
    real = pd.read_csv(path).sample(5_000, random_state=1)
    ours = separates(headlines.title, headlines.grade >= 2, headlines.event)
    theirs = separates(real.title, real.grade >= 1.5, real.id)
    assert ours <= theirs + 0.03, f"corpus {ours:.3f}, headlines_train {theirs:.3f}"


def test_no_text_of_the_shared_folder(corpus: Corpus) -> None:
    """What tools/check_copies.py asks, of the corpus alone and tenfold faster: a copy of 20 characters holds a whole
    ten that begin at a multiple of eleven, so only those are looked up before a place is compared in full."""
    path = SHARED / "tools" / "check_copies.py"
    if not path.exists():
        pytest.skip("needs ../shared/tools/check_copies.py")
    spec = importlib.util.spec_from_file_location("check_copies", path)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    whole, part = tool.LENGTH, tool.LENGTH // 2
    columns = [corpus.headlines.title, corpus.articles.title, corpus.articles.body, corpus.pages.text]
    lines = {tool.squeeze(line) for column in columns for text in column for line in text.splitlines()}
    ours = {line[i : i + whole] for line in lines for i in range(len(line) - whole + 1)}
    ours = {gram for gram in ours if len(tool.JAPANESE.findall(gram)) > whole // 2}
    parts = {gram[i : i + part] for gram in ours for i in range(whole - part + 1)}
    found = set()
    for _, text in tool.shared_texts():
        for line in text.splitlines():
            squeezed = tool.squeeze(line)
            for i in range(0, len(squeezed) - part + 1, whole - part + 1):
                if squeezed[i : i + part] in parts:
                    near = range(max(0, i - whole + part), min(i, len(squeezed) - whole) + 1)
                    found |= ours & {squeezed[j : j + whole] for j in near}
    assert found == set()


def kappa(first: pd.Series, second: pd.Series) -> float:
    """Quadratic weighted kappa."""
    size = int(max(first.max(), second.max())) + 1
    counts = np.zeros((size, size))
    np.add.at(counts, (first.to_numpy(dtype=int), second.to_numpy(dtype=int)), 1)
    weights = np.subtract.outer(np.arange(size), np.arange(size)) ** 2
    chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(1 - (weights * counts).sum() / (weights * chance).sum())


def test_the_blind_second_pass_agrees(corpus: Corpus) -> None:
    headlines = corpus.headlines[corpus.headlines.regrade.notna()]
    articles = corpus.articles[corpus.articles.regrade.notna()]
    assert len(headlines) >= 480
    assert len(articles) >= 60
    assert kappa(headlines.grade, headlines.regrade) >= 0.85
    for name, again in (("grade", "regrade"), ("delivery", "regrade_delivery"), ("whole", "regrade_whole")):
        assert kappa(articles[name], articles[again]) >= 0.85, name


def visible(html: str) -> str:
    """The text of a page's body, without white space."""
    parser = Visible()
    parser.feed(html)
    return squeeze("".join(parser.parts))


class Visible(HTMLParser):
    """Collects what a browser shows of a body: no scripts, no styles, no comments."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.hidden = 0
        self.hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def test_pages_are_enough_and_spread(corpus: Corpus) -> None:
    pages = corpus.pages
    assert len(pages) >= 110
    assert pages.id.is_unique
    assert pages.article.is_unique
    assert pages.site.nunique() >= 10
    assert pages.layout.nunique() == pages.site.nunique()
    assert (pages.groupby("site").twin.nunique() == 2).all()
    assert set(pages.topic) == TOPICS
    assert set(pages.split) == {"train", "dev", "test"}
    assert pages.host.str.endswith(".example").all()
    split = corpus.articles.set_index("id").split
    assert (pages.split.to_numpy() == split[pages.article].to_numpy()).all()


def test_every_block_of_the_html_has_a_role(corpus: Corpus) -> None:
    for page in corpus.pages.itertuples():
        assert squeeze("".join(block["text"] for block in page.html_blocks)) == visible(page.html), page.id
        assert {block["role"] for block in page.html_blocks} <= set(ROLES)


def test_every_line_of_the_text_has_a_role(corpus: Corpus) -> None:
    for page in corpus.pages.itertuples():
        shown = [(n, line) for n, line in enumerate(page.text.split("\n"), 1) if line.strip()]
        assert [line["line"] for line in page.text_lines] == [n for n, _ in shown], page.id
        assert all(line["text"] in source for line, (_, source) in zip(page.text_lines, shown, strict=True)), page.id
        assert {line["role"] for line in page.text_lines} <= set(ROLES)


def test_a_page_holds_its_article_and_rails_of_its_own_split(corpus: Corpus) -> None:
    articles = corpus.articles.set_index("id")
    shown = pd.concat([corpus.headlines, corpus.articles]).set_index("id")[["title", "split", "event"]].to_dict("index")
    for page in corpus.pages.itertuples():
        blocks = page.html_blocks
        assert [b["text"] for b in blocks if b["role"] == "headline"] == [articles.title[page.article]]
        body = "\n\n".join(b["text"] for b in blocks if b["role"] == "body")
        assert body == articles.body[page.article]
        assert not (page.cut and articles.whole[page.article])
        for block in blocks:
            if item := shown.get(block["item"]):
                assert item["title"] in block["text"]
                assert item["split"] == page.split
                assert item["event"] != page.event
        loose = [b for b in blocks if b["role"] == "rail_item" and not b["item"] and b["kind"] != "ad"]
        assert loose == []


def test_layout_is_no_costume(corpus: Corpus) -> None:
    """Neither the number of rail items nor the share of bait in them tells the twins apart."""
    pages = corpus.pages
    grade = corpus.headlines.set_index("id").grade.to_dict() | corpus.articles.set_index("id").headline_grade.to_dict()
    loud = pages.html_blocks.map(lambda blocks: np.mean([grade[b["item"]] >= 2 for b in blocks if b["item"]] or [0.5]))
    assert 0.35 <= auc(pages.twin == "b", pages.rail_items) <= 0.65
    assert 0.35 <= auc(pages.twin == "b", loud) <= 0.65


def test_pages_are_built_from_the_texts_alone(corpus: Corpus) -> None:
    """Built again, every page comes out as it is shipped."""
    pages = build_pages.build()
    assert [row["id"] for row, _, _ in pages] == corpus.pages.id.tolist()
    for row, html, text in pages:
        assert (HERE / "pages" / "html" / f"{row['id']}.html").read_text(encoding="utf-8") == html
        assert (HERE / "pages" / "text" / f"{row['id']}.txt").read_text(encoding="utf-8") == text


def test_the_datasheet_tells_the_counts(corpus: Corpus) -> None:
    sheet = (HERE / "DATASHEET.md").read_text(encoding="utf-8")
    headlines, articles, pages = corpus.headlines, corpus.articles, corpus.pages
    twice = headlines[headlines.regrade.notna()]
    blocks, lines = pages.html_blocks.map(len).sum(), pages.text_lines.map(len).sum()
    for said in (
        f"| headlines | {len(headlines):,}: {headlines.event.nunique()} events",
        f"| articles | {len(articles)}: {articles.event.nunique()} events",
        f"| pages | {len(pages)}: {pages.event.nunique()} of the article events, both twins, in pages of {pages.site.nunique()}",
        f"the {blocks:,} HTML blocks and {lines:,} text lines",
        f"{pages.cut.sum()} pages are cut",
        f"| headlines, `grade` | {len(twice)} | {(twice.grade == twice.regrade).mean():.3f} |"
        f" {kappa(twice.grade, twice.regrade):.3f} (",
    ):
        assert said in sheet, said
