"""score, score_many, score_batch and score_page: documents in, answers out, the same whatever the batch."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from features.analysis import Analysis, analyse_all
from features.document import BodyKind, Document
from quality.errors import DataError
from quality.model import QualityModel, load_model
from quality.policy import ArticleLabel, HeadlineLabel, Policy, Verdict, policy, quality

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from quality.evidence import Reason, SourcedStatement
    from quality.page import Page

# Documents, and characters, analysed at once: LightGBM's call is cheap per row from a few hundred headlines on, and what a
# step leaves for the next stays in the processor's cache.
_CHUNK = 1024
_CHUNK_CHARS = 60_000
_DIGITS = 6
_MEMO_SIZE = 16_384  # headlines whose answers are remembered, about 15 MB
_MEMO_CHARS = 200  # ... where they are no longer than this
_KANA = re.compile("[\u3041-\u30ff]")
_JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff々]+")
_SIX = re.compile("[\u3041-\u30ff\u4e00-\u9fff々]" * 6)  # a tenth of a headline of 60 characters
# What is answered where the text is not Japanese, in a Score's order: the middle, which says nothing.
_NEUTRAL = {
    "sensational": 0.5,
    "sensational_grade": 1.5,
    "substantive": 0.5,
    "substantive_grade": 1.5,
    "delivers": 0.5,
    "whole": 0.5,
}

COLUMNS: tuple[str, ...] = (
    "sensational",
    "sensational_grade",
    "substantive",
    "substantive_grade",
    "delivers",
    "whole",
    "body_kind",
    "headline_label",
    "article_label",
    "quality",
    "verdict",
)
# An input may say body_kind itself; the answer keeps what it says and fills what it leaves open.
REFUSED = tuple(name for name in COLUMNS if name != "body_kind")
TEXT_COLUMNS = frozenset({"body_kind", "headline_label", "article_label", "verdict"})


@dataclass(frozen=True)
class Score:
    """What the model answers for one document. Probabilities 0 to 1, grades 0 to 3; None where there is no body."""

    sensational: float
    sensational_grade: float
    substantive: float | None
    substantive_grade: float | None
    delivers: float | None
    whole: float | None
    body_kind: BodyKind
    headline_label: HeadlineLabel
    article_label: ArticleLabel | None
    quality: float
    verdict: Verdict
    model_version: str
    japanese: bool = True
    _source: tuple[QualityModel, Document] | None = field(default=None, compare=False, repr=False)

    @property
    def document(self) -> Document:
        """The document that was scored; empty for a Score that came from another process."""
        return Document("") if self._source is None else self._source[1]

    @property
    def reasons(self) -> list[Reason]:
        """The features that moved the scores most, strongest first, worked out when asked for."""
        from quality.evidence import reasons

        return [] if self._source is None else reasons(*self._source, japanese=self.japanese)

    @property
    def attributions(self) -> list[SourcedStatement]:
        """Who says what in the body: (source, kind, cue, start, end), the span being the source's in Document.body."""
        from quality.evidence import sourced_statements

        return [] if self._source is None else sourced_statements(self._source[1])

    def as_dict(self) -> dict[str, Any]:
        """The columns of `score_batch`, in order."""
        return {name: getattr(self, name) for name in COLUMNS}

    def _repr_html_(self) -> str:
        from quality.view import as_fragment

        return as_fragment(self)

    def __getstate__(self) -> dict[str, Any]:
        # a model can't travel between processes; the numbers can
        return {**self.__dict__, "_source": None}


@dataclass(frozen=True)
class PageScore:
    """A page's article, its rail items in page order, and the page as it was read."""

    article: Score
    rail: list[Score]
    page: Page

    def _repr_html_(self) -> str:
        from quality.view import as_fragment

        return as_fragment(self)


def is_japanese(analysis: Analysis) -> bool:
    """Whether there is kana or kanji to speak of: a tenth of the letters of the title and the body's beginning.

    Kanji alone would also be Chinese, so a text of some length without any kana does not count unless it is a headline
    short enough to need none.
    """
    text = analysis.title.norm + (analysis.body.norm[:400] if analysis.body else "")
    kana = _KANA.search(text) is not None
    if kana and len(text) <= 60 and _SIX.search(text):
        return True  # most headlines
    japanese = sum(map(len, _JAPANESE.findall(text)))
    if kana and 10 * japanese >= len(text) and any(map(str.isalpha, text)):  # ・ alone is no letter
        return True  # nearly every text: there are no more letters than characters
    letters = sum(c.isalpha() for c in text)
    return letters > 0 and japanese / letters >= 0.1 and (kana or letters <= 40)


def _body_kind(document: Document, has_body: bool, whole: float | None) -> BodyKind:
    if not has_body:
        return "none"
    if document.body_kind in ("full", "lead"):
        return document.body_kind
    return "full" if whole is None or whole >= 0.5 else "lead"


