"""Digital text straight to pages: plain text, HTML, e-mail with its attachments. Runs inside the sandbox.

The words are known: they are set in cells on a page of 8.5 by 11 inches, 88 columns by 60 lines, and drawn. The box of
a word is its place in the picture. So what is read is what a person sees, and hidden text is neither.
"""

from __future__ import annotations

import codecs
import email
import email.header
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from email.errors import MessageError
from email.message import Message
from enum import StrEnum
from functools import cache, lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import reportlab
from PIL import Image, ImageDraw, ImageFont

from homing.intake.reading.errors import Reason, UnreadableDocument, sentence, unreadable
from homing.intake.reading.types import Box, PageImage, Problem, RenderLimits, Word

#: The page, in pixels at 200 dpi, and its cells.
DPI: Final = 200
WIDTH, HEIGHT = 1700, 2200
CELL_WIDTH, CELL_HEIGHT = 17, 33
COLUMNS, ROWS = 88, 60
_LEFT, _TOP = (WIDTH - COLUMNS * CELL_WIDTH) // 2, (HEIGHT - ROWS * CELL_HEIGHT) // 2
_FONT_SIZE: Final = 26
#: Letters fill the middle of their cell.
_ABOVE, _BELOW = 1, 32
_TAB: Final = 8
_MOST_BLANK_LINES: Final = 2
#: How many times longer than its pages a text may be before it is cut: marks that are not shown take room, too.
_SLACK: Final = 4

Made = Iterator[PageImage | Problem]
#: How the pages of an attachment are made: `render.pages`.
Render = Callable[[bytes, RenderLimits], Made]


class TextType(StrEnum):
    """What a text is."""

    PLAIN = "plain text"
    HTML = "HTML"
    EMAIL = "e-mail"


_SAMPLE: Final = 64 * 1024
#: Texts by their bytes, and no documents to a person: programs, archives, office files, print jobs.
_NOT_TEXT: Final = (b"MZ", b"PK\x03\x04", b"\x7fELF", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"%!PS", b"\x1b%-12345X", b"GIF8")
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_MOST_STRANGE, _FEW = 0.02, 2
_WHOLE_TO_BROKEN: Final = 4
_LAYOUT: Final = frozenset("\t\n\r\f")
#: Marks that turn or hide what a person would read.
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_HTML: Final = re.compile(
    r"<(!doctype\s+html|html|head|body|meta|title|style|div|p|table|span|font|center|h[1-6]|br)\b", re.IGNORECASE
)
_HEADER: Final = re.compile(r"^([A-Za-z][A-Za-z0-9-]*):", re.MULTILINE)
#: What no person types at the head of a note.
_SENT_BY_MAIL: Final = frozenset({"message-id", "received", "return-path", "mime-version", "dkim-signature"})
_SHOWN_HEADERS: Final = ("From", "To", "Cc", "Date", "Subject")
_MAIL_ERRORS: Final = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
_DEEPEST_MAIL, _DEEPEST_PART = 4, 20
#: Logos and signs of a signature; a photographed page has more pixels.
_DECORATION: Final = 150_000
_FULLER: Final = 1.5


def kind_of(data: bytes) -> TextType | None:
    """Return what sort of text these bytes are, or None where they are none."""
    if data.startswith(_NOT_TEXT):
        return None
    head = decoded(data[:_SAMPLE], whole=len(data) <= _SAMPLE)
    if head is None:
        return None
    if _is_mail(head):
        return TextType.EMAIL
    if _HTML.match(_without_comments(head)):
        return TextType.HTML
    return None if head.lstrip().startswith("<?xml") else TextType.PLAIN


def decoded(data: bytes, charset: str = "", *, whole: bool = True) -> str | None:
    """Return the text, or None where it is none: by its byte order mark, `charset`, UTF-8, or else Windows-1252.

    `whole` is False for the beginning of something longer, that may end within a letter.
    """
    bom = next((name for mark, name in _BOMS if data.startswith(mark)), "")
    for name in (bom, charset, "utf-8"):
        text = _by(name, data, whole=whole) if name else None
        if text is not None and not _is_strange(text):
            return text
    text = _mended(data) or data.decode("cp1252", errors="replace")
    return None if _is_strange(text) else text


