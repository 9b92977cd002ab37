"""Every screen by the rules of WCAG 2.2 AA, on a desk and on a phone, and by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, URLResolver, reverse
from playwright.sync_api import Page, expect

from homing.accounts.policy import Role
from homing.web import account_urls
from homing.web.workspace import urls
from tests.acceptance.browser import PHONE, WIDE, People
from tests.acceptance.demonstration import Built, Demonstration, shared
from tests.acceptance.installation import Installation

INTAKE, SCHEDULER, CLINICIAN = Role.INTAKE_COORDINATOR, Role.SCHEDULER, Role.CLINICIAN
SENDER, MANAGER, ADMIN = Role.REFERRAL_COORDINATOR, Role.REFERRAL_MANAGER, Role.INTEGRATION_ADMIN
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_NEWCOMER = {
    "organization": "Riverbend Clinic",
    "fax": "(617) 555-0150",
    "name": "Alex Newcomer",
    "email": "alex@riverbend.example",
    "password": "nobody guesses this one",
}
#: Twice round a page of the demo is shorter than this.
_MANY_TABS = 150


def _first(query: str) -> Callable[[Demonstration], UUID]:
    return lambda demo: demo.rows(query)[0][0]


_ITEM = "SELECT id FROM intake_inbounditem WHERE {} ORDER BY received_at LIMIT 1"
_REFERRAL = "SELECT id FROM referrals_referral WHERE direction = '{}' AND status = '{}' ORDER BY opened_at LIMIT 1"
_MESSAGE = "SELECT id FROM messaging_message WHERE kind = 'notice' AND state = 'delivered' ORDER BY created_at LIMIT 1"
_DAY = "SELECT to_char(received_at, 'YYYY-MM-DD') FROM intake_inbounditem WHERE disposition <> '' LIMIT 1"
_PERSON = "SELECT id FROM accounts_user WHERE email = 'scheduling@lakeside.example'"


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen in one condition, and somebody who may see it (None: anybody). `keys` find what the address names."""

    name: str
    role: Role | None
    condition: str = ""
    keys: dict[str, Callable[[Demonstration], object]] = field(default_factory=dict)
    query: str = ""

    def __str__(self) -> str:
        return "-".join(part for part in (self.name, self.condition, self.role.value if self.role else "") if part)

    def url(self, demo: Demonstration) -> str:
        found = {key: find(demo) for key, find in self.keys.items()}
        return f"{demo.url}{reverse(self.name, kwargs=found)}{self.query}"


def _bench(condition: str, where: str) -> Screen:
    return Screen("workbench", INTAKE, condition, {"item_id": _first(_ITEM.format(where))})


def _case(role: Role, direction: str, status: str) -> Screen:
    find = _first(_REFERRAL.format(direction, status))
    return Screen("referral", role, f"{direction}-{status}", {"referral_id": find})


def _panel(status: str) -> Screen:
    return Screen("scheduling_panel", SCHEDULER, status, {"referral_id": _first(_REFERRAL.format("inbound", status))})


