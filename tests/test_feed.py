"""RSS and Atom: bait goes, every other byte stays; what bites is refused."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality import DataError, Document, load_model, score
from quality.feed import NAMESPACE, _items, filter_feed
from quality.stats import Stats

PLAIN = "県議会、手話言語条例を可決 来年4月に施行"
BAIT = "【衝撃】あの人気俳優のまさかの末路…ファン絶句「嘘でしょ」"
RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet href="a.xsl"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
  <title>{BAIT}</title><!-- <item> in a comment -->
  <item>
    <title>{PLAIN}</title>
    <description><![CDATA[<p>県議会は14日、条例を可決した。</p>]]></description>
    <media:title>{BAIT}</media:title>
  </item>
  <item rdf="a &gt; b" >
    <guid isPermaLink='false'>2</guid><title><![CDATA[{BAIT}]]></title>
    <media:thumbnail url="x"/></item>
  <item><link>https://example.jp/?a=1&amp;b=2</link></item>
  <item/>
</channel>
</rss>
"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="urn:x"><title>見本</title>
<entry><title type="html">{PLAIN}&lt;br&gt;</title><summary>要約</summary><x:title>{BAIT}</x:title></entry>
<a:entry xmlns:a="http://www.w3.org/2005/Atom"><a:title>{BAIT}</a:title></a:entry>
<entry><source><title>{BAIT}</title></source><title>{PLAIN}</title></entry></feed>"""


def filtered(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return filter_feed(data, model=load_model(), **options)


def test_bait_goes_and_every_other_byte_stays(tmp_path):
    stats = Stats()
    clean = filtered(RSS, stats=stats, rejects=tmp_path / "aside.jsonl").decode()
    start, end = RSS.index("\n  <item rdf"), RSS.index('url="x"/></item>') + len('url="x"/></item>')
    assert clean == RSS[:start] + RSS[end:]
    assert len(ET.fromstring(clean).findall("channel/item")) == 3
    assert stats.counts == {"kept": 1, "review": 0, "dropped": 1, "rejects": 2}
    assert [json.loads(x)["row"] for x in (tmp_path / "aside.jsonl").read_text().splitlines()] == [2, 3]


def test_annotate_marks_the_bait_and_nothing_else():
    marked = filtered(RSS, annotate=True).decode()
    (mark,) = ET.fromstring(marked).iter(f"{{{NAMESPACE}}}score")
    assert mark.get("verdict") == "drop"
    assert float(mark.get("sensational")) == score(BAIT).sensational
    start = marked.index("<fq:score")
    assert marked[:start] + marked[marked.index("/>", start) + 2 :] == RSS


def test_atom():
    clean = filtered(ATOM).decode()
    assert clean == ATOM.replace(ATOM[ATOM.index("\n<a:entry") : ATOM.index("</a:entry>") + 10], "")
    documents = [item.document() for item in _items(ATOM.encode())]
    assert documents[0] == Document(PLAIN, "要約", body_kind="lead")
    assert documents[2] == Document(PLAIN)


def test_summaries_are_leads_and_content_says_itself_what_it_is():
    full = "<content:encoded>&lt;p&gt;本文&lt;/p&gt;&lt;p&gt;続き&amp;amp;&lt;/p&gt;</content:encoded></item>"
    text = RSS.replace("</item>", full, 1)
    assert _items(RSS.encode())[0].document() == Document(PLAIN, "県議会は14日、条例を可決した。", body_kind="lead")
    document = _items(text.encode())[0].document()
    assert document.body_kind is None
    assert document.body.split() == ["本文", "続き&"]


@pytest.mark.parametrize("codec", ["shift_jis", "euc-jp", "utf-16", "iso-2022-jp", "utf-8-sig"])
def test_other_encodings_come_out_as_they_came(codec):
    name = "utf-8" if codec == "utf-8-sig" else codec
    data = RSS.replace("UTF-8", name).encode(codec)
    clean = filtered(data)
    wanted = filtered(RSS).decode().replace("UTF-8", name)
    assert clean == wanted.encode(codec)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE rss [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><rss><channel/></rss>', "document type"),
        ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel>&x;</channel></rss>', "document type"),
        ('<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd"><rss/>', "document type"),
        ("<rss><channel>&unknown;</channel></rss>", "well-formed"),
        ("<rss><channel>", "well-formed"),
        ("<html><body/></html>", "root element"),
        ("", "well-formed"),
        ("<rss>" * 100_000, "nests"),
        (b"<?xml version='1.0' encoding='utf-7'?><rss/>", "utf-7"),
        (b"<?xml version='1.0' encoding='no-such'?><rss/>", "no-such"),
        (b"<rss>\xff</rss>", "utf-8"),
    ],
)
def test_what_bites_or_is_no_feed_is_refused(text, said):
    with pytest.raises(DataError, match=said):
        filtered(text)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.one_of(st.just(BAIT), st.just(PLAIN), st.text(max_size=20)), max_size=6), st.booleans())
def test_the_outcome_is_valid_and_holds_what_was_not_bait(titles, annotate):
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    legal = ["".join(c for c in t if c == "\n" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe") for t in titles]
    for title in legal:
        ET.SubElement(ET.SubElement(channel, "item"), "title").text = title
    data = ET.tostring(root)
    found = ET.fromstring(filtered(data, annotate=annotate))
    left = [t.text or "" for t in found.findall("channel/item/title")]
    assert left == (
        legal if annotate else [t for t in legal if not t.strip() or score(" ".join(t.split())).verdict != "drop"]
    )