def pages(data: bytes, limits: RenderLimits, render: Render) -> Made:
    """Yield the pages of a text, or what is wrong with them; those of an e-mail's attachments follow its own.

    Raises UnreadableDocument where it is no text, or an empty one.
    """
    kind = kind_of(data)
    if kind is None:
        raise unreadable(Reason.NOT_A_DOCUMENT)
    if kind is TextType.EMAIL:
        return _mail_pages(data, limits, render)
    text = decoded(data, _charset_of_html(data) if kind is TextType.HTML else "") or ""
    text = stripped(text) if kind is TextType.HTML else text
    if not cleaned(text[:_SAMPLE]).strip() and not cleaned(text).strip():
        raise unreadable(Reason.EMPTY)
    return _limited(_set(text, limits), limits)


def cleaned(text: str) -> str:
    """Return what a person can see of a text: no control characters, no marks that turn or hide; composed letters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return "".join(_seen(letter) for letter in text)


def _by(charset: str, data: bytes, *, whole: bool) -> str | None:
    try:
        bytes(4).decode(charset)  # Python's codecs hold zlib, too: refused here.
        return codecs.getincrementaldecoder(charset)().decode(data, final=whole)
    except (UnicodeError, LookupError, ValueError, TypeError, AssertionError):
        # A charset nobody knows, or that is not what it says.
        return None


def _mended(data: bytes) -> str | None:
    """Return UTF-8 with a few broken letters, or None where most are broken: then it is not UTF-8."""
    text = data.decode("utf-8", errors="replace")
    foreign, broken = sum(letter > "\x7f" for letter in text), text.count("\ufffd")
    return text if foreign > _WHOLE_TO_BROKEN * broken else None


def _is_strange(text: str) -> bool:
    if "\x00" in text:
        return True
    head = text[:_SAMPLE]
    strange = sum(unicodedata.category(one) in {"Cc", "Cn", "Co"} and one not in _LAYOUT for one in head)
    return strange > _MOST_STRANGE * len(head) + _FEW


def _without_comments(head: str) -> str:
    head = head.lstrip()
    while head.startswith(("<!--", "<?xml")):
        end = head.find(">" if head.startswith("<?") else "-->")
        if end < 0:
            return head
        head = head[end:].lstrip("->").lstrip()
    return head


def _is_mail(head: str) -> bool:
    top = re.split(r"\r?\n\r?\n", head.lstrip("\ufeff"), maxsplit=1)[0]
    names = {name.lower() for name in _HEADER.findall(top)}
    starts = _HEADER.match(top) or top.startswith("From ")
    return bool(starts and names & _SENT_BY_MAIL and len(names) > 1)


def _seen(letter: str) -> str:
    if letter in "\n\f\t":
        return letter
    if letter.isspace():
        return " "
    return letter if letter.isprintable() else "\ufffd"


# ---------------------------------------------------------------------------------------------------------- setting


#: The words of one line, each with its first column.
_Line = tuple[tuple[int, str], ...]
_RUNS: Final = re.compile(r" +|[^ ]+")


def _set(text: str, limits: RenderLimits) -> Made:
    """Yield the pages of a text, and say where it is longer than could fit on those allowed."""
    room = (limits.max_pages + 1) * ROWS * (COLUMNS + 1)
    seen = cleaned(text[: _SLACK * room])
    number = 0
    for number, lines in enumerate(_sheets(seen[:room]), 1):
        yield drawn(lines, number)
    if len(text) > _SLACK * room or len(seen) > room:
        yield Problem(Reason.TOO_MANY_PAGES, sentence(Reason.TOO_MANY_PAGES), number + 1)


def _sheets(text: str) -> Iterator[list[_Line]]:
    for part in text.split("\f"):
        lines: list[_Line] = []
        for line in _lines(part):
            lines.append(line)
            if len(lines) == ROWS:
                yield lines
                lines = []
        if any(lines):
            yield lines


def _lines(part: str) -> Iterator[_Line]:
    blank = _MOST_BLANK_LINES
    for raw in part.split("\n"):
        line = raw.expandtabs(_TAB).rstrip()
        blank = 0 if line else blank + 1
        if blank <= _MOST_BLANK_LINES:
            yield from _wrapped(line)


def _wrapped(text: str) -> Iterator[_Line]:
    """Break a line at its spaces, and a word that is longer than a line anywhere."""
    words: list[tuple[int, str]] = []
    column = 0
    for run in _RUNS.findall(text):
        width = sum(map(cells, run))
        if column + width > COLUMNS and words:
            yield tuple(words)
            words, column = [], 0
        if run.startswith(" "):
            # At the beginning of a line that was broken, a space is the break itself.
            column = (column + width) % COLUMNS if words or not column else column
            continue
        *full, rest = _pieces(run, COLUMNS - column)
        for piece in full:
            yield (*words, (column, piece))
            words, column = [], 0
        words.append((column, rest))
        column += sum(map(cells, rest))
    yield tuple(words)


def _pieces(word: str, room: int) -> list[str]:
    """Return a word in parts: the first fits into `room` cells, the others into a line."""
    made, used, left = [""], 0, room
    for letter in word:
        if used + cells(letter) > left:
            made.append("")
            used, left = 0, COLUMNS
        made[-1] += letter
        used += cells(letter)
    return made


def cells(letter: str) -> int:
    """Return how many cells a letter fills: 2 for wide ones, 0 for marks that stand on another letter."""
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1


def drawn(lines: Sequence[_Line], number: int) -> PageImage:
    """Return one page: its picture, and its words where they stand in it."""
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    words: list[Word] = []
    for row, line in enumerate(lines):
        for start, word in line:
            end = _draw(page, row, start, word)
            words.append(Word(word, _box(row, start, end), 1.0, row))
    target = io.BytesIO()
    page.save(target, "PNG", compress_level=3, dpi=(DPI, DPI))
    return PageImage(number, target.getvalue(), WIDTH, HEIGHT, float(DPI), tuple(words))


def _draw(page: Image.Image, row: int, column: int, word: str) -> int:
    """Draw a word and return the column after it."""
    for letter in word:
        wide = cells(letter)
        # A mark stands on the letter before it.
        place = column if wide else max(column - 1, 0)
        page.paste(0, (_LEFT + place * CELL_WIDTH, _TOP + row * CELL_HEIGHT), _mask(letter))
        column += wide
    return column


def _box(row: int, start: int, end: int) -> Box:
    left, right = _LEFT + start * CELL_WIDTH, _LEFT + max(end, start + 1) * CELL_WIDTH
    top = _TOP + row * CELL_HEIGHT
    return left / WIDTH, (top + _ABOVE) / HEIGHT, right / WIDTH, (top + _BELOW) / HEIGHT


@cache
def _font() -> ImageFont.FreeTypeFont:
    # Bitstream Vera comes with reportlab: no font of the machine is needed, and the picture is the same everywhere.
    return ImageFont.truetype(str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"), _FONT_SIZE)


@lru_cache(maxsize=4096)
def _mask(letter: str) -> Image.Image:
    """Return a letter, centred in its cell or cells, narrowed where it is wider."""
    wide = max(cells(letter), 1) * CELL_WIDTH
    left, _, right, _ = _font().getbbox(letter)
    drawn_width = max(round(right - left), 1)
    mask = Image.new("L", (max(drawn_width, wide), CELL_HEIGHT), 0)
    place = (mask.width - drawn_width) / 2 - left
    ImageDraw.Draw(mask).text((place, 0), letter, fill=255, font=_font())
    return mask if mask.width == wide else mask.resize((wide, CELL_HEIGHT))


def _limited(made: Made, limits: RenderLimits) -> Made:
    """Yield as many pages as are allowed, and say where there are more."""
    count = 0
    for one in made:
        count += isinstance(one, PageImage)
        if count > limits.max_pages:
            yield Problem(Reason.TOO_MANY_PAGES, sentence(Reason.TOO_MANY_PAGES), limits.max_pages + 1)
            return
        yield one


# ------------------------------------------------------------------------------------------------------------- HTML

_SKIPPED: Final = frozenset({"script", "style", "title", "template", "object", "svg", "math", "iframe", "select"})
_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt", "fieldset"}
    | {"figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "li", "main"}
    | {"nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul"}
)
_CELLS: Final = frozenset({"td", "th"})
_GAP: Final = "   "
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.IGNORECASE)
_VOID: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})
_META: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)


class _Stripper(HTMLParser):
    """Takes the text of a page as a browser would show it, without running or loading anything."""

    def __init__(self, *, hide: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._hide = hide
        self._parts: list[str] = []
        self._pre = 0
        #: The element whose content is not shown, and how many of its kind are open in it.
        self.skipped = ""
        self._depth = 0

    @property
    def text(self) -> str:
        """What a person would see."""
        lines = ("".join(self._parts)).split("\n")
        return "\n".join(line.rstrip() for line in lines)

    def set_cdata_mode(self, elem: str, **how: bool) -> None:
        """Let a script or style hold everything up to its end, except where it has none."""
        if self._hide:
            super().set_cdata_mode(elem, **how)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag's place in the layout, or skip what it holds."""
        if self.skipped:
            self._depth += tag == self.skipped
            return
        stated = dict(attrs)
        if self._hide and tag not in _VOID and (tag in _SKIPPED or _is_hidden(stated)):
            self.skipped, self._depth = tag, 1
            return
        self._pre += tag == "pre"
        self._lay_out(tag)
        if tag == "img" and stated.get("alt"):
            self._parts.append(f"[{stated['alt']}]")

    def handle_endtag(self, tag: str) -> None:
        """End a block, or what is skipped."""
        if self.skipped:
            self._depth -= tag == self.skipped
            if not self._depth:
                self.skipped = ""
            return
        if tag == "pre" and self._pre:
            self._pre -= 1
        if tag in _BLOCKS:
            self._new_line()

    def handle_data(self, data: str) -> None:
        """Take text; outside of `pre`, white space is one space."""
        if self.skipped:
            return
        if self._pre:
            self._parts.append(data)
            return
        flowing = re.sub(r"[ \t\r\n\f]+", " ", data)
        self._parts += filter(None, [flowing.lstrip(" ") if self._at_start() else flowing])

    def _lay_out(self, tag: str) -> None:
        if tag == "br":
            self._parts.append("\n")
        elif tag in _BLOCKS:
            self._new_line()
        elif tag in _CELLS and not self._at_start():
            self._parts.append(_GAP)
        if tag == "li":
            self._parts.append("- ")

    def _new_line(self) -> None:
        if not self._at_start():
            self._parts.append("\n")

    def _at_start(self) -> bool:
        last = next((part for part in reversed(self._parts) if part), "\n")
        return last.endswith("\n")