SCREENS = (
    *(Screen("home", role) for role in Role),
    Screen("inbox", INTAKE),
    Screen("inbox", MANAGER, "everything-done", query="?view=done"),
    _bench("to-review", "state = 'in_review'"),
    _bench("failed", "state = 'failed'"),
    _bench("disposed", "disposition = 'referral_opened'"),
    Screen("referrals", CLINICIAN),
    Screen("referrals", MANAGER, "overdue", query="?late=yes"),
    _case(CLINICIAN, "inbound", "received"),
    _case(SCHEDULER, "inbound", "scheduled"),
    _case(MANAGER, "inbound", "closed"),
    _case(SENDER, "outbound", "needs_information"),
    _case(SENDER, "outbound", "completed"),
    Screen("scheduling", SCHEDULER),
    Screen("scheduling", SCHEDULER, "visits", query="?view=visits"),
    _panel("pending_scheduling"),
    _panel("scheduled"),
    Screen("outbound", SENDER),
    Screen("outbound_new", SENDER),
    Screen("outbound_edit", SENDER, keys={"referral_id": _first(_REFERRAL.format("outbound", "draft"))}),
    Screen("board", MANAGER),
    Screen("ledger", MANAGER),
    Screen("ledger_day", MANAGER, keys={"day": _first(_DAY)}),
    Screen("reading_quality", MANAGER),
    Screen("reading_quality", ADMIN, "last-30-days", query="?days=30"),
    Screen("messages", INTAKE),
    Screen("message", SCHEDULER, keys={"message_id": _first(_MESSAGE)}),
    Screen("directory", INTAKE),
    Screen("directory", SCHEDULER, "nothing-found", query="?q=nobody-of-this-name"),
    Screen("office_new", INTAKE),
    Screen("office", INTAKE, keys={"office_id": _first("SELECT id FROM directory_office ORDER BY name LIMIT 1")}),
    Screen("organization", ADMIN),
    Screen("organization_filing", ADMIN),
    Screen("members_password", ADMIN, keys={"user_id": _first(_PERSON)}),
    Screen(
        "audit",
        MANAGER,
        keys={"entity": lambda _: "referral", "entity_id": _first(_REFERRAL.format("inbound", "closed"))},
    ),
    Screen("account_login", None),
    Screen("account_signup", None),
    Screen("account_inactive", None),
    Screen("account_logout", CLINICIAN),
    Screen("account_change_password", CLINICIAN),
    Screen("account_reauthenticate", CLINICIAN),
)
#: It exists before there is an organization, and has a test of its own.
SET_UP = "setup"
#: Parts of screens, images, files, and what is only posted to.
NOT_SCREENS = {
    "home_counts",
    "inbox_rows",
    "inbox_upload",
    "workbench_page",
    "workbench_file",
    "workbench_release",
    "workbench_draft",
    "workbench_candidates",
    "workbench_kind",
    "workbench_rotate",
    "workbench_offices",
    "workbench_prove",
    "workbench_split",
    "workbench_retry",
    "workbench_take_over",
    "workbench_dispose",
    "workbench_reopen",
    "workbench_hand_on",
    "workbench_sign_off",
    "referrals_search",
    "referral_do",
    "referral_page",
    "referral_file",
    "scheduling_next",
    "scheduling_contact",
    "scheduling_do",
    "outbound_offices",
    "message_page",
    "message_file",
    "message_resolve",
    "office_point",
    "office_prove",
    "office_person",
    "organization_auto_accept",
    "organization_llm",
    "organization_filing_set",
    "organization_filing_remove",
    "organization_location",
    "members_add",
    "members_role",
    "members_remove",
}


class Empty(Installation):
    """A new installation, to which nobody has given an organization."""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    @property
    def environment(self) -> dict[str, str]:
        return {name: value for name, value in super().environment.items() if not name.startswith("HOMING_CARRIER")}

    @property
    def set_up_link(self) -> str:
        _, found, rest = self.said.partition("Set it up here, once: ")
        assert found
        return rest.split()[0]


@pytest.fixture(scope="session")
def built() -> Iterator[Built]:
    with shared() as demo:
        yield demo


@pytest.fixture(scope="module")
def people(built: Built) -> Iterator[People]:
    with People(built.running.url, built.running.sign_ins) as all_of_them:
        yield all_of_them


@pytest.fixture(autouse=True)
def nothing_breaks(people: People) -> Iterator[None]:
    yield
    assert people.take_problems() == []


def _names(patterns: list[Any]) -> Iterator[str | None]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _names(one.url_patterns)
        elif isinstance(one, URLPattern):
            yield one.name


def test_every_address_is_a_screen_of_this_table_or_none_at_all() -> None:
    known = {screen.name for screen in SCREENS} | NOT_SCREENS | {SET_UP}
    assert set(_names([*urls.urlpatterns, *account_urls.urlpatterns])) == known


