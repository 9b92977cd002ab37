"""`python -m homing.cli`, for processes that must not depend on where the console script lies."""

from __future__ import annotations

from homing.cli.main import main

if __name__ == "__main__":
    main()
