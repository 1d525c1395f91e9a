"""Twelve invented sites: where each puts an article, its rails and everything else, and in what markup.

A layout takes a Story and gives the body of a page as a tree. Nothing here depends on how an article is graded: how many
rails a page has, and how loud they are, is drawn for the page.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from features.document import Role

from .tree import Node, a, e, raw


@dataclass(frozen=True)
class Item:
    """A headline in a rail."""

    title: str
    source: str = ""  # id in the corpus; "" for an advertisement
    tag: str = ""
    ago: str = ""


@dataclass
class Story:
    """An article with all a page shows around it."""

    title: str
    paragraphs: list[str]
    byline: str
    date: tuple[int, int, int, int, int]
    section: str
    tags: list[str]
    caption: str
    cut: bool
    weight: int  # 0 few rails, 1 some, 2 many
    rng: random.Random
    draw: Callable[..., list[Item]]
    copy: dict[str, Any]  # boilerplate.json
    number: int = 0

    def choose(self, options: Sequence[str]) -> str:
        return self.rng.choice(list(options))

    def when(self, form: str) -> str:
        year, month, day, hour, minute = self.date
        return form.format(y=year, m=month, d=day, H=hour, M=minute)

    def some(self, few: int, more: int, many: int) -> int:
        return (few, more, many)[self.weight]


@dataclass(frozen=True)
class Site:
    name: str
    host: str
    layout: str
    byline: str  # where an article has none; "" to leave it out
    build: Callable[[Story], list[Node]]
    head: str = ""  # what the head says: og, ld, meta, bare


def other(tag: str, *children: Node | str, kind: str = "", **attrs: Any) -> Node:
    return e(tag, *children, role="other", kind=kind, **attrs)


def link(item: Item, story: Story, **attrs: Any) -> Node:
    story.number += 7
    return a(item.title, f"/a/{story.number + 31000}", **attrs)


def part(role: Role, item: Item) -> dict[str, Any]:
    return {"role": role, "kind": "" if item.source else "ad", "item": item.source}


def rail_head(tag: str, text: str, kind: str = "", **attrs: Any) -> Node:
    return e(tag, text, role="rail_header", kind=kind, **attrs)


def bullets(story: Story, items: list[Item], **attrs: Any) -> Node:
    """The plainest rail: a list of links."""
    return e("ul", *[e("li", link(item, story), **part("rail_item", item)) for item in items], **attrs)


def menu(*words: str, **attrs: Any) -> Node:
    return e("ul", *[other("li", a(word, f"/{i}/"), kind="nav") for i, word in enumerate(words)], **attrs)


def paragraphs(story: Story, tag: str = "p", **attrs: str) -> list[Node]:
    return [e(tag, text, role="body", **attrs) for text in story.paragraphs]


def slot(story: Story, tag: str = "p", **attrs: str) -> list[Node]:
    """An advertisement in the running text: a label, and often its line."""
    text, firm = story.rng.choice(story.copy["ads"])
    nodes = [other(tag, story.choose(story.copy["slots"]), kind="ad", **attrs)]
    if story.rng.random() < 0.6:
        nodes.append(other(tag, a(f"{text}({firm})"), kind="ad", **attrs))
    return nodes


def ads(story: Story, n: int) -> list[Item]:
    return [Item(text, "", firm) for text, firm in story.rng.sample(story.copy["ads"], n)]


def mid(nodes: list[Node], extra: list[Node], at: float = 0.5) -> list[Node]:
    """Something put between two paragraphs."""
    cut = max(1, round(len(nodes) * at))
    return nodes[:cut] + extra + nodes[cut:]


def remarks(story: Story, n: int) -> list[tuple[str, str]]:
    names = story.rng.sample(story.copy["commenters"], n)
    return list(zip(names, story.rng.sample(story.copy["comments"], n), strict=True))


def hokuryo(s: Story) -> list[Node]:
    """A regional newspaper: article and sidebar, a paywall where the text is cut."""
    body = paragraphs(s)
    if s.weight:
        body = mid(body, [bullets(s, s.draw(1 + s.weight), cls="article__inline-links")], 0.6)
    if s.cut:
        body.append(
            other(
                "p",
                f"この記事は有料会員限定です 残り {s.rng.randrange(280, 1900)}文字",
                kind="lead_mark",
                cls="pay-lock",
            )
        )
        body.append(other("p", a("会員の方はこちらからログイン"), kind="form", cls="pay-login"))
        body.append(other("p", "月額1,980円、初月は無料でお読みいただけます。", kind="ad", cls="pay-plan"))
    article = [
        e("h1", s.title, role="headline", cls="article__title"),
        other("p", s.when("{y}年{m}月{d}日 {H}:{M:02d}"), kind="date", cls="article__date"),
        e(
            "ul",
            *[other("li", a(word), kind="share") for word in ("シェアする", "ポストする", "紙面で読む", "印刷")],
            cls="sns",
        ),
    ]
    if s.caption:
        article.append(e("figure", raw('<img src="/img/main.jpg" alt="">'), e("figcaption", s.caption, role="caption")))
    article += [e("div", *body, cls="article__body")]
    if s.byline:
        article.append(e("p", s.byline, role="byline", cls="article__author"))
    article.append(e("ul", *[other("li", a(f"#{tag}"), kind="tag") for tag in s.tags], cls="article__tags"))
    related = s.draw(s.some(3, 4, 6))
    side = [
        e("section", rail_head("h2", f"{s.section}の記事"), bullets(s, related), cls="side-box"),
        e(
            "section",
            rail_head("h2", "アクセスランキング"),
            e("ol", *[e("li", link(i, s), **part("rail_item", i)) for i in s.draw(s.some(5, 5, 10))], cls="rank"),
            cls="side-box side-box--rank",
        ),
    ]
    if s.weight == 2:
        side.append(e("section", rail_head("h2", "北陵新報からのおすすめ"), bullets(s, s.draw(6)), cls="side-box"))
    return [
        e("a", raw('<img src="/logo.svg" alt="北陵新報">'), href="/"),
        e(
            "nav",
            menu("トップ", "県内", "政治・経済", "社会", "スポーツ", "くらし", "おくやみ", "紙面ビューアー"),
            cls="gnav",
        ),
        e("div", e("main", e("article", *article)), e("aside", *side), cls="l-cols"),
        e(
            "footer",
            menu("会社案内", "購読のお申し込み", "広告掲載", "個人情報の扱い", "お問い合わせ"),
            other("p", "掲載の記事・写真・図表を許可なく使うことはできません。", kind="legal"),
            other("p", "© Hokuryo Shimpo", kind="legal"),
        ),
    ]


def shiomi(s: Story) -> list[Node]:
    """A small paper whose pages are tables, as they were made in 2001."""
    run: list[Node] = []
    for text in s.paragraphs:
        run += [e("", text, role="body"), raw("<br><br>")]
    if s.cut:
        run.append(other("", a("≫続きを読む"), kind="lead_mark"))
    if s.byline:
        run += [raw("<br><br>"), e("", f"({s.byline})", role="byline")]
    ranked = s.draw(s.some(3, 5, 8))
    rows = [
        e("tr", e("td", f"{n}.", role="rail_rank"), e("td", link(i, s), **part("rail_item", i)))
        for n, i in enumerate(ranked, 1)
    ]
    left: list[Node] = [
        other("div", "■メニュー", kind="nav"),
        *[other("div", a(word), kind="nav") for word in ("ホーム", "きょうの紙面", "港の話題", "潮見の天気", "掲示板")],
    ]
    if s.weight:
        left += [
            rail_head("div", "■最近の記事"),
            *[e("div", "・", link(i, s), **part("rail_item", i)) for i in s.draw(4)],
        ]
    cells = [
        e("td", *left, width="150", valign="top", bgcolor="#eeeeff"),
        e(
            "td",
            e("b", e("font", s.title, role="headline", size="5")),
            raw("<br>"),
            other("div", s.when("[{y}/{m:02d}/{d:02d}]"), kind="date", align="right"),
            raw("<hr>"),
            *run,
            raw("<hr>"),
            rail_head("div", "★よく読まれた記事★", align="center"),
            e("table", *rows, border="0"),
            valign="top",
        ),
    ]
    return [
        e(
            "center",
            raw('<img src="title.gif" alt="潮見タイムズ">'),
            other("p", "港町の毎日を伝えて七十八年", kind="nav"),
        ),
        e("table", e("tr", *cells), width="760", border="0", cellpadding="8"),
        raw("<hr>"),
        e(
            "center",
            other("div", "潮見タイムズ社 電話(代表)00-0000-0000", kind="nav"),
            other("div", "このホームページの文章と写真を勝手に持ち出さないでください", kind="legal"),
        ),
    ]


def mizuhodai(s: Story) -> list[Node]:
    """Local television: video first, ranks in elements of their own."""

    def ranking(title: str, items: list[Item]) -> Node:
        return e(
            "div",
            rail_head("h3", title, cls="rank__head"),
            *[
                e(
                    "div",
                    e("div", str(n), role="rail_rank", cls="rank__num"),
                    e("a", e("div", i.title, **part("rail_item", i), cls="rank__ttl"), href=f"/news/{n * 17}"),
                    cls="rank__item",
                )
                for n, i in enumerate(items, 1)
            ],
            cls="rank",
        )

    body = paragraphs(s, cls="txt")
    if s.cut:
        body.append(other("p", a("この続きを動画で見る(アプリ限定)"), kind="lead_mark", cls="txt-more"))
    ranked = s.draw(5)
    rails = [ranking("いま見られているニュース", ranked)]
    if s.weight:
        rails.append(e("div", rail_head("h3", "県内のニュース"), bullets(s, s.draw(s.some(0, 5, 9)), cls="newslist")))
    if s.weight == 2:
        rails.append(ranking("24時間ランキング", ranked))
    dates = [other("div", s.when("{y}年{m}月{d}日({H}時{M:02d}分 更新)"), kind="date", cls="news__date")]
    return [
        e(
            "header",
            other("div", a("みずほ台テレビ"), kind="nav", cls="logo"),
            menu("ニュース", "天気", "番組表", "アナウンサー", "イベント", "動画"),
        ),
        e(
            "div",
            *dates,
            e("h1", s.title, role="headline", cls="news__ttl"),
            e(
                "div",
                raw('<video src="/v/1.mp4" poster="/v/1.jpg"></video>'),
                other(
                    "div", f"再生時間 {s.rng.randrange(0, 3)}:{s.rng.randrange(10, 60)}", kind="nav", cls="player__time"
                ),
                cls="player",
            ),
            *([e("div", s.caption, role="caption", cls="news__cap")] if s.caption else []),
            e("div", *body, cls="news__body"),
            *([e("div", s.byline, role="byline", cls="news__by")] if s.byline else []),
            e("div", *[other("div", a(w), kind="share") for w in ("LINEで送る", "リンクをコピー")], cls="sns-btns"),
            cls="news",
        ),
        *rails,
        e(
            "div",
            other("p", "スクープ映像や写真をお待ちしています。撮影の際は身の安全を第一にしてください。", kind="form"),
            other("p", a("投稿フォームへ"), kind="form"),
            cls="post-box",
        ),
        e(
            "footer",
            menu("放送番組審議会", "採用情報", "サイトのご利用にあたって"),
            other("p", "© MIZUHODAI TELEVISION. 番組内容の二次利用はできません。", kind="legal"),
        ),
    ]


def sporto(s: Story) -> list[Node]:
    """A sports daily: tabs, tags, advertisements between the paragraphs, a ranking with the rank inside the link."""
    body = mid(paragraphs(s, cls="kiji"), slot(s, cls="ad-infeed"), 0.4)
    if s.weight == 2:
        body = mid(body, slot(s, cls="ad-infeed"), 0.8)
    if s.cut:
        body.append(other("p", a("続きは紙面イメージで(登録無料)"), kind="lead_mark", cls="kiji-next"))
    ranked = s.draw(s.some(3, 5, 10))
    return [
        e(
            "div",
            *[
                other("div", a(w), kind="nav")
                for w in ("野球", "サッカー", "格闘技", "競馬・競輪", "ゴルフ", "芸能", "社会")
            ],
            cls="tabs",
        ),
        e("div", other("p", f"ホーム > {s.section} > 記事", kind="nav"), cls="pankuzu"),
        e("h1", s.title, role="headline"),
        other("p", s.when("[{y}年{m}月{d}日{H}時{M}分]"), kind="date", cls="day"),
        *(
            [e("p", raw('<img src="/p.jpg" alt="">'), e("span", s.caption, role="caption"), cls="photo")]
            if s.caption
            else []
        ),
        e("div", *body, id="news"),
        *([e("p", f"[{s.byline}]", role="byline", cls="sign")] if s.byline else []),
        e(
            "div",
            *[
                other("p", a("写真をもっと見る"), kind="nav"),
                other("p", a(f"コメントを読む({s.rng.randrange(0, 90)})"), kind="comment"),
            ],
            cls="more",
        ),
        e(
            "dl",
            rail_head("dt", "関連ニュース"),
            *[e("dd", link(i, s), **part("rail_item", i)) for i in s.draw(s.some(2, 4, 6))],
        ),
        e(
            "div",
            rail_head("h2", f"{s.section}ニュースランキング"),
            e(
                "ul",
                *[e("li", e("i", str(n)), " ", link(i, s), **part("rail_item", i)) for n, i in enumerate(ranked, 1)],
                cls="rankList",
            ),
            cls="rankBox",
        ),
        e("div", rail_head("h2", "PR", kind="ad"), bullets(s, ads(s, s.some(1, 2, 4))), cls="prBox"),
        e(
            "div",
            other("p", "メールで号外を受け取る", kind="form"),
            other("p", raw_input("メールアドレス"), "登録する", kind="form"),
            cls="mailmag",
        ),
        e(
            "div",
            other("p", "日刊スポルト東都 記事・写真の転用は固くお断りします。", kind="legal"),
            other("p", "Copyright Nikkan Sporto Toto", kind="legal"),
            cls="foot",
        ),
    ]


def raw_input(hint: str) -> Node:
    return Node("span", raw=f'<input type="email" placeholder="{hint}">')


def kurashinowa(s: Story) -> list[Node]:
    """A magazine on living: contents, advertisements in the text, cards, a profile."""

    def cards(items: list[Item]) -> Node:
        return e(
            "div",
            *[
                e(
                    "div",
                    e(
                        "a",
                        raw('<img src="/t.webp" alt="" loading="lazy">'),
                        e("p", i.title, **part("rail_item", i), cls="card-title"),
                        href="#",
                    ),
                    *(
                        [e("p", i.tag, role="rail_tag", cls="card-cat")]
                        if i.source
                        else [other("p", f"PR/{i.tag}", kind="ad", cls="card-pr")]
                    ),
                    cls="card",
                )
                for i in items
            ],
            cls="cards",
        )

    body = mid(paragraphs(s), slot(s, "div", cls="ad"), 0.5)
    if s.cut:
        body.append(
            other(
                "p",
                a(f"次のページ:{s.choose(['気になる続きはこちら', '編集部が出した答え', 'まとめ'])}"),
                kind="lead_mark",
                cls="next-page",
            )
        )
        body.append(e("ul", *[other("li", a(n), kind="nav") for n in ("1", "2", "3")], cls="pager"))
    name = s.byline or "クラシノワ編集部"
    recommended = s.draw(s.some(2, 4, 6))
    return [
        e(
            "header",
            other("div", "クラシノワ", kind="nav", cls="brand"),
            other("div", "暮らしの輪をひろげる読みもの", kind="nav", cls="copy"),
        ),
        e("nav", menu("ごはん", "おかね", "すまい", "からだ", "こころ", "おでかけ")),
        e(
            "article",
            e("div", other("div", s.section, kind="nav", cls="cat")),
            e("h1", s.title, role="headline", cls="entry-title"),
            other("div", s.when("{y}.{m:02d}.{d:02d}"), kind="date", cls="entry-date"),
            e("div", name, role="byline", cls="entry-author"),
            *(
                [e("figure", raw('<img src="/m.webp" alt="">'), e("figcaption", s.caption, role="caption"))]
                if s.caption
                else []
            ),
            e("div", *body, cls="entry-content"),
            cls="entry",
        ),
        e("div", *[other("div", a(f"#{tag}"), kind="tag") for tag in s.tags], cls="tags"),
        e("section", rail_head("h2", "あわせて読みたい"), cards(recommended), cls="reco"),
        *([e("section", rail_head("h2", "今週の人気記事"), cards(s.draw(5)), cls="popular")] if s.weight else []),
        *(
            [
                e(
                    "section",
                    rail_head("h2", "あなたへのおすすめ"),
                    cards(ads(s, 2) + s.draw(2) + recommended[:2]),
                    cls="reco2",
                )
            ]
            if s.weight == 2
            else []
        ),
        e(
            "section",
            other("h2", "この記事を書いた人", kind="profile"),
            other("p", name, kind="profile", cls="writer-name"),
            other(
                "p",
                s.choose(
                    [
                        "散歩と保存食づくりが趣味。台所から世の中を見ています。",
                        "元は紙の雑誌の人。二匹の犬と暮らす。",
                        "生活まわりの取材を10年。家計簿は手書き派です。",
                    ]
                ),
                kind="profile",
            ),
            cls="writer",
        ),
        e(
            "section",
            other("p", "週に一度、編集部からの手紙をお届けします。", kind="form"),
            other("p", raw_input("you@mail.example"), "受け取る", kind="form"),
            cls="letter",
        ),
        e(
            "footer",
            menu("クラシノワについて", "広告のご相談", "プライバシー"),
            other("p", "© kurashinowa", kind="legal"),
        ),
    ]


def biznote(s: Story) -> list[Node]:
    """A business magazine: paywall, a ranking in three tabs that repeats itself, a series list."""
    body = paragraphs(s)
    if s.cut:
        n = s.rng.randrange(600, 4200)
        body += [
            other(
                "div", f"ここから先は会員の方だけがご覧になれます。残り{n:,}文字", kind="lead_mark", cls="paywall__msg"
            ),
            other("div", a("無料会員登録(30秒で完了)"), kind="form", cls="paywall__btn"),
        ]
    top = s.draw(s.some(3, 5, 5))

    def tab(label: str, items: list[Item]) -> list[Node]:
        rows = [
            e("li", e("span", f"{n}", cls="no"), " ", link(i, s), **part("rail_item", i))
            for n, i in enumerate(items, 1)
        ]
        return [other("p", label, kind="nav", cls="tab"), e("ol", *rows, cls="tab-panel")]

    order = top[::-1] if len(top) > 1 else top
    tabs = (
        tab("1時間", top)
        + (tab("24時間", order) if s.weight else [])
        + (tab("週間", s.draw(5)) if s.weight == 2 else [])
    )
    return [
        e(
            "div",
            other("p", "クッキーの利用に同意すると、読者に合わせた記事をお見せできます。", kind="cookie"),
            other("p", a("同意する"), kind="cookie"),
            id="cookie-bar",
        ),
        e("header", menu("新着", "連載", "企業", "キャリア", "データ", "ログイン", cls="header-nav")),
        e(
            "main",
            other(
                "p",
                a(s.choose(["連載 数字の裏側", "特集 現場のいま", "ビズノート・レポート"])),
                kind="nav",
                cls="series",
            ),
            e("h1", s.title, role="headline"),
            e("p", s.byline or "ビズノート取材班", role="byline", cls="author"),
            other("p", e("time", s.when("{y}年{m}月{d}日")), kind="date"),
            e("div", *body, cls="content"),
            *([e("p", s.caption, role="caption", cls="img-note")] if s.caption else []),
            e(
                "div",
                *[other("div", a(w), kind="share", cls="btn") for w in ("X", "メール", "あとで読む")],
                cls="share",
            ),
        ),
        e("section", rail_head("h2", "この連載の記事"), bullets(s, s.draw(s.some(2, 3, 5))), cls="series-list"),
        e("section", rail_head("h2", "ビズノート 人気ランキング"), *tabs, cls="ranking"),
        *(
            [e("section", rail_head("h2", "スポンサーコンテンツ", kind="ad"), bullets(s, ads(s, 3)), cls="sponsored")]
            if s.weight
            else []
        ),
        e(
            "section",
            other("p", "平日朝7時、ニュースを5本にまとめてメールします", kind="form"),
            other("p", raw_input("会社のメールアドレス"), "購読する", kind="form"),
        ),
        e(
            "footer",
            other("p", "ビズノートは株式会社ノートワークスが運営しています。", kind="legal"),
            other("p", a("利用のきまり"), " / ", a("特商法の表示"), kind="legal"),
        ),
    ]


def potaru(s: Story) -> list[Node]:
    """A portal: short topics, tags such as 気になる, comments, the same recommendations twice."""

    def ranked(items: list[Item]) -> Node:
        return e(
            "ol",
            *[
                e(
                    "li",
                    e("span", str(n), role="rail_rank", cls="rk"),
                    e("a", e("p", i.title, **part("rail_item", i), cls="ttl"), href=f"/pickup/{n}"),
                    e("p", i.tag, role="rail_tag", cls="lbl"),
                )
                for n, i in enumerate(items, 1)
            ],
        )

    body = paragraphs(s)
    if s.cut:
        body.append(
            other(
                "p",
                a(s.choose(["続きを読む", "記事全文を読む", "配信元で続きを読む"])),
                kind="lead_mark",
                cls="readmore",
            )
        )
    also = s.draw(s.some(3, 5, 8))
    talk = [
        node
        for name, text in remarks(s, s.some(0, 2, 5))
        for node in (
            other("p", name, kind="comment", cls="user"),
            other("p", text, kind="comment", cls="text"),
            other(
                "p", f"共感した {s.rng.randrange(0, 900)}  うーん {s.rng.randrange(0, 60)}", kind="comment", cls="react"
            ),
        )
    ]
    return [
        e("div", other("p", a("メニューを飛ばして本文へ"), kind="nav"), id="skip"),
        e("header", menu("トップ", "速報", "ランキング", "みんなの声", "天気", "運行情報")),
        e(
            "article",
            e("h1", s.title, role="headline"),
            other("p", s.when("{m}/{d} {H}:{M:02d} 配信"), kind="date"),
            *([e("p", s.byline, role="byline", cls="provider")] if s.byline else []),
            *([e("p", s.caption, role="caption", cls="cap")] if s.caption else []),
            e("div", *body, cls="main-text"),
            *[other("p", f"コメント{s.rng.randrange(0, 640)}件", kind="comment", cls="count")],
        ),
        e("section", rail_head("h2", "関連記事"), bullets(s, s.draw(s.some(2, 3, 5)))),
        e("section", other("h2", "みんなのコメント", kind="comment"), *talk, cls="comments")
        if talk
        else raw("<!-- no comments -->"),
        e("section", rail_head("h2", "主なトピックス"), bullets(s, s.draw(s.some(4, 8, 8), short=True)), cls="topics"),
        e("section", rail_head("h2", "こちらの記事も読まれています"), bullets(s, also), cls="also"),
        *(
            [e("section", rail_head("h2", "こちらの記事も読まれています"), bullets(s, also), cls="also also--sp")]
            if s.weight == 2
            else []
        ),
        *(
            [
                e("section", rail_head("h2", "おすすめ"), ranked(s.draw(5)), cls="pick"),
                e("section", rail_head("h2", "話題"), ranked(s.draw(s.some(0, 3, 5))), cls="buzz"),
            ]
            if s.weight
            else []
        ),
        e(
            "footer",
            menu("ヘルプ", "ご意見・ご要望", "プライバシー", "免責事項"),
            other("p", "記事の内容は配信元の責任で提供されています。", kind="legal"),
            other("p", "© Potaru Inc.", kind="legal"),
        ),
    ]


def sugu(s: Story) -> list[Node]:
    """A stripped mobile page, AMP-like: little but the article, a slot, and a list at its foot."""
    body = paragraphs(s, cls="p")
    if s.weight:
        body = mid(
            body,
            [
                raw('<amp-ad width="300" height="250" type="none"></amp-ad>'),
                other("div", "広告", kind="ad", cls="ad-label"),
            ],
            0.35,
        )
    if s.cut:
        body.append(other("div", a("全文を表示する"), kind="lead_mark", cls="show-all"))
    meta = s.when("{y}/{m}/{d} {H:02d}:{M:02d}")
    rails = [
        e(
            "section",
            rail_head("h4", "次に読む"),
            *[e("div", link(i, s), **part("rail_item", i)) for i in s.draw(s.some(2, 5, 9))],
            cls="next",
        )
    ]
    if s.weight == 2:
        rails.append(
            e(
                "section",
                rail_head("h4", "いま話題"),
                *[e("div", link(i, s), **part("rail_item", i)) for i in s.draw(6, short=True)],
                cls="hot",
            )
        )
    return [
        e("header", other("div", a("すぐよむ"), kind="nav")),
        e(
            "article",
            e("h1", s.title, role="headline"),
            *(
                [e("div", s.byline, " ", e("time", meta), role="byline", cls="meta")]
                if s.byline
                else [other("div", e("time", meta), kind="date", cls="meta")]
            ),
            raw('<amp-img src="/i.jpg" width="640" height="360" layout="responsive"></amp-img>'),
            *([e("div", s.caption, role="caption", cls="small")] if s.caption else []),
            *body,
        ),
        e("div", other("div", a("シェア"), " ", a("保存"), kind="share"), cls="bar"),
        *rails,
        e("footer", other("div", a("PC版を見る"), kind="nav"), other("div", "すぐよむ 運営事務局", kind="legal")),
    ]


def tsuzuri(s: Story) -> list[Node]:
    """A blog service: the entry in the middle, its writer's lists at the side, comments below."""
    body: list[Node] = []
    for text in s.paragraphs:
        body += [e("div", text, role="body"), raw("<div><br></div>")]
    if s.cut:
        body.append(other("div", a("…続きはこちら(ブログ会員のみ)"), kind="lead_mark"))
    talk = [
        other("li", f"{i}. {name}: {text}", kind="comment")
        for i, (name, text) in enumerate(remarks(s, s.some(0, 1, 3)), 1)
    ]
    side: list[Node] = [
        e(
            "div",
            other("h4", "プロフィール", kind="profile"),
            other("div", f"{s.byline or 'つづり人'} さん", kind="profile"),
            other("div", a("読者になる"), kind="form"),
        ),
        e("div", rail_head("h4", "最新記事"), bullets(s, s.draw(s.some(3, 5, 5))), cls="recent"),
    ]
    if s.weight:
        side.append(
            e("div", rail_head("h4", "つづりブログの人気記事"), bullets(s, s.draw(s.some(0, 4, 8))), cls="hot-entry")
        )
    side.append(
        e(
            "div",
            other("h4", "月別アーカイブ", kind="nav"),
            menu(*[f"2025年{m}月({s.rng.randrange(1, 24)})" for m in (11, 10, 9, 8)]),
        )
    )
    return [
        e(
            "div",
            other("div", a("つづりブログ"), " ", a("ブログをはじめる"), " ", a("ログイン"), kind="nav"),
            id="service-bar",
        ),
        e(
            "div",
            other(
                "h2",
                a(s.choose(["窓辺の備忘録", "駅までの道", "取材ノートのすみっこ", "うちの縁側日記", "三丁目だより"])),
                kind="nav",
            ),
            id="blog-title",
        ),
        e(
            "div",
            e("h3", a(s.title), role="headline", cls="entry-header"),
            other("div", s.when("{y}-{m:02d}-{d:02d} {H:02d}:{M:02d}:11"), kind="date"),
            other("div", "テーマ:", a(s.section), kind="nav"),
            e("div", *body, cls="entry-body"),
            *([e("div", s.byline, role="byline", cls="entry-footer")] if s.byline else []),
            e(
                "div",
                *[other("div", a(w), kind="share") for w in (f"いいね!{s.rng.randrange(0, 200)}", "リブログ")],
                cls="iine",
            ),
            *([e("ul", *talk, cls="comment-list")] if talk else []),
            other("div", a("コメントを書く"), kind="comment"),
            cls="entry",
        ),
        e("div", *side, id="sidebar"),
        e(
            "div",
            other(
                "div", "つづりブログへのご連絡は", a("窓口"), "まで。", a("権利を侵害されたと感じたら"), kind="legal"
            ),
            id="foot",
        ),
    ]