class _Answer(NamedTuple):
    """What the model says of a document, before any policy."""

    values: tuple[float, float, float | None, float | None, float | None, float | None]  # a Score's first, rounded
    japanese: bool
    has_body: bool


class _Memo:
    """The answers for the last headlines: rails repeat some of them thousands of times.

    Two generations bound it without a lock: a race between threads loses an entry, and never mixes two up.
    """

    def __init__(self) -> None:
        self._young: dict[tuple[str, str | None], _Answer] = {}
        self._old: dict[tuple[str, str | None], _Answer] = {}

    def get(self, key: tuple[str, str | None]) -> _Answer | None:
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: tuple[str, str | None], answer: _Answer) -> None:
        if len(self._young) >= _MEMO_SIZE // 2:
            self._old, self._young = self._young, {}
        self._young[key] = answer


_memos: WeakKeyDictionary[QualityModel, _Memo] = WeakKeyDictionary()


def _assemble(model: QualityModel, rule: Policy, document: Document, answer: _Answer) -> Score:
    sensational, grade, substantive, substantive_grade, delivers, whole = answer.values
    kind = _body_kind(document, answer.has_body, whole)
    headline = rule.headline_label(sensational)
    article = rule.article_label(substantive)
    verdict = rule.verdict(headline, article, kind)
    if not answer.japanese:
        headline, verdict, article = "uncertain", "review", None if article is None else "uncertain"
    score = object.__new__(Score)
    # set here, one after the other: a frozen dataclass takes three times as long, and an update would part the keys from the class
    fields = score.__dict__
    fields["sensational"] = sensational
    fields["sensational_grade"] = grade
    fields["substantive"] = substantive
    fields["substantive_grade"] = substantive_grade
    fields["delivers"] = delivers
    fields["whole"] = whole
    fields["body_kind"] = kind
    fields["headline_label"] = headline
    fields["article_label"] = article
    fields["quality"] = round(quality(sensational, substantive, delivers, kind), _DIGITS)
    fields["verdict"] = verdict
    fields["model_version"] = model.version
    fields["japanese"] = answer.japanese
    fields["_source"] = model, document
    return score


def _document(item: Document | str) -> Document:
    if isinstance(item, Document):
        return item
    if isinstance(item, str):
        return Document(item)
    raise TypeError(f"a Document or a str is scored, not {type(item).__name__}")


def _answers(documents: Sequence[Document], model: QualityModel) -> list[_Answer]:
    if not documents:
        return []
    analyses = analyse_all(documents)
    answers = model.predict(analyses)
    columns = [
        [None if v != v else round(v, _DIGITS) for v in answers[name].tolist()]  # NaN alone differs from itself
        for name in _NEUTRAL
    ]
    found = []
    for a, row in zip(analyses, zip(*columns, strict=True), strict=True):
        japanese = is_japanese(a)
        values: Any = row if japanese else [v if v is None else n for v, n in zip(row, _NEUTRAL.values(), strict=True)]
        found.append(_Answer(values, japanese, a.body is not None))
    return found


def _memo_key(document: Document) -> tuple[str, str | None] | None:
    """What the answer for a headline alone depends on; None for a document that is not remembered."""
    if document.body is not None or document.layout is not None or len(document.title) > _MEMO_CHARS:
        return None
    return document.title, document.tag


def _score_chunk(documents: Sequence[Document], model: QualityModel, rule: Policy, memo: bool) -> list[Score]:
    if not memo:
        found = _answers(documents, model)
        return [_assemble(model, rule, d, a) for d, a in zip(documents, found, strict=True)]
    remembered = _memos.get(model) or _memos.setdefault(model, _Memo())
    keys = [_memo_key(d) for d in documents]
    known: dict[Any, _Answer] = {}
    unknown: dict[Any, Document] = {}
    for i, (key, document) in enumerate(zip(keys, documents, strict=True)):
        if key is None:
            unknown[i] = document
        elif key not in known and key not in unknown:
            answer = remembered.get(key)
            if answer is None:
                unknown[key] = document
            else:
                known[key] = answer
    for key, answer in zip(unknown, _answers(list(unknown.values()), model), strict=True):
        known[key] = answer
        if isinstance(key, tuple):
            remembered.put(key, answer)
    return [
        _assemble(model, rule, document, known[i if key is None else key])
        for i, (key, document) in enumerate(zip(keys, documents, strict=True))
    ]


def chunks(documents: Iterable[Document | str]) -> Iterator[list[Document]]:
    """Documents in the portions they are analysed in."""
    chunk: list[Document] = []
    chars = 0
    for item in documents:
        document = _document(item)
        chunk.append(document)
        chars += len(document.title) + len(document.body or "")
        if len(chunk) == _CHUNK or chars >= _CHUNK_CHARS:
            yield chunk
            chunk, chars = [], 0
    if chunk:
        yield chunk


