"""Text and markup made to cost its square: a hundred thousand characters are read in seconds, not minutes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SIZE = 100_000
PATIENCE = 30  # seconds for what takes one or two; a square of this size takes a minute to hours

TEXTS = {
    "combining marks": "score(Document('題', 'か' + '\\u0301\\u0316' * N))",
    "digits of a title": "score('9' * N)",
    "digits": "score(Document('題', '9' * N))",
    "figures": "score(Document('題', '1.' * (N // 2)))",
    "numerals": "score(Document('題', '一' * N))",
    "quotations": "score(Document('「題」と' * (N // 4), '市。' * (N // 3)))",
}
PAGES = {
    "line breaks in markup": "read_page('<p>市' + '\\n' * N + 'a</p>')",
    "blanks in a rank": "read_page('題名\\n1' + '\\u3000' * N + 'あ\\n' + '\\u3000' * N + '題\\n')",
    "letters of an address": "read_page('<h1>市長の発表</h1><p>' + 'a' * N + '</p>')",
    "links between rules": "read_page('<p>' + '<a href=/x>市の橋を架け替え</a><b><hr></b>' * (N // 50))",
    "open bold and blocks": "read_page('<h1>題</h1>' + ''.join(f'<p><b a{i}>市' for i in range(N // 10)))",
    "attributes": "read_page('<html><p ' + ' '.join(f'a{i}' for i in range(N)) + '>市')",
    "names in an object": "json_object(('{' + ','.join(f'\"a{i}\":0' for i in range(N // 5)) + ',\"a9\":1}').encode())",
}
SETUP = f"""
import signal, sys
from quality import *
from quality.files import json_object
score(Document("市、計画を公表", "市は10日、計画を公表した。"))
N = {SIZE}
signal.signal(signal.SIGALRM, signal.SIG_DFL)
def try_(name, call):
    print(name, flush=True)
    signal.alarm({PATIENCE})
    try: call()
    except PageError: pass
"""


@pytest.mark.parametrize("storms", [TEXTS, PAGES], ids=["texts", "pages"])
def test_a_storm_costs_its_length_not_its_square(storms):
    """One process for them all; each has an alarm of its own, which also ends a regular expression that would not come back."""
    code = SETUP + "".join(f"try_({name!r}, lambda: {call})\n" for name, call in storms.items())
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout.split(chr(10))[-2]}: {done.stderr[-300:] or 'not read in time'}"
