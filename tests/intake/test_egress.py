"""What leaves the house is looked at once more, and whose words it was is counted by year."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import EgressError
from assistant.intake.privacy import EgressLedger, Masker, check_abroad, check_egress
from assistant.intake.privacy.egress import this_year


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("打13912345678没人接", "phone"),
        ("打幺三九幺二三四五六七八没人接", "phone"),
        ("身份证11010519491231002X", "id_card"),
        ("卡号6222021234567890128", "bank_card"),
        ("发到wang@example.com", "email"),
    ],
)
def test_a_plain_value_stops_the_call_and_is_not_repeated(text: str, kind: str) -> None:
    with pytest.raises(EgressError) as refusal:
        check_egress(
            f"请读下面的记录\n<<<记录 R1 开始 0123456789abcdef>>>\n{text}\n<<<记录 R1 结束 0123456789abcdef>>>"
        )
    assert kind in str(refusal.value)
    assert not any(piece in str(refusal.value) for piece in ("1391", "幺三九", "1101", "6222", "wang"))


@pytest.mark.parametrize(
    "text",
    [
        "打⟦phone:7f3a9c⟧没人接，2026-01-04T21:36:00+08:00 报修",
        "<<<记录 R1 开始 1391234567800000>>>\n水不热\n<<<记录 R1 结束 1391234567800000>>>",
        "售后 400-820-8820 打不通",
        "",
    ],
)
def test_masked_text_boundaries_and_service_lines_pass(text: str) -> None:
    check_egress(text)


def test_a_subject_counts_once_a_year(tmp_path: Path) -> None:
    years = [2026]
    ledger = EgressLedger(tmp_path / "egress", b"k" * 32, year=lambda: years[-1])
    assert ledger.counts() == {}
    ledger.note(["C1", "C2"])
    ledger.note(["C2", "C3"])
    other_process = EgressLedger(tmp_path / "egress", b"k" * 32, year=lambda: years[-1])
    other_process.note(["C1"])
    years.append(2027)
    ledger.note(["C1"])
    assert ledger.counts() == other_process.counts() == {2026: 3, 2027: 1}
    lines = [path.read_text(encoding="ascii").split() for path in sorted((tmp_path / "egress").iterdir())]
    assert [len(one) for one in lines] == [3, 1]
    assert not set(lines[0]) & set(lines[1]), "no hash is carried into the next year"


def test_a_line_cut_off_when_the_machine_stopped_counts_as_nobody(tmp_path: Path) -> None:
    (tmp_path / "2026.txt").write_text("0123456789abcdef\n01234", encoding="ascii")
    ledger = EgressLedger(tmp_path, b"k" * 32, year=lambda: 2026)
    assert ledger.counts() == {2026: 1}
    ledger.note(["C1"])
    assert EgressLedger(tmp_path, b"k" * 32, year=lambda: 2026).counts() == {2026: 2}


def test_the_year_turns_with_chinese_time() -> None:
    assert this_year() in {datetime.now(UTC).year, datetime.now(UTC).year + 1}
    assert this_year(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)) == 2026
    assert this_year(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == 2027


@pytest.mark.parametrize("text", ["家里座机010-62345678打不通", "车牌京A12345停在楼下", "加我微信号wxid_abc12345聊"])
def test_what_may_stay_in_the_country_may_not_go_abroad_unmasked(text: str) -> None:
    check_egress(text)
    with pytest.raises(EgressError):
        check_abroad(text)


@given(st.text(max_size=80), st.sampled_from(["13912345678", "wang@example.com", "010-62345678", "京A12345", ""]))
def test_whatever_was_masked_may_go(text: str, value: str) -> None:
    check_abroad(Masker(b"k" * 32).mask_text(f"{text}，{value}，{text}")[0])
