"""In one process: threads, forks, the memo for headlines that come again, and the examples."""

from __future__ import annotations

import asyncio
import functools
import http.server
import importlib.util
import json
import multiprocessing
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quality import Document, load_model, scoring
from quality.scoring import score, score_many

PLAIN = "県議会、手話言語条例を可決 来年4月に施行"
BAIT = "【衝撃】あの人気俳優のまさかの末路…ファン絶句「嘘でしょ」"
BODY = "県は3日、施設の再開を発表した。担当課によると、改修には2億円かかった。"
TITLES = [f"{BAIT}{i}" if i % 3 == 0 else f"{PLAIN} その{i}" for i in range(160)]


@pytest.fixture
def memo(monkeypatch):
    """An empty memo, and a list of the documents that are worked out."""
    monkeypatch.setattr(scoring, "_memos", type(scoring._memos)())
    worked: list[str] = []
    answers = scoring._answers
    monkeypatch.setattr(scoring, "_answers", lambda d, m: worked.extend(x.title for x in d) or answers(d, m))
    return worked


def test_32_threads_give_the_numbers_of_one(memo):
    documents = [Document(t, BODY if i % 5 == 0 else None) for i, t in enumerate(TITLES)]
    alone = score_many(documents, memo=False)
    start = threading.Barrier(32)

    def work(shift):
        start.wait()
        order = documents[shift:] + documents[:shift]
        found = score_many(order)
        return found[len(documents) - shift :] + found[: len(documents) - shift]

    with ThreadPoolExecutor(32) as pool:
        assert all(found == alone for found in pool.map(work, range(0, 160, 5)))


def _in_child(titles):
    return [s.as_dict() for s in score_many(titles)]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_goes_on_scoring():
    here = [s.as_dict() for s in score_many(TITLES)]
    stop = threading.Event()
    busy = threading.Thread(target=lambda: [score(t) for _ in iter(stop.is_set, True) for t in TITLES[:9]])
    busy.start()  # forked in the middle of another thread's work
    try:
        with multiprocessing.get_context("fork").Pool(2) as pool:
            found = pool.map_async(_in_child, [TITLES, TITLES[::-1]]).get(timeout=120)
    finally:
        stop.set()
        busy.join()
    assert found == [here, here[::-1]]


def test_a_headline_that_comes_again_is_worked_out_once(memo):
    first = score_many([PLAIN, BAIT, PLAIN, Document(PLAIN, tag="話題"), Document(PLAIN, BODY), Document(PLAIN, BODY)])
    assert memo == [PLAIN, BAIT, PLAIN, PLAIN, PLAIN]  # once for each tag, and each time it has a body
    memo.clear()
    assert score_many([PLAIN, BAIT, PLAIN, Document(PLAIN, tag="話題")]) == first[:4]
    assert memo == []
    again = score_many([PLAIN, BAIT, PLAIN], memo=False)
    assert again == first[:3]
    assert memo == [PLAIN, BAIT, PLAIN]
    assert [s.reasons for s in score_many([BAIT])] == [again[1].reasons]


def test_the_memo_is_bounded(memo, monkeypatch):
    monkeypatch.setattr(scoring, "_MEMO_SIZE", 20)
    score_many(TITLES)
    kept = scoring._memos[load_model()]
    assert len(kept._young) + len(kept._old) <= 20
    score_many([PLAIN + "長" * 300])
    assert memo.count(PLAIN + "長" * 300) == 1
    score_many([PLAIN + "長" * 300])
    assert memo.count(PLAIN + "長" * 300) == 2


EXAMPLES = Path(scoring.__file__).parent / "examples"


def example(name):
    path = EXAMPLES / name
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_asyncio_example(capsys):
    module = example("asyncio_filter.py")
    asyncio.run(module.main())
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["keep", "drop"]

    async def many():
        scorer = module.Scorer()
        server = asyncio.create_task(scorer.run())
        found = await asyncio.gather(*map(scorer.score, TITLES))
        with pytest.raises(TypeError):
            await scorer.score(5)
        assert await scorer.score(PLAIN) == score(PLAIN)  # an error does not end it
        server.cancel()
        return found

    assert asyncio.run(many()) == score_many(TITLES)


def test_the_scrapy_example():
    module = example("scrapy_pipeline.py")
    pipeline = module.QualityPipeline()
    item = pipeline.process_item({"title": PLAIN, "url": "x"})
    assert (item["verdict"], item["url"], item["quality"]) == ("keep", "x", score(PLAIN).quality)
    for item in ({"title": BAIT}, {"title": ""}):
        with pytest.raises(module.DropItem):
            pipeline.process_item(item)


CRAWL = """
import importlib.util, sys
from scrapy import Spider
from scrapy.crawler import CrawlerProcess

example, address, output = sys.argv[1:]
spec = importlib.util.spec_from_file_location("pipelines", example)
sys.modules["pipelines"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

class Front(Spider):
    name = "front"
    start_urls = [address]

    def parse(self, response):
        for link in response.css("li a"):
            yield {"title": link.css("::text").get(), "url": response.urljoin(link.attrib["href"])}

process = CrawlerProcess({
    "ITEM_PIPELINES": {"pipelines.QualityPipeline": 300},
    "QUALITY_DROP": ["drop"],
    "FEEDS": {output: {"format": "jsonlines", "encoding": "utf-8"}},
    "LOG_LEVEL": "ERROR",
    "TELNETCONSOLE_ENABLED": False,
})
process.crawl(Front)
process.start()
"""


def test_the_scrapy_example_in_a_crawl(tmp_path):
    """A real crawl of a front page on loopback: every headline comes back scored, or is dropped with its verdict."""
    items = "".join(f'<li><a href="/{i}">{title}</a></li>' for i, title in enumerate(TITLES))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text(
        f'<meta charset="utf-8"><title>表紙</title><ul>{items}</ul>', encoding="utf-8"
    )
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "site")
    output = tmp_path / "kept.jsonl"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        command = [sys.executable, "-c", CRAWL, str(EXAMPLES / "scrapy_pipeline.py"), address, str(output)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        server.shutdown()
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    kept = {item["title"]: item for item in map(json.loads, output.read_text(encoding="utf-8").splitlines())}
    expected = {title: score(title) for title in TITLES}
    assert set(kept) == {title for title, found in expected.items() if found.verdict != "drop"}
    assert len(kept) < len(expected)
    assert all(kept[t]["quality"] == expected[t].quality for t in kept)
