"""A judge sees every way's draft in the same plain lines."""

import pytest

from evals.blinding import plain_lines


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("## 3. 概念", "■ 概念"),
        ("### 一、背景", "■ 背景"),
        ("- **做法**：先锁温。[1][F2]", "· 做法：先锁温。"),
        ("1. 先问", "· 先问"),
        ("> **一问**：还要吗？", "一问：还要吗？"),
        ("| 项目 | 内容 |\n| --- | --- |\n| 价格 | 一口价 |", "· 项目；内容\n· 价格；一口价"),
        ("- [3] 「水忽然变烫」 — 工单 · X5 · r_74aaf1b0ab80879f", "· “水忽然变烫” — 工单 · X5"),
        ("5\\. 月 \\(95% 区间\\) a\\_b", "5. 月 (95% 区间) a_b"),
        ("```\n码\n```", "码"),
        ("3.5 分，2026-08", "3.5 分，2026-08"),
        ("种子客户：c_12ab34（提过办法）", "种子客户：（提过办法）"),
    ],
)
def test_form_goes_and_words_stay(markdown: str, plain: str) -> None:
    assert plain_lines(markdown) == plain


def test_what_is_plain_stays_as_it_is() -> None:
    text = plain_lines("# 提案\n\n- 一\n- 二\n\n\n\n正文 *重点* 与 `代码`")
    assert text == "■ 提案\n\n· 一\n· 二\n\n正文 重点 与 代码"
    assert plain_lines(text) == text