def score_many(
    documents: Iterable[Document | str],
    *,
    model: QualityModel | None = None,
    policy_name: str = "p95",
    memo: bool = True,
) -> list[Score]:
    """Score documents (a str is a headline alone); one Score each, in order.

    The answers for the last headlines are remembered (a bounded number of them), so that one that comes again costs
    next to nothing; `memo=False` works every one out. The answers are the same.

    Examples
    --------
    >>> [s.headline_label for s in score_many(["市、来年度から給食費を無償化 議会が可決"])]
    ['informative']
    """
    model = model or load_model()
    rule = policy(model, policy_name)
    return [score for chunk in chunks(documents) for score in _score_chunk(chunk, model, rule, memo)]


def score(document: Document | str, *, model: QualityModel | None = None, policy_name: str = "p95") -> Score:
    """Score one document or headline; equal to `score_many([document])[0]`."""
    return score_many([document], model=model, policy_name=policy_name)[0]


def score_page(source: str | bytes, *, model: QualityModel | None = None, policy_name: str = "p95") -> PageScore:
    """Read a whole page, HTML or saved as plain text, and score its article and each rail item.

    Raises
    ------
    PageError
        Where the page can't be read.
    """
    from quality.page import read_page

    model = model or load_model()
    page = read_page(source)
    items = [Document(item.title, tag=item.tag) for rail in page.rails for item in rail.items]
    article, *rail = score_many([page.article, *items], model=model, policy_name=policy_name)
    return PageScore(article, rail, page)


Frame = TypeVar("Frame", "pd.DataFrame", "pa.Table", "pa.RecordBatch", list[dict[str, Any]])


def score_batch(
    frame: Frame, *, model: QualityModel | None = None, policy_name: str = "p95", overwrite: bool = False
) -> Frame:
    """Score a table: the same kind, rows and order, with the columns of `COLUMNS` added.

    Parameters
    ----------
    frame : pandas.DataFrame, pyarrow.Table, pyarrow.RecordBatch or list of dict
        `title` (str), and optional `body`, `body_kind`, `tag` (str or null); or `page`, a whole page (HTML or text, str
        or bytes), which gives the title and the body of a row that has none of its own.
    overwrite : bool
        Replace columns of the output's names; otherwise they are refused.

    Raises
    ------
    DataError
        Where `title` is missing or not text in some row, or an output column exists already. Use `quality batch` for
        files with bad rows: it sets them aside and goes on.
    """
    from quality.frames import column_names, records, with_columns

    names = column_names(frame)
    if "title" not in names and "page" not in names:
        raise DataError(f"the table has no column 'title' (or 'page'); it has {', '.join(names) or 'none'}")
    taken = [c for c in REFUSED if c in names]
    if taken and not overwrite:
        raise DataError(f"the table has the column(s) {', '.join(taken)} already; say overwrite=True to replace them")
    documents = []
    for position, row in enumerate(records(frame)):
        document, why = to_document(row)
        if document is None:
            raise DataError(f"row {position}: {why}")
        documents.append(document)
    scores = score_many(documents, model=model, policy_name=policy_name)
    scored: Frame = with_columns(frame, {name: [getattr(s, name) for s in scores] for name in COLUMNS})
    return scored


def to_document(row: dict[str, Any]) -> tuple[Document | None, str]:
    """A row as a Document, or None and the reason why it can't be scored."""
    title, body, kind, tag = (_text(row.get(name)) for name in ("title", "body", "body_kind", "tag"))
    page = _text(row.get("page"))
    if title is None and page is None:
        return None, "title is missing"
    for name, value in (("title", title), ("body", body), ("body_kind", kind), ("tag", tag)):
        if value is not None and not isinstance(value, str):
            return None, f"{name} is {type(value).__name__}, not text"
    if kind not in (None, "", "full", "lead", "none"):
        return None, f"body_kind is {kind[:20]!r}; it is full, lead or none"
    if page is not None and body is None:
        return _from_page(page, title, kind, tag)
    if title is None or not title.strip():
        return None, "title is empty"
    return Document(title, None if kind == "none" else body, body_kind=kind or None, tag=tag), ""


def _from_page(page: Any, title: str | None, kind: Any, tag: str | None) -> tuple[Document | None, str]:
    """The article of a page, under the row's own title, body_kind and tag where it gives them."""
    from quality.page import PageError, read_page

    if not isinstance(page, str | bytes):
        return None, f"page is {type(page).__name__}, not text or bytes"
    try:
        article = read_page(page).article
    except PageError as error:
        return None, f"page: {error}"
    title = title if title and title.strip() else article.title
    if not title.strip():
        return None, "page: no headline found"
    return replace(article, title=title, body_kind=kind or article.body_kind, tag=tag), ""


def _text(value: Any) -> Any:
    """None for every way a table says null."""
    return (
        None
        if value is None
        or (isinstance(value, float) and math.isnan(value))
        or type(value).__name__ in ("NAType", "NaTType")
        else value
    )
