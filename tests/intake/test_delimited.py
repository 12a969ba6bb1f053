"""Delimited text as real systems export it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intake.reading_help import read_text

HEADER = ["工单编号", "创建时间", "产品", "问题描述"]
ROWS = [
    ["A-1", "2026/1/4 21:36", "X5", "水忽冷忽热,老人烫着了"],
    ["A-2", "2026/1/5 08:12", "P2", '他说"马上到"\n结果没来'],
]


def written(rows: list[list[str]], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "\x01", "^", "~", "，"])
def test_any_separator_under_any_name(tmp_path: Path, separator: str) -> None:
    result = read_text(tmp_path, written([HEADER, *ROWS], separator), name="导出.csv")
    assert [(r.external_id, r.created_at, r.product, r.text) for r in result.records] == [
        ("A-1", "2026-01-04T21:36:00+08:00", "X5", ROWS[0][3]),
        ("A-2", "2026-01-05T08:12:00+08:00", "P2", ROWS[1][3]),
    ]
    assert [record.line for record in result.records] == [2, 3]


def test_titles_above_the_header_and_blank_rows_are_no_records(tmp_path: Path) -> None:
    text = "2026年1月工单导出,,,\n导出人:张三,,,\n" + written([HEADER, *ROWS]) + ",,,\n\n"
    result = read_text(tmp_path, text)
    assert [record.external_id for record in result.records] == ["A-1", "A-2"]
    assert result.receipt.notes == ("2 rows above the header left out",)


def test_an_unclosed_quotation_mark_swallows_nothing(tmp_path: Path) -> None:
    lines = [f'A-{i},2026-01-0{i % 9 + 1},X5,"第{i}条，水不热"' for i in range(40)]
    lines[7] = 'A-7,2026-01-08,X5,"没有收尾的引号'
    result = read_text(tmp_path, "\n".join([",".join(HEADER), *lines]))
    assert [record.external_id for record in result.records] == [f"A-{i}" for i in range(40)]
    assert any("quotation mark" in note for note in result.receipt.notes)


def test_an_honest_cell_of_many_lines_with_commas_stays_one_cell(tmp_path: Path) -> None:
    cell = "一、掉线,没网,断了\n二、卡顿,很慢,不行\n三、退货,换货,都行\n四、没人,不理,算了"
    result = read_text(tmp_path, written([HEADER, *ROWS, ["A-3", "2026-01-06", "N7", cell]]))
    assert result.texts[-1] == cell


def test_unquoted_separators_in_the_last_column_belong_to_the_text(tmp_path: Path) -> None:
    text = ",".join(HEADER) + "\nA-1,2026-01-04,X5,水不热,也没人来,气死了\n" + written(ROWS)
    assert read_text(tmp_path, text).texts[0] == "水不热,也没人来,气死了"


def test_bad_dates_and_empty_texts_are_rejected_alone_and_say_why(tmp_path: Path) -> None:
    rows = [
        *ROWS,
        ["A-3", "前天下午", "X5", "机密内容"],
        ["A-4", "2026-01-04", "X5", ""],
        ["A-5", "", "X5", "没写时间"],
    ]
    result = read_text(tmp_path, written([HEADER, *rows]))
    assert [record.external_id for record in result.records] == ["A-1", "A-2", "A-5"]
    assert [(row.line, row.reason) for row in result.rejected] == [(5, "bad_date"), (6, "no_text")]
    assert all("机密" not in row.sentence and "前天" not in row.sentence for row in result.rejected)
    assert "'创建时间'" in result.rejected[0].sentence
    assert result.rejected[0].cells["问题描述"] == "机密内容"


def test_a_table_without_a_text_column_is_one_rejection_naming_columns_and_option(tmp_path: Path) -> None:
    result = read_text(tmp_path, "订单号,金额,数量\n1,20,3\n2,30,4\n3,30,4\n")
    assert not result.records
    [rejected] = result.rejected
    assert (rejected.line, rejected.reason) == (None, "no_text_column")
    assert all(word in rejected.sentence for word in ("订单号", "金额", "数量", "--map text=COLUMN"))


def test_a_given_mapping_overrides_recognition(tmp_path: Path) -> None:
    text = "编号,描述,客户说\n1,客服小结,其实是水不热\n2,客服小结,其实是没人来\n"
    result = read_text(tmp_path, text, mapping={"text": "客户说"})  # type: ignore[arg-type]
    assert result.texts == ["其实是水不热", "其实是没人来"]
    assert result.records[0].metadata == {"描述": "客服小结"}


def test_a_file_without_header_is_told_by_its_values(tmp_path: Path) -> None:
    text = "".join(f"K{i},2026-01-0{i},1381234567{i},5,热水器第{i}次打不着火，请尽快派人上门\n" for i in range(1, 8))
    first = read_text(tmp_path, text).records[0]
    assert (first.external_id, first.created_at, first.customer.phone, first.rating) == (
        "K1", "2026-01-01T00:00:00+08:00", "13812345671", 5.0,
    )  # fmt: skip
    assert first.text == "热水器第1次打不着火，请尽快派人上门"


def test_unknown_headers_fall_back_on_the_values(tmp_path: Path) -> None:
    text = "甲,乙,丙\n" + "".join(f"{i},2026-01-0{i} 10:00,打印机升级以后第{i}天开始掉线了\n" for i in range(1, 6))
    record = read_text(tmp_path, text).records[0]
    assert (record.created_at, record.text) == ("2026-01-01T10:00:00+08:00", "打印机升级以后第1天开始掉线了")


def test_rows_without_ids_get_stable_ones_and_equal_rows_stay_two(tmp_path: Path) -> None:
    text = "序号,评价时间,星级,评价内容\n1,2026-01-04,5,好\n2,2026-01-04,5,好\n3,2026-01-05,1,坏\n"
    ids = [record.external_id for record in read_text(tmp_path, text, name="评价.csv").records]
    again = text.replace("1,2026", "7,2026").replace("\n2,", "\n8,").replace("\n3,", "\n9,")
    assert len(set(ids)) == 3
    assert [record.external_id for record in read_text(tmp_path, again, name="评价.csv").records] == ids


def test_a_later_row_with_the_same_id_is_an_update_not_a_rejection(tmp_path: Path) -> None:
    result = read_text(tmp_path, "工单编号,问题描述\nA-1,坏了\nA-1,坏了，又修了一次\n")
    assert [(r.external_id, r.text) for r in result.records] == [("A-1", "坏了"), ("A-1", "坏了，又修了一次")]


def test_follow_up_reviews_belong_to_the_review(tmp_path: Path) -> None:
    result = read_text(tmp_path, "评价ID,评价内容,追评,星级\n1,挺好,用了一月坏了,★★☆\n2,不错,,5星\n")
    assert result.texts == ["挺好\n用了一月坏了", "不错"]
    assert [record.rating for record in result.records] == [2.0, 5.0]
    assert {record.channel for record in result.records} == {"review"}


def test_one_message_per_row_becomes_conversations(tmp_path: Path) -> None:
    rows = [
        "会话ID,发送时间,发送人,消息内容,产品",
        "S1,2026-01-04 10:00:00,访客,在吗,X5",
        "S2,2026-01-04 10:00:05,访客,掉线了,N7",
        "S1,2026-01-04 10:00:09,客服小王,在的亲,X5",
        "S1,2026-01-04 10:01:00,访客,水不热,X5",
        "S2,2026-01-04 10:02:00,系统,会话已结束,N7",
    ]
    result = read_text(tmp_path, "\n".join(rows), name="聊天记录.csv")
    assert [(r.external_id, r.channel, r.product) for r in result.records] == [
        ("S1", "chat", "X5"),
        ("S2", "chat", "N7"),
    ]
    assert [(t.speaker, t.text, t.at) for t in result.records[0].turns] == [
        ("customer", "在吗", "2026-01-04T10:00:00+08:00"),
        ("agent", "在的亲", "2026-01-04T10:00:09+08:00"),
        ("customer", "水不热", "2026-01-04T10:01:00+08:00"),
    ]


def test_a_transcript_in_one_cell_becomes_turns(tmp_path: Path) -> None:
    cell = '"客户：锁没电了\n客服01：您好，用充电宝试试\n客户：没有充电宝"'
    result = read_text(tmp_path, f"会话编号,会话内容\nS1,{cell}\nS2,客户:在吗 客服:在的 客户:退货\n")
    assert [[t.speaker for t in record.turns] for record in result.records] == [["customer", "agent", "customer"]] * 2
    assert result.records[1].turns[2].text == "退货"


CELL = st.text(alphabet=st.sampled_from(list("水热坏了退货abcX5,;\"'|\t\n 。，！")), min_size=1, max_size=40).filter(
    str.strip
)


@settings(max_examples=80, deadline=None)
@given(st.lists(CELL, min_size=1, max_size=12))
def test_every_written_text_is_read_back(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    rows = [[f"A-{i}", "2026-01-04", "X5", f"话{cell}"] for i, cell in enumerate(cells)]
    result = read_text(tmp_path_factory.mktemp("csv"), written([HEADER, *rows]))
    assert not result.rejected
    assert [text.split() for text in result.texts] == [row[3].split() for row in rows]


def test_the_agent_of_the_row_is_known_in_its_transcript(tmp_path: Path) -> None:
    cell = '"王某 10:00:01\n你好\n小李 10:00:10\n请讲\n王某 10:01:00\n掉线"'
    [record] = read_text(tmp_path, f"会话ID,客户姓名,客服,对话内容\nS9,王某,小李,{cell}\n").records
    assert [turn.speaker for turn in record.turns] == ["customer", "agent", "customer"]
    assert record.metadata == {"客服": "小李"}


def test_prose_with_as_many_commas_in_each_line_is_no_table(tmp_path: Path) -> None:
    assert read_text(tmp_path, "水不热,没人来\n掉线,没人管\n贵,不值\n吵,退货\n", name="话.txt").receipt.format == "text"


def test_a_single_column_with_a_header_and_commas_in_the_text(tmp_path: Path) -> None:
    result = read_text(tmp_path, "评价内容\n水不热,没人来\n好\n")
    assert result.texts == ["水不热,没人来", "好"]
    assert result.records[0].channel == "review"


def test_all_open_questions_of_a_questionnaire_are_the_customers_words(tmp_path: Path) -> None:
    text = "答卷编号,NPS评分,您打这个分的主要原因,您还有什么建议,所用时间\n1,3,老掉线,出个能自己连回来的,30秒\n2,9,,挺好,12秒\n"
    result = read_text(tmp_path, text)
    assert [record.text for record in result.records] == [
        "出个能自己连回来的\n老掉线",
        "挺好",
    ]
    assert result.records[0].metadata == {"所用时间": "30秒"}


def test_a_header_repeated_in_the_middle_is_no_record(tmp_path: Path) -> None:
    part = written([HEADER, ROWS[0]])
    result = read_text(tmp_path, part + part.replace("A-1", "A-9"))
    assert [record.external_id for record in result.records] == ["A-1", "A-9"]
    assert not result.rejected
