"""Mail as .eml and .mbox: the sender's own words, without what they quote."""

import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from pathlib import Path

from assistant.intake.shapes import BadRow, Document, Head, SourceRow, SourceTable
from assistant.intake.values import cell_text, plain_from_html

_HEADER = re.compile(
    r"^(?:From|To|Subject|Date|Message-ID|MIME-Version|Received|Return-Path|Delivered-To|Content-Type):", re.I | re.M
)
_QUOTED = re.compile(
    r"^(?:>|-{2,}\s*(?:原始邮件|原邮件|Original Message|Forwarded message|转发邮件)|_{10,}$|On .{5,120} wrote:\s*$|"
    r"在.{4,80}写道[:：]\s*$|(?:发件人|寄件者|From)[:：] ?.+)",
    re.I,
)
COLUMNS = ("id", "date", "subject", "text", "customer.name", "customer.email")


def recognises(head: Head) -> bool:
    """True for text that begins with mail headers."""
    top = head.text.lstrip().split("\n\n", 1)[0].split("\r\n\r\n", 1)[0]
    first = top.splitlines()[0] if top else ""
    if not (first.startswith("From ") or re.match(r"^[A-Za-z][A-Za-z-]+: ?", first)):
        return False
    return len({match.group().casefold() for match in _HEADER.finditer(top)}) >= 3


def open_document(head: Head) -> Document:
    """One message, or the messages of a mailbox one after another."""
    is_mailbox = head.text.lstrip().startswith("From ")
    table = SourceTable("", COLUMNS, _rows(head.path, is_mailbox=is_mailbox))
    return Document("mbox" if is_mailbox else "eml", None, iter([table]))


def _rows(path: Path, *, is_mailbox: bool) -> Iterator[SourceRow | BadRow]:
    parser = BytesParser(policy=policy.default)
    for line, data in _messages(path) if is_mailbox else [(1, path.read_bytes())]:
        try:
            yield _row(parser.parsebytes(data), line)
        except (MessageError, LookupError, ValueError, AttributeError, TypeError):
            # the standard parser meets broken headers in all these ways
            yield BadRow(line, "bad_mail", "is no mail that can be read; save it anew")


def _messages(path: Path) -> Iterator[tuple[int, bytes]]:
    lines: list[bytes] = []
    start = 1
    with path.open("rb") as file:
        blank = True
        for number, line in enumerate(file, 1):
            if blank and line.startswith(b"From "):
                if lines:
                    yield start, b"".join(lines)
                lines, start = [], number
            else:
                lines.append(line.removeprefix(b">") if line.startswith(b">From ") else line)
            blank = not line.strip()
    if lines:
        yield start, b"".join(lines)


def _row(message: EmailMessage, line: int) -> SourceRow:
    name, address = parseaddr(cell_text(message.get("From")))
    fields = {
        "id": cell_text(message.get("Message-ID")).strip("<>"),
        "date": cell_text(message.get("Date")),
        "subject": cell_text(message.get("Subject")),
        "text": _own_words(_body(message)),
        "customer.name": name,
        "customer.email": address,
    }
    return SourceRow(line, {key: value for key, value in fields.items() if value})


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    data = part.get_payload(decode=True)
    raw = data if isinstance(data, bytes) else b""
    text = _decoded(raw, part.get_content_charset())
    return plain_from_html(text) if part.get_content_subtype() == "html" else text


def _decoded(raw: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8", "gb18030"):
        try:
            return raw.decode("gb18030" if (name or "").casefold() in ("gb2312", "gbk") else name or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", errors="replace")


def _own_words(text: str) -> str:
    """The text up to the first quoted line; all of it where nothing stands before the quotation."""
    lines = text.replace("\r\n", "\n").split("\n")
    cut = next((number for number, line in enumerate(lines) if _QUOTED.match(line.strip())), len(lines))
    return "\n".join(lines[:cut]).strip() or text.strip()
