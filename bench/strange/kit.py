"""What a layout is given: people, documents, pages, tags; and how a layout registers itself."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.strange.draw import Document, Page
from bench.strange.needs import NEEDS
from bench.strange.people import Case, People

_COMMON = {
    "Cardiovascular Disease",
    "Gastroenterology",
    "Neurology",
    "Pulmonary Disease",
    "Urology",
    "Rheumatology",
    "Dermatology",
}


@dataclass(slots=True)
class Fax:
    """One file in the making."""

    name: str
    rng: random.Random
    people: People
    variant: int = 0
    documents: list[Document] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    ignored: list[int] = field(default_factory=list)
    strip: str = ""

    def case(
        self,
        specialty: str | tuple[str, ...] = (),
        *,
        ages: tuple[int, int] = (0, 120),
        same_office: Case | None = None,
    ) -> Case:
        """Return a new patient; see People.case."""
        return self.people.case(specialty=specialty, ages=ages, referrer=same_office)

    def document(self, kind: str = "referral", case: Case | None = None) -> Document:
        """Start a document of the file."""
        document = Document(kind, case)
        self.documents.append(document)
        return document

    def referral(
        self, specialty: str | tuple[str, ...] = (), *, ages: tuple[int, int] = (0, 120)
    ) -> tuple[Document, Case]:
        """Return a referral document and its case."""
        case = self.case(specialty, ages=ages)
        return self.document("referral", case), case

    def other(
        self, kind: str, specialty: str | tuple[str, ...] = (), *, ages: tuple[int, int] = (0, 120)
    ) -> tuple[Document, Case]:
        """Return a document of another kind and the patient it is about."""
        case = self.case(specialty, ages=ages)
        return self.document(kind, case), case

    def mislead(self, document: Document, case: Case) -> None:
        """Address the referral to a department that is not the one the content needs."""
        wrong = self.rng.choice(
            [need for need in NEEDS if need.specialty != case.need.specialty and need.specialty in _COMMON]
        )
        case.called = wrong.called[0]
        case.left_out -= {"spec", "reason", "codes"}
        document.printed_destination = case.called
        self.tag("misleading-destination")

    def page(
        self,
        document: Document | None,
        *,
        face: str = "sans",
        size: int = 26,
        landscape: bool = False,
        case: Case | None = None,
    ) -> Page:
        """Return the next page; `document` None: it belongs to none (a batch's cover) and is not scored."""
        page = Page(self.rng, document, case=case, face=face, size=size, landscape=landscape)
        self.pages.append(page)
        if document is None:
            self.ignored.append(len(self.pages))
        else:
            document.pages.append(len(self.pages))
        return page

    def tag(self, *tags: str) -> None:
        """Add tags of the file."""
        self.tags.update(tags)

    def chance(self, share: float) -> bool:
        """Decide by chance."""
        return self.rng.random() < share


@dataclass(frozen=True, slots=True)
class Layout:
    """A way to draw a fax. `digital`: its first variant is a PDF with text; `hard`: keep the noise low."""

    name: str
    draw: Callable[[Fax], None]
    variants: int
    digital: bool
    gentle: bool


LAYOUTS: dict[str, Layout] = {}


def layout(
    *, variants: int = 3, digital: bool = False, gentle: bool = False
) -> Callable[[Callable[[Fax], None]], Callable[[Fax], None]]:
    """Register a layout under its function's name."""

    def register(draw: Callable[[Fax], None]) -> Callable[[Fax], None]:
        LAYOUTS[draw.__name__] = Layout(draw.__name__, draw, variants, digital, gentle)
        return draw

    return register