def stripped(html: str) -> str:
    """Return the text of an HTML page in the order and lines in which a browser would show it."""
    text, is_whole = _fed(html, hide=True)
    if not is_whole:
        text, _ = _fed(html, hide=False)
    return text


def _fed(html: str, *, hide: bool) -> tuple[str, bool]:
    stripper = _Stripper(hide=hide)
    stripper.feed(html)
    stripper.close()
    # Something that hides and is never closed would hide all that follows: rather show too much.
    return stripper.text, not stripper.skipped


def _is_hidden(stated: dict[str, str | None]) -> bool:
    return "hidden" in stated or bool(_HIDDEN.search(stated.get("style") or ""))


def _charset_of_html(data: bytes) -> str:
    found = _META.search(data[:4096])
    return found[1].decode("ascii") if found else ""


# ----------------------------------------------------------------------------------------------------------- e-mail


@dataclass(frozen=True, slots=True)
class _Attachment:
    name: str
    data: bytes
    is_mail: bool


def _mail_pages(data: bytes, limits: RenderLimits, render: Render, depth: int = 0) -> Made:
    try:
        message = email.message_from_bytes(data)
        parts = list(_parts(message))
        attachments = _attachments(parts)
        text = _letter(message, _written(parts), attachments)
    except _MAIL_ERRORS:
        # Shown as it came: nothing of it is lost.
        text, attachments = decoded(data) or "", ()
    return _limited(_numbered(text, attachments, limits, render, depth), limits)


