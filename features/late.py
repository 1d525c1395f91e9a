"""Regular expressions compiled when they are first used: a headline alone needs none of a body's, and a start is short."""

from __future__ import annotations

import re
from typing import Any, cast


class _Late:
    def __init__(self, source: str, flags: int) -> None:
        self._source = source, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._source)
        for method in ("findall", "finditer", "fullmatch", "match", "search", "split", "sub"):
            setattr(self, method, getattr(compiled, method))  # found without coming here again
        return getattr(compiled, name)


def late(source: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, for a module's patterns."""
    return cast("re.Pattern[str]", _Late(source, flags))
