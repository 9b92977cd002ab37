"""The content of a referral keeps everything on its way through JSON."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from homing.content.referral import ReferralContent


@given(st.from_type(ReferralContent))
def test_content_survives_json(content: ReferralContent) -> None:
    assert ReferralContent.from_json(json.loads(json.dumps(content.to_json()))) == content