@pytest.mark.parametrize("name", sorted(NOT_SCREENS))
def test_what_is_called_no_screen_is_none(built: Built, people: People, name: str) -> None:
    find: dict[str, Callable[[Demonstration], object]] = {
        "item_id": _first(_ITEM.format("state = 'in_review'")),
        "referral_id": _first(_REFERRAL.format("inbound", "closed")),
        "document_id": _first(
            "SELECT a.document FROM referrals_attachment a JOIN referrals_referral r ON r.id = a.referral_id "
            "WHERE r.direction = 'inbound' AND r.status = 'closed' ORDER BY r.opened_at LIMIT 1"
        ),
        "message_id": _first(_MESSAGE),
        "user_id": _first(_PERSON),
        "office_id": _first("SELECT id FROM directory_office ORDER BY name LIMIT 1"),
        "point_id": _first("SELECT id FROM directory_contactpoint LIMIT 1"),
        "number": lambda _: 1,
        "command": lambda _: "comment",
    }
    pattern = next(one for one in urls.urlpatterns if one.name == name)
    keys = {key: find[key](built.running) for key in pattern.pattern.converters}
    role = ADMIN if name.startswith(("organization", "members")) else MANAGER
    ask = people.request(role)
    if name == "message_page":
        # What we sent has page images from the first look at it on.
        ask.get(built.running.url + reverse("message", kwargs={"message_id": keys["message_id"]}))
    answer = ask.get(built.running.url + reverse(name, kwargs=keys))
    if answer.status != HTTPStatus.METHOD_NOT_ALLOWED:
        assert answer.status == HTTPStatus.OK, answer.status
        assert not answer.headers["content-type"].startswith("text/html") or "<html" not in answer.text()


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_a_screen_breaks_no_rule_and_fits_desk_and_phone(built: Built, people: People, screen: Screen) -> None:
    with people.page(screen.role) as page:
        answer = page.goto(screen.url(built.running))
        assert answer is not None
        assert answer.status == HTTPStatus.OK
        assert page.title().strip()
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)
            assert broken_rules(page) == []
            assert too_wide(page) == []
        for part in page.evaluate("[...document.querySelectorAll('dialog')].map((one) => one.id)"):
            page.evaluate("id => document.getElementById(id).showModal()", part)
            assert broken_rules(page, part) == []
            assert too_wide(page) == []
            page.evaluate("id => document.getElementById(id).close()", part)


def test_the_set_up_page_breaks_no_rule_and_leads_into_the_organization(people: People) -> None:
    with Empty() as empty:
        link = empty.set_up_link
        with people.page(None) as page:
            page.goto(link)
            for size in (PHONE, WIDE):
                page.set_viewport_size(size)
                assert broken_rules(page) == []
                assert too_wide(page) == []
            for name, value in _NEWCOMER.items():
                page.locator(f"[name={name}]").fill(value)
            page.get_by_role("button", name="Set up and sign in").click()
            expect(page.get_by_role("heading", name=_NEWCOMER["organization"], exact=True)).to_be_visible()
            answer = page.request.get(link)
            assert answer.status == HTTPStatus.NOT_FOUND


def test_a_refusal_breaks_no_rule_and_fits_desk_and_phone(built: Built, people: People) -> None:
    with people.page(SCHEDULER) as page:
        for path, status in (("/organization", HTTPStatus.FORBIDDEN), ("/no-such-page", HTTPStatus.NOT_FOUND)):
            answer = page.goto(built.running.url + path)
            assert answer is not None
            assert answer.status == status
            for size in (WIDE, PHONE):
                page.set_viewport_size(size)
                assert broken_rules(page) == []
                assert too_wide(page) == []
    # The browser's own words for both refusals.
    assert all("Failed to load resource" in problem for problem in people.take_problems())


def test_these_rules_find_what_is_wrong(people: People) -> None:
    with people.page(None) as page:
        page.set_content("<title>x</title><img src=data:,x><div style='width:3000px'>wide</div>")
        assert any(rule.startswith("image-alt") for rule in broken_rules(page))
        assert too_wide(page)
    people.take_problems()