def shizuka(s: Story) -> list[Node]:
    """A hand-made page with next to nothing on it."""
    body = paragraphs(s)
    if s.cut:
        body.append(other("p", a("(つづく)次の頁へ"), kind="lead_mark"))
    foot: list[Node] = []
    if s.weight:
        foot = [
            rail_head("p", "ほかの頁"),
            *[e("p", link(i, s), **part("rail_item", i)) for i in s.draw(s.some(0, 3, 5))],
        ]
    return [
        e("h1", s.title, role="headline"),
        *([e("p", s.byline, role="byline")] if s.byline else []),
        *body,
        other("p", s.when("{y}年{m}月{d}日 記す"), kind="date"),
        raw("<hr>"),
        *foot,
        other("p", a("表紙へ戻る"), kind="nav"),
    ]


def banzuke(s: Story) -> list[Node]:
    """A digest of forums: rails above and below the article, the same list at both ends, advertisements."""
    antenna = s.draw(s.some(4, 6, 9))
    body = mid(paragraphs(s, "div", cls="t_b"), slot(s, "div", cls="ad_mid"), 0.5)
    if s.cut:
        body.append(other("div", a("続きを読む"), kind="lead_mark", cls="tuduki"))
    source = other("div", f"引用元: 板別まとめ {s.rng.randrange(10**6, 10**7)}", kind="nav", cls="src")
    more = ads(s, s.some(0, 2, 3))
    return [
        e(
            "div",
            other("h1", a("まとめ番付"), kind="nav"),
            other("p", "きょうの話題を東西に並べる", kind="nav"),
            id="head",
        ),
        e("div", rail_head("div", "人気記事"), bullets(s, antenna), cls="antenna"),
        e("div", *slot(s, "div"), cls="ad_top"),
        e(
            "div",
            e("h2", s.title, role="headline"),
            other(
                "div",
                s.when("{y}年{m:02d}月{d:02d}日 {H:02d}:{M:02d}"),
                " | カテゴリ:",
                a(s.section),
                " | ",
                a(f"コメント({s.rng.randrange(0, 300)})"),
                kind="date",
                cls="article-info",
            ),
            *([e("div", s.byline, role="byline")] if s.byline else []),
            *([e("div", s.caption, role="caption")] if s.caption else []),
            *body,
            source,
            cls="article",
        ),
        *(
            [e("div", rail_head("div", "おすすめ"), bullets(s, more + s.draw(s.some(0, 3, 5))), cls="osusume")]
            if s.weight
            else []
        ),
        e(
            "div",
            *[
                other("div", f"{i}. {name} {text}", kind="comment")
                for i, (name, text) in enumerate(remarks(s, s.some(1, 3, 5)), 1)
            ],
            cls="comments",
        ),
        *(
            [e("div", rail_head("div", "人気記事"), bullets(s, antenna), cls="antenna antenna--bottom")]
            if s.weight
            else []
        ),
        e(
            "div",
            other("div", "当番付は掲示板の書き込みを編集したものです。消してほしい方は", a("こちら"), kind="legal"),
            cls="foot",
        ),
    ]


