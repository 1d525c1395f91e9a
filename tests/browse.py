"""A page in headless Chromium, with whatever it says to the console, asks for, or tries to run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

WIDTHS = {"phone": 390, "desktop": 1280}


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def launched() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium())
        yield browser
        browser.close()


def opened(
    browser: Any, file: Path, columns: int = 1280, scheme: str = "light", height: int = 900
) -> tuple[Any, list[str]]:
    """The page as opened from disk, and the list of what it said, which grows while the page is used."""
    context = browser.new_context(viewport={"width": columns, "height": height}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.expose_function("pwned", lambda *_: said.append("a script ran"))
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append("a dialog"))
    page.on("request", lambda request: said.append(request.url) if request.url != file.as_uri() else None)
    page.goto(file.as_uri())
    return page, said


def overflow(page: Any) -> int:
    """Pixels that the page is wider than its window."""
    return int(page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)"))
