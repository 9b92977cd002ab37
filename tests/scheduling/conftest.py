"""Scheduling begins with referrals."""

from __future__ import annotations

from tests.referrals.conftest import accepted, inbound, open_inbound

__all__ = ["accepted", "inbound", "open_inbound"]
