"""Words that announce what a piece of a news page is, in any publisher's wording."""

from __future__ import annotations

import re


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.M)


def _each(words: str, tail: str) -> str:
    """The words, each with the tail. Alternatives that begin with plain characters are searched for ten times faster."""
    return "|".join(word + tail for word in words.split("|"))


# Searched for in all short pieces of a page at once.
CUES: dict[str, re.Pattern[str]] = {
    "moment": _any(
        r"[0-9０-９](?:[0-9]{3}[年/.\-]\s?[0-9]{1,2}[月/.\-]|[0-9]?[月/]\s?[0-9]{1,2}|[0-9]?[:：時][0-9]{2}|[0-9０-９]?(?:分|時間|日|秒)前)"
    ),
    "legal": _any(
        "無断転載|無断複製|無断使用|転載を?禁|著作権|プライバシー|利用規約|特定商取引|個人情報の取|個人情報保護|免責事項|複製・",
        r"All [Rr]ights|ALL RIGHTS|all rights|Copyright|COPYRIGHT|copyright|©|\([Cc]\)|Ⓒ",
    ),
    "widget": _any(
        "シェア|ツイート|ブックマーク|はてブ|いいね|コメント|ログイン|会員登録|フォロー|メール|印刷|LINE|Facebook|Twitter|検索",
        "メニュー|スキップ|もっと見る|もっと読む|一覧|ページ|クリップ|購読|ヘルプ|お問い合わせ|サイトマップ|保存",
    ),
    "caption": _any(
        _each("引用|出典|写真|画像|提供|撮影|Photo|フォト|イラスト|図", r"\s?[:：=＝／/]"),
        r"提供$|撮影$|写真$|写真・|図\s?[0-9０-９]|［写真］|拡大",
        _each("=|＝", "[^。]{2,30}(?:撮影|提供)"),
    ),
    "byline": _any(
        r"@[A-Za-z0-9-]+\.[a-z]",
        _each("文|取材|執筆|著者|ライター|記者|編集", "[:：／/・]"),
        _each("記者|特派員|編集委員|編集部|配信|新聞|通信|ニュース|アクセス", "$"),
        _each("Text|text|By|by|BY", "[ :：]"),
    ),
    "cut": _any(
        "続きを読|続きをお読|続きを見|続きは|会員限定|有料会員|残り[0-9０-９,，]+字|残り[0-9０-９,，]+文字|この記事は会員|無料登録|無料会員登録|全文を|購読者限定"
    ),
    # What LEAD, MORE, PAID and SOURCE share, quick to look for.
    "end": _any(
        "この記事は|続き|会員|有料|読み放題|残り|全文|次のページ|引用|出典|写真|画像|撮影|イラスト|広告|スポンサー",
        "PR|AD|Ad|Photo|photo|Image|image|Sponsor",
    ),
}

# A heading that announces a rail.
HEADER = _any(
    "ランキング|おすすめ|オススメ|お勧め|関連|読まれて|読んで|話題|トピック|新着|最新|最近の|特集|ピックアップ",
    "注目|人気|あわせて|こちらも|アクセス|ニュース$|記事$|連載|セレクション|速報|コンテンツ",
    "(?i:ranking|pick ?up|recommend|related|topics|latest|new article)",
)
# The text goes on elsewhere: nothing of the article stands behind such a line.
LEAD = _any(
    "この記事は.{0,8}(?:会員|有料)|続きをお?読(?:みいただけ|み頂け|みにな|むには)|登録すると続き|続きは.{0,6}(?:有料|会員|ログイン|購読|登録)",
    "有料会員(?:が|になると|登録)|会員限定の?(?:有料)?記事です|読み放題|残り[0-9０-９,，]+文字|ログインして続き|ここから先は.{0,8}(?:会員|有料)",
)
MORE = re.compile(
    r"[\s…・>＞≫»▶→［\[]*(?:続きを(?:読む|見る)|続きはこちら|記事の続きを?(?:読む)?|全文を(?:読む|表示)|次のページ(?:へ)?)[\s…>＞≫»▶→］\]]*"
)
PAID = re.compile(
    r"[\s\[［【〈（(]*(?:PR|AD|広告|スポンサーリンク|Advertisement|ADVERTISEMENT|Sponsored)[\s\]］】〉）)]*"
)
# No sentence of an article, whatever its full stops.
NOTICE = re.compile(r"無断(?:転載|複製|使用)|転載を?禁|All [Rr]ights|ALL RIGHTS|Copyright|COPYRIGHT|©|Ⓒ")
RANK = re.compile(r"\s*+(?:第|No\.?|#)?\s*+([0-9０-９]{1,3})\s*+[位.．]?\s*+")
# A picture's credit on a line of its own.
SOURCE = re.compile(r"(?:引用|出典|写真|画像|撮影|Photo|photo|Image|イラスト)(?:提供|元)?\s?[:：][^。]*$")
COMMENTS = re.compile(r"コメント(?:する|を(?:書く|投稿))?\s*[(（]?\d*件?[)）]?")
EMAIL = re.compile(r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Labels of a rail's item that are no tag.
NO_TAG = _any(r"\d{1,2}[:：]\d{2}|[月日]|前$|^\W*$|^[\d,. ]+\w{0,6}$|もっと|一覧|続き|こちら|コメント|シェア|NEW$|new$")
