"""Compile every template: `python -m homing.web.check_templates`. A syntax error must not wait for its page."""

from __future__ import annotations

import os
import sys

import django
from django.template import engines
from jinja2 import TemplateSyntaxError


def problems() -> tuple[str, ...]:
    """Return one line per template that does not compile."""
    environment = engines["jinja2"].env  # type: ignore[attr-defined]
    found = []
    for name in environment.list_templates(extensions=["html"]):
        try:
            environment.get_template(name)
        except TemplateSyntaxError as error:
            found.append(f"{name}:{error.lineno}: {error.message}")
    return tuple(found)


def main() -> int:
    """Print what is wrong and return the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homing.config.settings")
    django.setup()
    wrong = problems()
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
