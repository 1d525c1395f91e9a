"""A Scrapy item pipeline: items get their scores, and bait is dropped.

# settings.py
ITEM_PIPELINES = {"myproject.pipelines.QualityPipeline": 300}
QUALITY_DROP = ["drop"]  # verdicts that end an item; [] only adds the scores
"""

from __future__ import annotations

from typing import Any

from quality import Document, score

try:
    from scrapy.exceptions import DropItem
except ImportError:  # to read and try it without Scrapy

    class DropItem(Exception):  # type: ignore[no-redef]  # noqa: N818
        pass


class QualityPipeline:
    """Reads `title`, and `body` where there is one, of a dict item; adds `quality`, `sensational` and `verdict`."""

    def __init__(self, drop: tuple[str, ...] = ("drop",)) -> None:
        self.drop = drop

    @classmethod
    def from_crawler(cls, crawler: Any) -> QualityPipeline:
        return cls(tuple(crawler.settings.getlist("QUALITY_DROP", ["drop"])))

    def process_item(self, item: dict[str, Any], spider: Any = None) -> dict[str, Any]:
        if not item.get("title"):
            raise DropItem("no title")
        answer = score(Document(item["title"], item.get("body")))
        if answer.verdict in self.drop:
            raise DropItem(f"verdict {answer.verdict}")
        item.update(quality=answer.quality, sensational=answer.sensational, verdict=answer.verdict)
        return item
