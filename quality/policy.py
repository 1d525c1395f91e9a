"""What the numbers mean for a feed: quality, labels and verdict. Versioned, and apart from measuring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quality.errors import ModelError
from quality.model import QualityModel

VERSION = 1
HeadlineLabel = Literal["informative", "uncertain", "sensational"]
ArticleLabel = Literal["substantive", "uncertain", "thin"]
Verdict = Literal["keep", "review", "drop"]

# A headline at the top, an article at the side; better on either side never gives a worse verdict.
_VERDICTS: dict[tuple[ArticleLabel, HeadlineLabel], Verdict] = {
    ("substantive", "informative"): "keep",
    ("substantive", "uncertain"): "keep",
    ("substantive", "sensational"): "review",
    ("uncertain", "informative"): "keep",
    ("uncertain", "uncertain"): "review",
    ("uncertain", "sensational"): "drop",
    ("thin", "informative"): "review",
    ("thin", "uncertain"): "drop",
    ("thin", "sensational"): "drop",
}
_HEADLINE_ONLY: dict[HeadlineLabel, Verdict] = {"informative": "keep", "uncertain": "review", "sensational": "drop"}


@dataclass(frozen=True)
class Policy:
    """Thresholds on the calibrated probabilities, each 0 to 1.

    Parameters
    ----------
    name : str
    sensational_from, informative_to : float
        `sensational` at or above the first labels the headline sensational, at or below the second informative.
    substantive_from, thin_to : float
        `substantive` at or above the first labels the article substantive, at or below the second thin.
    """

    name: str
    sensational_from: float
    informative_to: float
    substantive_from: float
    thin_to: float

    def __post_init__(self) -> None:
        if not (
            0 <= self.informative_to < self.sensational_from <= 1 and 0 <= self.thin_to < self.substantive_from <= 1
        ):
            raise ModelError(
                f"policy {self.name!r}: thresholds must lie in 0 to 1, and each lower one below its upper one"
            )

    def headline_label(self, sensational: float) -> HeadlineLabel:
        if sensational >= self.sensational_from:
            return "sensational"
        return "informative" if sensational <= self.informative_to else "uncertain"

    def article_label(self, substantive: float | None) -> ArticleLabel | None:
        if substantive is None:
            return None
        if substantive >= self.substantive_from:
            return "substantive"
        return "thin" if substantive <= self.thin_to else "uncertain"

    def verdict(self, headline: HeadlineLabel, article: ArticleLabel | None, body_kind: str) -> Verdict:
        """Keep, review or drop; without a whole body the headline decides."""
        if article is None or body_kind != "full":
            return _HEADLINE_ONLY[headline]
        return _VERDICTS[article, headline]


def quality(sensational: float, substantive: float | None, delivers: float | None, body_kind: str) -> float:
    """The number a filter sorts by, 0 to 1; it never falls when one of its parts gets better."""
    if body_kind != "full" or substantive is None or delivers is None:
        return 1 - sensational
    return substantive * (1 - sensational / 2) * (1 + delivers) / 2


def policy(model: QualityModel, name: str = "p95") -> Policy:
    """A named policy with the thresholds the model carries for it."""
    try:
        return Policy(name, **model.thresholds[name])
    except KeyError as error:
        raise ModelError(f"the model has no policy {name!r}; it has {', '.join(sorted(model.thresholds))}") from error
    except TypeError as error:
        raise ModelError(f"policy {name!r} of the model lacks a threshold: {error}") from error
