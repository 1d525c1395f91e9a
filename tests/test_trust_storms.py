"""Text and markup made to cost its square: hundreds of thousands of characters are read in seconds, not hours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SIZE = 200_000
PATIENCE = 40  # seconds for what takes two or three; a square of this size takes minutes to hours

STORMS = {
    "combining marks": "score(Document('か' + '\\u0301\\u0316' * (N // 2), 'か' + '\\u0301\\u0316' * (N // 2)))",
    "digits": "score(Document('9' * N, '9' * N)); score(Document('題', '1.' * (N // 2)))",
    "numerals": "score(Document('一' * N, '一' * N))",
    "quotations": "score(Document('「題」と' * (N // 4), '市。' * (N // 3)))",
    "line breaks in markup": "read_page('<p>市' + '\\n' * N + 'a</p>')",
    "blanks in a rank": "read_page('題名\\n1' + '\\u3000' * N + 'あ\\n' + '\\u3000' * N + '題\\n')",
    "letters of an address": "read_page('<h1>市長の発表</h1><p>' + 'a' * N + '</p>')",
    "links between rules": "read_page('<p>' + '<a href=/x>市の橋を架け替え</a><b><hr></b>' * (N // 50))",
    "open bold and blocks": "read_page('<h1>題</h1>' + ''.join(f'<p><b a{i}>市' for i in range(N // 20)))",
    "attributes": "\ntry: read_page('<html><p ' + ' '.join(f'a{i}=1' for i in range(N)) + '>市')\nexcept PageError: pass",
    "names in an object": "json_object(('{' + ','.join(f'\"a{i}\":0' for i in range(N // 10)) + ',\"a9\":1}').encode())",
}


@pytest.mark.parametrize("code", STORMS.values(), ids=STORMS)
def test_a_storm_costs_its_length_not_its_square(code):
    setup = f"from quality import *; from quality.files import json_object; N = {SIZE}; "
    subprocess.run([sys.executable, "-c", setup + code], cwd=ROOT, timeout=PATIENCE, check=True)