# -- by keyboard alone ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "screen",
    [screen for screen in SCREENS if str(screen) in {"inbox-intake_coordinator", "scheduling-scheduler"}]
    + [screen for screen in SCREENS if screen.condition == "to-review"],
    ids=str,
)
def test_a_question_mark_shows_the_keys(built: Built, people: People, screen: Screen) -> None:
    with people.page(screen.role) as page:
        page.goto(screen.url(built.running))
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        keys = page.get_by_role("dialog", name="Keys")
        expect(keys).to_be_visible()
        assert keys.locator("dt").count() >= 3
        page.keyboard.press("Escape")
        expect(keys).to_be_hidden()


_TABBED = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  const style = getComputedStyle(one), shown = one.closest("label, .drop") ?? one;
  const framed = getComputedStyle(shown);
  const box = (shown.getClientRects().length ? shown : one).getBoundingClientRect();
  return {
    what: one.outerHTML.slice(0, 160),
    isMarked: [style, framed].some((s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1)
      || s.boxShadow !== "none"),
    isShown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    isSave: one.matches("[data-save]"),
  };
}"""


def _tabbed(page: Page) -> Iterator[dict[str, Any]]:
    """Press Tab and yield where the cursor stands, until it has been round.

    A field for dates has stops within; its last, a button, the browser marks in a way that no script can see.
    """
    before = None
    for _ in range(_MANY_TABS):
        page.keyboard.press("Tab")
        stands = page.evaluate(_TABBED)
        if stands is None:
            return
        if stands["what"] != before:
            yield stands
        before = stands["what"]


#: Each kind of page once.
PAGES = {screen.name: screen for screen in SCREENS if screen.role is not None and not screen.query}


@pytest.mark.parametrize("screen", PAGES.values(), ids=str)
def test_the_cursor_is_seen_wherever_it_goes(built: Built, people: People, screen: Screen) -> None:
    with people.page(screen.role) as page:
        page.goto(screen.url(built.running))
        page.evaluate("document.activeElement.blur()")
        places = list(_tabbed(page))
    assert 1 <= len(places) < _MANY_TABS
    assert [place["what"] for place in places if not place["isMarked"]] == []
    assert [place["what"] for place in places if not place["isShown"]] == []


def test_tab_leads_from_the_first_doubtful_field_to_the_sign_off(built: Built, people: People) -> None:
    (screen,) = (one for one in SCREENS if one.condition == "to-review")
    with people.page(INTAKE) as page:
        page.goto(screen.url(built.running))
        expect(page.locator("[data-read] :focus")).to_have_count(1)
        stops = list(_tabbed(page))
    names = [number for number, stop in enumerate(stops) if stop["isSave"]]
    assert names
    # Fields that the reader is sure of do not stop the cursor.
    assert names[0] < 40


# -- measures -------------------------------------------------------------------------------------------------------


def broken_rules(page: Page, part: str = "") -> list[str]:
    """Return each broken rule with what breaks it; in the element with the id `part` only, if one is named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(
        "([part, options]) => axe.run(part ? `#${part}` : document, options)",
        [part, {"runOnly": RULES, "resultTypes": ["violations"]}],
    )
    assert found["passes"], "nothing was looked at"
    return [
        f"{rule['id']}: {node['html'][:200]} ({node.get('failureSummary', '').strip()[:300]})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """Return what stands over the right edge, if the page can be moved sideways."""
    return [
        str(one)
        for one in page.evaluate(
            """() => {
          const root = document.scrollingElement;
          if (root.scrollWidth <= root.clientWidth) return [];
          const over = [...document.querySelectorAll("body *")]
            .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1)
            .map((one) => one.outerHTML.slice(0, 120));
          return over.length ? over : [`${root.scrollWidth} > ${root.clientWidth}`];
        }"""
        )
    ]