def kaikyo(s: Story) -> list[Node]:
    """A foreign daily's Japanese edition, on a blog engine: bullets, the same list twice, ranks and tags, stray code."""

    def numbered(items: list[Item]) -> Node:
        return e(
            "ul",
            *[
                e(
                    "li",
                    e("div", str(n), role="rail_rank", cls="post-num"),
                    e("h5", link(i, s), **part("rail_item", i)),
                    e("p", a(i.tag), role="rail_tag", cls="post-cat"),
                )
                for n, i in enumerate(items, 1)
            ],
        )

    body = paragraphs(s)
    figure = (
        [e("figure", raw('<img src="/w.jpg" alt="">'), e("figcaption", s.caption, role="caption"))] if s.caption else []
    )
    body = mid(body, figure, 0.3) if figure and s.weight == 2 else figure + body
    if s.cut:
        body.append(other("p", a("» 続きを読む"), kind="lead_mark"))
    also = s.draw(s.some(3, 6, 8))
    mail = f"{s.choose(['desk', 'news', 'jp-edition'])}@kaikyo-daily.example"
    return [
        e("div", other("div", a("本文へ進む"), " ", a("サイト内検索へ進む"), " ", a("フッターへ進む"), kind="nav")),
        e("h1", s.title, role="headline", cls="post-title"),
        e(
            "div",
            f"{s.byline or '海峡デイリー編集局'} 閲覧 {s.rng.randrange(40, 9000)}",
            role="byline",
            cls="post-meta",
        ),
        e("div", *body, cls="post-content"),
        e("div", f"{s.byline or '海峡デイリー編集局'}\n{mail}", role="byline", cls="post-author"),
        other("div", f"コメント{s.rng.randrange(0, 12)}", kind="comment", cls="comment-count"),
        other("div", "500", kind="comment", cls="comment-limit"),
        e("div", rail_head("h3", f"[{s.section}] よく読まれた記事"), bullets(s, s.draw(s.some(3, 6, 6))), cls="widget"),
        e("div", rail_head("h3", "ほかの人はこれも読んでいます"), bullets(s, also), cls="widget"),
        *(
            [e("div", rail_head("h3", "ほかの人はこれも読んでいます"), bullets(s, also), cls="widget")]
            if s.weight
            else []
        ),
        *(
            [
                e("div", rail_head("h3", "編集局のおすすめ"), numbered(s.draw(5)), cls="widget"),
                e("div", rail_head("h3", "話題"), numbered(s.draw(5)), cls="widget"),
            ]
            if s.weight == 2
            else []
        ),
        other("div", "シェア", kind="share"),
        other("div", '[share_box id="3" style="round" title="海峡デイリー"]', kind="share"),
    ]


