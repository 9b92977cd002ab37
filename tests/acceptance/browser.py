"""A real browser, in which every person signs in once, and which notes what must not happen on any page."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self
from urllib.parse import urlsplit

from playwright.sync_api import (
    APIRequestContext,
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Response,
    ViewportSize,
    WebError,
    sync_playwright,
)

from homing.accounts.policy import Role
from tests.acceptance.installation import SignIn

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
#: Two busy cores are no defect of a page.
PATIENCE_MS = 30_000
#: The console says nothing of its own about styles that the policy refused in a page that goes on working.
_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP refuses ${event.blockedURI || "inline"} (${event.effectiveDirective})`));
"""


@dataclass
class People:
    """One browser with a profile for each person. Use as a context manager, once per module: it holds the thread."""

    url: str
    sign_ins: Mapping[str, SignIn]
    problems: list[str] = field(default_factory=list)
    _browser: Browser | None = None
    _contexts: dict[Role | None, BrowserContext] = field(default_factory=dict)
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            playwright: Playwright = stack.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
            stack.callback(self._browser.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextlib.contextmanager
    def page(self, role: Role | None) -> Iterator[Page]:
        """Yield a new page of the person with `role`, signed in; of a stranger without one."""
        page = self._context(role).new_page()
        try:
            yield page
        finally:
            page.close()

    def request(self, role: Role) -> APIRequestContext:
        """Return what asks as the person with `role`, without a page."""
        return self._context(role).request

    def take_problems(self) -> list[str]:
        """Return what went wrong in any page since the last call, and forget it."""
        taken, self.problems = self.problems, []
        return taken

    def _context(self, role: Role | None) -> BrowserContext:
        if role not in self._contexts:
            self._contexts[role] = self._open(role)
        return self._contexts[role]

    def _open(self, role: Role | None) -> BrowserContext:
        assert self._browser is not None
        context = self._browser.new_context(viewport=WIDE, timezone_id="America/New_York")
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("response", self._response)
        if role is not None:
            self._sign_in(context, self.sign_ins[role])
        return context

    def _sign_in(self, context: BrowserContext, who: SignIn) -> None:
        page = context.new_page()
        page.goto(self.url)
        page.get_by_label("E-mail address").fill(who.email)
        page.get_by_label("Password").fill(who.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/accounts"))
        page.close()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(message.page, f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        self._note(error.page, f"script: {error.error}")

    def _response(self, response: Response) -> None:
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.problems.append(f"{response.status} {response.request.method} {urlsplit(response.url).path}")

    def _note(self, page: Page | None, text: str) -> None:
        self.problems.append(f"{urlsplit(page.url).path if page else ''}: {text}")
