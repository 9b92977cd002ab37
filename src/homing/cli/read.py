"""`homing read`: documents to JSON without any database (contract version 1, design/command-line.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

from homing.intake.llm.endpoint import Endpoint
from homing.intake.reading import pipeline
from homing.intake.reading.errors import ReaderFailed, UnreadableDocument
from homing.intake.reading.sandbox import Sandbox
from homing.intake.reading.types import DocumentReading, FieldValue, ReadDocument, ReadingResult
from homing.kit.errors import HomingError

VERSION: Final = 1
_TOLD_EVERY: Final = 10
Json = dict[str, Any]


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write <file name>.json into this folder."
)
@click.option("--json", "_json", is_flag=True, help="Print JSON on standard output (always so without --out).")
@click.option("--llm", is_flag=True, help="Send text with blank or unsure fields to the model of HOMING_LLM_URL.")
@click.option(
    "--organization",
    metavar="NAME",
    default="",
    help="Our name: what is plainly addressed to another organization is misdirected. With --report: the slug.",
)
@click.option("--report", is_flag=True, help="Instead: how well was read, from what people signed off (database).")
@click.option("--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="With --report.")
@click.pass_context
def read(
    context: click.Context,
    files: tuple[Path, ...],
    out: Path | None,
    organization: str,
    days: int,
    *,
    _json: bool,
    llm: bool,
    report: bool,
) -> None:
    """Read documents: what they are, what they say and where, without any database.

    TIFF, PDF, PNG, JPEG, e-mail (.eml), text and HTML. One file gives an object, several give an array; with --out each
    file gives its own.
    """
    if report == bool(files):
        raise click.UsageError("Name files to read, or --report without any.")
    if report:
        _report(organization or None, days, as_json=_json)
        return
    second = _second_reader() if llm else None
    if out:
        if len({path.name for path in files}) < len(files):
            raise click.UsageError("Two files have the same name: their answers would overwrite each other in --out.")
        out.mkdir(parents=True, exist_ok=True)
    answers = []
    with Sandbox() as sandbox:
        for path in files:
            answers.append(_answer(path, sandbox, second, organization))
            if out:
                (out / f"{path.name}.json").write_text(
                    json.dumps(answers[-1], ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
                )
    if _json or not out:
        click.echo(json.dumps(answers[0] if len(answers) == 1 else answers, ensure_ascii=False, indent=1))
    if any("error" in one for one in answers):
        context.exit(1)


def _report(organization: str | None, days: int, *, as_json: bool) -> None:
    # Files are read without a database, and without what one needs.
    from homing.cli.quality import print_report

    print_report(organization, days, as_json=as_json)


def _second_reader() -> Endpoint:
    from homing.intake.llm import operator

    endpoint = operator.agreed()
    click.echo(operator.announcement(endpoint), err=True)
    return endpoint


def _second_look(result: ReadingResult, name: str, endpoint: Endpoint) -> ReadingResult:
    from homing.intake.llm import operator

    better, troubles = operator.second_look(result, endpoint)
    for trouble in troubles:
        click.echo(f"{name}: {trouble}", err=True)
    return better


def _answer(path: Path, sandbox: Sandbox, second: Endpoint | None = None, organization: str = "") -> Json:
    try:
        result = pipeline.read_file(path, sandbox=sandbox, progress=_progress(path.name), organization=organization)
    except (UnreadableDocument, ReaderFailed) as error:
        return _refused(path, error)
    except OSError as error:
        return _refused(path, error)
    if second:
        result = _second_look(result, path.name, second)
    for problem in result.problems:
        click.echo(f"{path.name}: page {problem.page}: {problem.message}", err=True)
    return contract(path.name, result)


def _progress(name: str) -> pipeline.Progress:
    """Return what tells on standard error, every ten pages, how far a long file is."""

    def told(done: int, total: int) -> None:
        if total > _TOLD_EVERY and (done % _TOLD_EVERY == 0 or done == total):
            click.echo(f"{name}: page {done} of {total}", err=True)

    return told


def _refused(path: Path, error: HomingError | OSError) -> Json:
    code = error.code if isinstance(error, HomingError) else "cannot_open"
    message = str(error) if isinstance(error, HomingError) else f"The file cannot be opened: {error.strerror}."
    click.echo(f"{path.name}: {message}", err=True)
    return {
        "version": VERSION,
        "file": path.name,
        "documents": [],
        "pages": [],
        "error": {"code": code, "message": message},
    }


def contract(file: str, result: ReadingResult) -> Json:
    """Return the JSON of one file as the contract lays it down; `problems` appears where pages could not be read."""
    answer: Json = {
        "version": VERSION,
        "file": file,
        "documents": [_document(one) for one in result.reading.documents],
        "pages": _pages(result, result.reading),
        "seconds": result.seconds,
    }
    if result.problems:
        answer["problems"] = [
            {"page": one.page, "code": one.code.value, "message": one.message} for one in result.problems
        ]
    return answer


def _pages(result: ReadingResult, reading: DocumentReading) -> list[Json]:
    kinds = {one.page: one.kind for one in reading.pages}
    return [
        {
            "page": page.number,
            "kind": kinds[page.number],
            "rotation": page.rotation,
            "skew": page.skew,
            "quality": page.quality,
        }
        for page in result.pages
    ]


def _document(document: ReadDocument) -> Json:
    answer: Json = {
        "kind": document.kind,
        "kind_confidence": document.kind_confidence,
        "pages": list(document.pages),
        "fields": {one.name: _field(one) for one in document.fields},
        "missing": list(document.missing),
    }
    if document.routing:
        answer["routing"] = {
            "specialty": document.routing.specialty,
            "confidence": document.routing.confidence,
            "because": list(document.routing.because),
        }
        if document.routing.disagreement:
            answer["routing"]["disagreement"] = document.routing.disagreement
    return answer


def _field(field: FieldValue) -> Json:
    answer: Json = {
        "value": list(field.value) if isinstance(field.value, tuple) else field.value,
        "confidence": field.confidence,
        "page": field.page,
        "box": [round(edge, 4) for edge in field.box],
    }
    # Our own reader is the rule and is not named.
    return answer if field.source == "model" else answer | {"source": field.source}
