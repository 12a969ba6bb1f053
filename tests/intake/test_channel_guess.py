"""A rating beside the signs of a ticket does not make a review of it."""

import pytest

from assistant.intake.channels import guess_channel

_PLAIN = {"id": "流水号", "text": "说了啥", "rating": "打几分"}


@pytest.mark.parametrize(
    ("name", "mapping", "channel"),
    [
        ("导出", _PLAIN, "review"),
        ("导出", {**_PLAIN, "customer.phone": "手机"}, "ticket"),
        ("导出", {**_PLAIN, "status": "进度"}, "ticket"),
        ("工单导出", _PLAIN, "ticket"),
        ("商品评价", {**_PLAIN, "customer.phone": "手机"}, "review"),
    ],
)
def test_a_rating_alone_changes_no_ticket(name: str, mapping: dict[str, str], channel: str) -> None:
    assert guess_channel([name], mapping.values(), mapping, []) == channel
