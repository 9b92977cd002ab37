from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "must_not"),
    [
        ("homing.intake.llm.operator", ("django", "pydantic_ai", "openai")),
        ("homing.intake.llm.grounding", ("django", "pydantic_ai", "openai")),
        ("homing.cli.read", ("django", "pydantic_ai", "openai")),
        # What is off by default costs nothing.
        ("django.setup(); import homing.intake.pipeline", ("pydantic_ai", "openai")),
        ("django.setup(); import homing.web.workspace.urls", ("pydantic_ai", "openai")),
    ],
)
def test_what_is_not_used_is_not_imported(module: str, must_not: tuple[str, ...]) -> None:
    program = f"import sys, {module.replace('django.setup', 'django; django.setup')}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(must_not) & set(done.stdout.split())
