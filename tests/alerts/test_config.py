"""What may stand in alerts.toml; a mistake is one sentence that tells no secret."""

import datetime as dt
from pathlib import Path

import pytest

from assistant.alerts.config import ALERTS_FILE, Quiet, read_alert_settings
from assistant.errors import SettingError


def written(folder: Path, content: str, mode: int = 0o600) -> Path:
    path = folder / ALERTS_FILE
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    return folder


def webhook(url: str, more: str = "", kind: str = "json") -> str:
    return f'[[channel]]\nname = "a"\nkind = "{kind}"\nurl = "{url}"\n{more}\n'


MAIL = '[[channel]]\nname = "m"\nkind = "smtp"\nhost = "mail.example.com"\nsender = "a@b.cn"\nto = ["c@d.cn"]\n'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (webhook("ftp://example.com/SECRET"), "must begin with http"),
        (webhook("https:///SECRET"), "name a host"),
        (webhook("https://user:SECRET@example.com/"), "no user and password"),
        (webhook("http://example.com/SECRET"), "use https"),
        (webhook("http://169.254.169.254/SECRET"), "link-local"),
        (webhook("https://[fe80::1]/SECRET"), "link-local"),
        (webhook("https://0.0.0.0/SECRET"), "unusable"),
        (webhook("https://example.com/SECRET b"), "must begin"),
        (webhook("https://example.com:99999999/SECRET"), "no address"),
        (webhook("https://example.com/", kind="telegram"), "channel.0.kind"),
        (webhook("https://example.com/", 'rules = ["gossip"]'), "rules"),
        (webhook("https://example.com/", "per_minute = 0"), "per_minute"),
        (webhook("https://example.com/", 'colour = "red"'), "no such entry"),
        (webhook("https://example.com/", 'host = "x"'), "takes no host"),
        (webhook("https://example.com/") * 2, "two channels"),
        (webhook("env:VOC_NO_SUCH_THING"), "no VOC_NO_SUCH_THING"),
        ('[[channel]]\nname = "a"\nkind = "wecom"', "needs url"),
        ('[[channel]]\nname = "m"\nkind = "smtp"\nhost = "h"', "sender and to"),
        (MAIL.replace("c@d.cn", "c@d.cn\\r\\nBcc: x@y.cn"), "to"),
        (MAIL + 'security = "none"\nuser = "u"\npassword = "SECRET"', "unencrypted"),
        ('[quiet]\nstart = "25:00"\nend = "08:00"', "quiet.start"),
        ("[thresholds]\nrecent_days = 1", "recent_days"),
    ],
)
def test_mistakes_are_told_without_secrets(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(SettingError, match=says) as caught:
        read_alert_settings(written(tmp_path, content))
    assert "SECRET" not in str(caught.value)


def test_a_file_with_secrets_is_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingError, match="chmod 600"):
        read_alert_settings(written(tmp_path, webhook("https://example.com/SECRET"), 0o644))
    monkeypatch.setenv("VOC_TEST_HOOK", "https://example.com/SECRET")
    (read,) = read_alert_settings(written(tmp_path, webhook("env:VOC_TEST_HOOK"), 0o644)).channel
    assert read.url is not None
    assert read.url.get_secret_value() == "https://example.com/SECRET"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://localhost/x", "http://10.1.2.3/x", "https://example.com/x"]
)
def test_webhooks_in_the_house_and_encrypted_ones_are_fine(tmp_path: Path, url: str) -> None:
    assert len(read_alert_settings(written(tmp_path, webhook(url))).channel) == 1


def test_without_a_file_nobody_is_told_anything(tmp_path: Path) -> None:
    assert read_alert_settings(tmp_path).channel == ()


@pytest.mark.parametrize(
    ("hours", "moment", "ends"),
    [
        (("22:00", "08:00"), "2026-09-30T23:30+08:00", "2026-10-01T08:00+08:00"),
        (("22:00", "08:00"), "2026-09-30T07:59+08:00", "2026-09-30T08:00+08:00"),
        (("22:00", "08:00"), "2026-09-30T08:00+08:00", None),
        (("12:00", "14:00"), "2026-09-30T13:00+08:00", "2026-09-30T14:00+08:00"),
        (("12:00", "14:00"), "2026-09-30T04:30+00:00", "2026-09-30T14:00+08:00"),
        (("12:00", "14:00"), "2026-09-30T11:59+08:00", None),
    ],
)
def test_quiet_hours_end(hours: tuple[str, str], moment: str, ends: str | None) -> None:
    found = Quiet(start=hours[0], end=hours[1]).ends(dt.datetime.fromisoformat(moment))
    assert found == (None if ends is None else dt.datetime.fromisoformat(ends))
