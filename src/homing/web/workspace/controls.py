"""Generated forms: one description for showing a form and for reading what was posted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from homing.web.widgets import FormField, Option


@dataclass(frozen=True, slots=True)
class Control:
    """One input. `kind` is text, area, select, radio, check, file, date, datetime-local, tel, email, password."""

    kind: str
    field: FormField
    options: tuple[Option, ...] = ()
    span: str = "span-3"


@dataclass(frozen=True, slots=True)
class CommandForm:
    """One command as a dialog. `is_open`: shown at once, because it was refused."""

    command: str
    title: str
    submit: str
    controls: tuple[Control, ...] = ()
    explanation: str = ""
    tone: str = ""
    error: str = ""
    is_open: bool = False
    has_file: bool = False
    action: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form that is a page of its own."""

    title: str
    action: str
    submit: str
    back_url: str
    back_label: str
    controls: tuple[Control, ...] = ()
    lead: str = ""
    error: str = ""


def control(  # noqa: PLR0913  the parts of one input, all named
    name: str,
    label: str,
    *,
    kind: str = "text",
    value: str = "",
    hint: str = "",
    error: str = "",
    required: bool = False,
    prefix: str = "",
    options: tuple[Option, ...] = (),
    span: str = "span-3",
) -> Control:
    """Return one input."""
    return Control(kind, FormField(name, label, value, error, hint, required, prefix), options, span)


def marked(controls: tuple[Control, ...]) -> tuple[Control, ...]:
    """Return the inputs of a form in which some must be filled in: the others say that they need not."""
    if not any(one.field.is_required for one in controls):
        return controls
    return tuple(
        replace(one, field=replace(one.field, is_marked_optional=not one.field.is_required)) for one in controls
    )
