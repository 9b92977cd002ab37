"""Installations for acceptance tests. They live in folders of their own and share nothing with the test database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.installation import Installation


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """Yield a running installation that all tests of this process share: add to it, and break nothing in it."""
    # A limit of pages at which a file of a thousand is soon dealt with.
    with Installation(settings={"HOMING_MAX_PAGES": "12"}) as running:
        yield running


@pytest.fixture(scope="module")
def own_installation() -> Iterator[Installation]:
    """Yield a running installation of this module alone: it may be killed."""
    with Installation() as running:
        yield running
