"""Scoring from asyncio: headlines that arrive together are scored together, in a thread, while the loop goes on.

python quality/examples/asyncio_filter.py
"""

from __future__ import annotations

import asyncio

from quality import Document, Score, score_many


class Scorer:
    """`await scorer.score(document)` from any number of tasks; what waits at the same time makes one batch."""

    def __init__(self, wait: float = 0.01, most: int = 256) -> None:
        self._waiting: asyncio.Queue[tuple[Document | str, asyncio.Future[Score]]] = asyncio.Queue(maxsize=4 * most)
        self._wait, self._most = wait, most

    async def score(self, document: Document | str) -> Score:
        answer: asyncio.Future[Score] = asyncio.get_running_loop().create_future()
        await self._waiting.put((document, answer))  # a full queue holds the caller back
        return await answer

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            batch = [await self._waiting.get()]
            await asyncio.sleep(self._wait)
            while len(batch) < self._most and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            try:
                scores = await asyncio.to_thread(score_many, [document for document, _ in batch])
            except Exception as error:
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(error)
                continue
            for (_, answer), score in zip(batch, scores, strict=True):
                if not answer.done():  # whoever asked may have given up
                    answer.set_result(score)


async def main() -> None:
    scorer = Scorer()
    server = asyncio.create_task(scorer.run())
    titles = ["市、来年度から給食費を無償化 議会が可決", "【衝撃】あの人気俳優のまさかの末路…ファン騒然"]
    for title, answer in zip(titles, await asyncio.gather(*map(scorer.score, titles)), strict=True):
        print(answer.verdict, answer.sensational, title)
    server.cancel()


if __name__ == "__main__":
    asyncio.run(main())
