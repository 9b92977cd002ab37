"""Where filed documents are handed on to: the administrator's page. And another attempt for one that did not go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from homing.accounts.policy import Permission
from homing.intake import actions_filing, destinations, policy_filing, queries_filing
from homing.intake.policy_filing import ANY_KIND
from homing.intake.ports import FilingFailed
from homing.kit.errors import Invalid
from homing.web import words
from homing.web.guard import StaffRequest, staff
from homing.web.render import page
from homing.web.widgets import Badge, Option
from homing.web.workspace.controls import CommandForm, control
from homing.web.workspace.support import go, said, tell, text

if TYPE_CHECKING:
    from django.http import HttpResponse

    from homing.intake.queries_filing import RuleView

_ADMIN = Permission.ADMINISTER
_UNPROCESSABLE: Final = 422
_OTHER_KINDS: Final = "Every other kind"
_BY_A_PERSON, _BY_ITSELF = Badge("A person files", "quiet"), "Filed by itself"


@dataclass(frozen=True, slots=True)
class RuleRow:
    """Where one kind goes."""

    kind: str
    title: str
    place: str
    how: Badge
    dialog: str


@dataclass(frozen=True, slots=True)
class FilingPage:
    """The whole page."""

    root: str
    rules: tuple[RuleRow, ...]
    undelivered_url: str
    undelivered: int
    forms: tuple[CommandForm, ...]


@staff(_ADMIN)
def organization_filing(request: StaffRequest) -> HttpResponse:
    """Show where each kind of document goes when it is filed."""
    return _show(request)


@staff(_ADMIN, methods=("POST",))
def organization_filing_set(request: StaffRequest) -> HttpResponse:
    """Say where one kind goes."""
    kind = text(request, "kind", 40)
    try:
        with transaction.atomic():
            actions_filing.set_rule(
                actor=request.actor,
                kind=kind,
                destination=text(request, "destination", 40),
                folder=text(request, "folder", 100),
                is_automatic=text(request, "automatic") == "yes",
                threshold=_threshold(text(request, "threshold", 10)),
            )
    except (Invalid, FilingFailed) as problem:
        return _show(request, refused=_command(text(request, "command", 60)), why=said(problem))
    tell(request, f"{_title(kind)}: handed on from now on, when filed.")
    return go(reverse("organization_filing"))


@staff(_ADMIN, methods=("POST",))
def organization_filing_remove(request: StaffRequest) -> HttpResponse:
    """Let one kind stay here when it is filed."""
    actions_filing.remove_rule(actor=request.actor, kind=text(request, "kind", 40))
    tell(request, "Documents of this kind stay here when they are filed.")
    return go(reverse("organization_filing"))


@staff(Permission.INTAKE_REVIEW, methods=("POST",))
def workbench_hand_on(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """Try again at once to hand an item on."""
    actions_filing.retry(actor=request.actor, item_id=item_id)
    tell(request, "It is tried again now.", tone="info")
    return go(reverse("workbench", kwargs={"item_id": item_id}))


def _threshold(stated: str) -> float | None:
    if not stated:
        return None
    try:
        return float(stated.replace("%", "")) / 100
    except ValueError:
        raise actions_filing.BadThreshold from None


def _show(request: StaffRequest, refused: str = "", why: str = "") -> HttpResponse:
    rules = queries_filing.rules()
    undelivered = queries_filing.undelivered_count()
    shown = FilingPage(
        root=f"{settings.HOMING_FILING_FOLDER}/{request.organization.slug}",
        rules=tuple(_row(one) for one in rules),
        undelivered_url=f"{reverse('inbox')}?view=unfiled" if request.actor.may(Permission.INTAKE_READ) else "",
        undelivered=undelivered,
        forms=(
            _form(request, None, refused, why),
            *(_form(request, one, refused, why) for one in rules),
            *(_remove_form(one) for one in rules),
        ),
    )
    return page(request, "workspace/filing.html", status=_UNPROCESSABLE if refused else 200, filing=shown)


def _row(rule: RuleView) -> RuleRow:
    how = Badge(f"{_BY_ITSELF} from {_percent(rule)} %", "warn") if rule.is_automatic else _BY_A_PERSON
    return RuleRow(
        rule.kind, _title(rule.kind), f"{words.sentence(rule.destination)}: {rule.folder}", how, _command(rule.kind)
    )


def _form(request: StaffRequest, rule: RuleView | None, refused: str, why: str) -> CommandForm:
    command = _command(rule.kind if rule else "")
    is_open = refused == command
    known = {
        "destination": rule.destination if rule else "",
        "folder": rule.folder if rule else "",
        "automatic": "yes" if rule and rule.is_automatic else "no",
        "threshold": _percent(rule) if rule else str(round(policy_filing.THRESHOLD * 100)),
        "kind": rule.kind if rule else "",
    }

    def value(name: str) -> str:
        return request.POST.get(name, "")[:100] if is_open else known[name]

    kinds = (*policy_filing.FILED_KINDS, ANY_KIND)
    which = control("kind", "Kind", kind="hidden", value=known["kind"])
    if rule is None:
        options = tuple(Option(kind, _title(kind)) for kind in kinds)
        which = control("kind", "Kind", kind="select", options=options, value=value("kind"), prefix=command)
    places = tuple(Option(name, words.sentence(name)) for name in destinations.names())
    return CommandForm(
        command=command,
        title=f"Where {_title(rule.kind).lower()} goes" if rule else "Add a kind",
        submit="Save",
        action=reverse("organization_filing_set"),
        controls=(
            control("command", "", kind="hidden", value=rule.kind if rule else ""),
            which,
            control(
                "destination",
                "Handed on to",
                kind="select",
                options=places,
                value=value("destination"),
                prefix=command,
            ),
            control(
                "folder",
                "Folder",
                value=value("folder"),
                hint="One name; it is made when you save. Beside each file lies a .json that says what it is.",
                required=True,
                prefix=command,
            ),
            control(
                "automatic",
                "Who files",
                kind="select",
                options=(Option("no", "A person files"), Option("yes", "Filed by itself, if the kind is sure enough")),
                value=value("automatic"),
                hint="Never what bears our reference number, or names a patient with an open referral.",
                prefix=command,
            ),
            control("threshold", "Sure enough, in percent", value=value("threshold"), hint="50 to 100", prefix=command),
        ),
        error=why if is_open else "",
        is_open=is_open,
    )


def _remove_form(rule: RuleView) -> CommandForm:
    return CommandForm(
        command=f"remove-{_command(rule.kind)}",
        title=f"Keep {_title(rule.kind).lower()} here?",
        submit="Keep it here",
        action=reverse("organization_filing_remove"),
        controls=(control("kind", "", kind="hidden", value=rule.kind),),
        explanation="It is filed in Homing only from now on. What was handed on stays where it is.",
        tone="bad",
    )


def _command(kind: str) -> str:
    known = {*policy_filing.FILED_KINDS, ANY_KIND}
    return f"filing-{'any' if kind == ANY_KIND else kind}" if kind in known else "filing-new"


def _title(kind: str) -> str:
    return _OTHER_KINDS if kind == ANY_KIND else words.kind_text(kind)


def _percent(rule: RuleView) -> str:
    return f"{rule.threshold * 100:g}"