SITES: dict[str, Site] = {
    "hokuryo": Site("北陵新報", "www.hokuryo-shimpo.example", "newspaper", "", hokuryo, "og ld"),
    "shiomi": Site("潮見タイムズ", "shiomi-times.example", "tables", "", shiomi, "bare"),
    "mizuhodai": Site("みずほ台テレビ", "news.mizuhodai-tv.example", "television", "", mizuhodai, "og"),
    "sporto": Site("日刊スポルト東都", "sporto-toto.example", "sports", "", sporto, "og meta"),
    "kurashinowa": Site("クラシノワ", "kurashinowa.example", "magazine", "クラシノワ編集部", kurashinowa, "og ld"),
    "biznote": Site("ビズノート", "biznote.example", "business", "ビズノート取材班", biznote, "og ld"),
    "potaru": Site("ポタルニュース", "news.potaru.example", "portal", "", potaru, "og meta"),
    "sugu": Site("すぐよむ", "amp.suguyomu.example", "amp", "", sugu, "ld"),
    "tsuzuri": Site("つづりブログ", "blog.tsuzuri.example", "blog", "", tsuzuri, "meta"),
    "shizuka": Site("静かな頁", "shizuka.example", "minimal", "", shizuka, "bare"),
    "banzuke": Site("まとめ番付", "matome-banzuke.example", "digest", "", banzuke, "meta"),
    "kaikyo": Site(
        "海峡デイリー日本語版", "jp.kaikyo-daily.example", "translation", "海峡デイリー編集局", kaikyo, "og"
    ),
}
