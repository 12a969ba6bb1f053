"""How a message leaves the house: one post or one mail, no wait without end, following nobody elsewhere."""

import datetime as dt
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from email.message import EmailMessage
from http.client import HTTPException
from typing import IO, Any

from assistant.alerts.config import Channel
from assistant.alerts.robots import MOST_BYTES, Request, Verdict, request_for, verdict_of
from assistant.domain.alerts import Message

_MOST_ANSWER = 65_536


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A webhook that points elsewhere is not followed: where to is not what somebody wrote into the settings."""

    def redirect_request(self, req: Any, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str) -> None:
        return None


def send(channel: Channel, message: Message, moment: dt.datetime) -> Verdict:
    """Try once to hand a message over. Never raises for what the receiver or the net does."""
    if channel.kind == "smtp":
        return _mail(channel, message)
    return _post(channel, request_for(channel, message, moment))


def _post(channel: Channel, request: Request) -> Verdict:
    opener = urllib.request.build_opener(_NoRedirects)
    posted = urllib.request.Request(request.url, request.body, request.headers, method="POST")  # noqa: S310 - checked
    try:
        with opener.open(posted, timeout=channel.timeout) as answer:
            return verdict_of(channel.kind, answer.status, answer.read(_MOST_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            return verdict_of(channel.kind, error.code, b"")
    except (OSError, HTTPException, ValueError) as error:
        return _failed(error)


def _mail(channel: Channel, message: Message) -> Verdict:
    assert channel.host is not None
    context = ssl.create_default_context()
    secure = {"context": context} if channel.security == "tls" else {}
    kind: Any = smtplib.SMTP_SSL if channel.security == "tls" else smtplib.SMTP
    try:
        with kind(channel.host, channel.port, timeout=channel.timeout, **secure) as server:
            if channel.security == "starttls":
                server.starttls(context=context)
            if channel.user and channel.password:
                server.login(channel.user, channel.password.get_secret_value())
            refused = server.send_message(mail_of(channel, message))
    except smtplib.SMTPResponseException as error:
        return Verdict(False, f"smtp_{error.smtp_code}", again=400 <= error.smtp_code < 500)
    except smtplib.SMTPRecipientsRefused:
        return Verdict(False, "smtp_recipients_refused")
    except (OSError, smtplib.SMTPException) as error:
        return _failed(error)
    return Verdict(True, "smtp_some_refused" if refused else "")


def mail_of(channel: Channel, message: Message) -> EmailMessage:
    """The message as a mail; the same alert always has the same Message-ID, so that a mailbox shows it once."""
    mail = EmailMessage()
    mail["Subject"] = f"{channel.keyword} {message.title}" if channel.keyword else message.title
    mail["From"], mail["To"] = channel.sender, ", ".join(channel.to)
    mail["Message-ID"] = f"<{message.id}.{channel.name.encode().hex()}@voc-assistant.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    text = "\n".join(message.lines).encode("utf-8")[: MOST_BYTES["smtp"]].decode("utf-8", "ignore")
    mail.set_content(text + "\n")
    return mail


def _failed(error: BaseException) -> Verdict:
    """Why there is no answer, in one countable word: an error's own words may hold the address, which is a secret."""
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return Verdict(False, "timeout", again=True)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Verdict(False, "certificate")
    if isinstance(cause, socket.gaierror):
        return Verdict(False, "unknown_host", again=True)
    return Verdict(False, "connection", again=True)
