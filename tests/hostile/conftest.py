"""The case page of tests/web, for those who attack it."""

from __future__ import annotations

from tests.web.conftest import client, quick_store, scene

__all__ = ["client", "quick_store", "scene"]
