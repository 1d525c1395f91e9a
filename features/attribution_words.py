"""The word lists of attribution as tables: verbs in every form, and what the ending of a name says of its bearer."""

from __future__ import annotations

from functools import cache

from features import lexicon

# A verb is listed in its dictionary form and met in any. Forms that do not exist match nothing: no verb class is kept.
_ROW = {
    "う": "わいえおっ",
    "く": "かきけこい",
    "ぐ": "がぎげごい",
    "す": "さしせそ",
    "つ": "たちてとっ",
    "ぬ": "なにねのん",
    "ぶ": "ばびべぼん",
    "む": "まみめもん",
    "る": "らりれろっ",
}


@cache
def words(category: str) -> frozenset[str]:
    """The entries of `features/lexicon/attribution/<category>.txt`."""
    table = lexicon.load("attribution")
    return frozenset(entry.text for entries in table.values() for entry in entries if entry.category == category)


@cache
def verbs(category: str) -> frozenset[str]:
    """The surfaces a tokenizer gives for the verbs of a list."""
    return frozenset(form for verb in words(category) for form in _forms(verb))


def _forms(verb: str) -> list[str]:
    stem, last = verb[:-1], verb[-1]
    forms = [verb, *(stem + kana for kana in _ROW.get(last, ""))]
    if verb.endswith("する"):
        forms += [verb[:-2] + kana for kana in "しさせ"]
    elif last == "る":
        forms += [stem, stem + "れ", stem + "よ"]
    return forms


@cache
def names() -> dict[str, str]:
    """Whole noun phrase -> kind."""
    return {
        word: kind for kind in ("public", "institution", "outlet") for word in words(f"{kind}_names")
    } | dict.fromkeys(words("not_names"), "")


@cache
def endings() -> dict[str, str]:
    """Last words of a noun phrase -> kind, '' for what only looks like a source."""
    kinds = {
        word: kind
        for kind in ("anonymous", "institution", "public", "outlet", "person")
        for word in words(f"{kind}_endings")
    }
    return kinds | dict.fromkeys(words("not_sources"), "")