def _numbered(
    text: str, attachments: tuple[_Attachment, ...], limits: RenderLimits, render: Render, depth: int
) -> Made:
    count = 0
    for page in _set(text, limits):
        count += isinstance(page, PageImage)
        yield page
    for position, one in enumerate(attachments, 1):
        for made in _attached(one, position, limits, render, depth):
            if isinstance(made, PageImage):
                count += 1
                yield replace(made, number=count)
            else:
                yield replace(made, page=None)


def _attached(one: _Attachment, position: int, limits: RenderLimits, render: Render, depth: int) -> Made:
    """Yield the pages of an attachment, or why it has none."""
    try:
        for page in _opened(one, limits, render, depth):
            yield page if isinstance(page, PageImage) else _named(page.code, position)
    except UnreadableDocument as problem:
        yield _named(problem.reason, position)


def _opened(one: _Attachment, limits: RenderLimits, render: Render, depth: int) -> Made:
    if not one.is_mail:
        return render(one.data, limits)
    if depth >= _DEEPEST_MAIL:
        raise unreadable(Reason.NOT_A_DOCUMENT)
    return _mail_pages(one.data, limits, render, depth + 1)


def _named(reason: Reason, position: int) -> Problem:
    return Problem(reason, f"Attachment {position}: {sentence(reason)}")


