"""Fixtures, and the rule for skips: where CI=true, only a missing ../shared may skip a test."""

from __future__ import annotations

import os
from pathlib import Path

import browse
import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The labelled data that lies beside the checkout of a developer and of CI, and nowhere else."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent")
    return SHARED


@pytest.fixture(scope="session")
def browser():
    if browse.chromium() is None:
        pytest.skip("chromium is absent")
    with browse.launched() as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and "../shared" not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where every component is at hand: {report.longrepr}"
    return report