def _is_decoration(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG", "GIF"]) as picture:
            return picture.width * picture.height < _DECORATION
    except (OSError, ValueError, SyntaxError):
        return False


def _letter(message: Message, body: str, attachments: Sequence[_Attachment]) -> str:
    """Return what a person reads of an e-mail: its head, its text, and what hangs on it."""
    head = [f"{name}: {value}" for name in _SHOWN_HEADERS if (value := _header(message, name))]
    names = [f"Attachment {at}: {one.name}" for at, one in enumerate(attachments, 1)]
    return "\n".join([*head, "", body, *(["", *names] if names else [])])


def _header(message: Message, name: str) -> str:
    raw = str(message.get(name, ""))
    try:
        text = str(email.header.make_header(email.header.decode_header(raw)))
    except _MAIL_ERRORS:
        text = raw
    return " ".join(text.split())


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """Yield the parts that hold something, in order: of alternatives one; a forwarded message is one part.

    Raises MessageError where it is nested too deep.
    """
    inner = message.get_payload()
    if message.get_content_maintype() != "multipart" or not isinstance(inner, list):
        yield message
        return
    if depth > _DEEPEST_PART:
        raise MessageError
    parts = [list(_parts(part, depth + 1)) for part in inner if isinstance(part, Message)]
    if message.get_content_subtype() == "alternative" and parts:
        parts = _chosen(parts)
    for part in parts:
        yield from part


def _chosen(alternatives: list[list[Message]]) -> list[list[Message]]:
    """Return the alternative that tells most, the plain one if in doubt, and what hangs on the others."""
    lengths = [len(_written(parts).split()) for parts in alternatives]
    # The plain form is often a stub that asks for a better mail program.
    fullest = max(range(len(lengths)), key=lambda at: lengths[at])
    best = fullest if lengths[fullest] > _FULLER * lengths[0] else 0
    others = (parts for at, parts in enumerate(alternatives) if at != best)
    hanging = [part for parts in others for part in parts if not _is_body(part)]
    return [alternatives[best], hanging]


def _is_body(part: Message) -> bool:
    return part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"


def _written(parts: Iterable[Message]) -> str:
    texts = (_text(part) for part in parts if _is_body(part))
    return "\n".join(text for text in texts if text)


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return str(part.get_payload())
    text = decoded(data, str(part.get_content_charset() or "")) or data.decode("latin-1")
    return (stripped(text) if part.get_content_subtype() == "html" else text).strip()


def _attachments(parts: Iterable[Message]) -> tuple[_Attachment, ...]:
    found = []
    for part in parts:
        if not _is_body(part) and (data := _data(part)):
            is_inline = part.get_content_disposition() == "inline" or "content-id" in part
            if not (is_inline and _is_decoration(data)):
                is_mail = part.get_content_type() == "message/rfc822" or kind_of(data) is TextType.EMAIL
                found.append(_Attachment(_file_name(part), data, is_mail))
    return tuple(found)


def _data(part: Message) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):
        # A forwarded message.
        return b"\n".join(inner.as_bytes() for inner in payload if isinstance(inner, Message))
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _file_name(part: Message) -> str:
    try:
        return " ".join(str(part.get_filename() or part.get_content_type()).split())[:100]
    except _MAIL_ERRORS:
        return ""
