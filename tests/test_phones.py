"""What is a telephone number in a bulletin, and what only has as many digits."""

import pytest

from rag.text.phones import phones


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("联系电话：0539-8182110", ["0539-8182110"]),
        ("电话：（0539）8727196", ["8727196"]),
        ("手机13853912345", ["13853912345"]),
        ("服务热线400-893-9111", ["400-893-9111"]),
        ("客服8008108888", ["8008108888"]),
        ("医保咨询拨打12393，价格举报12315", ["12393", "12315"]),
        ("报警电话110", ["110"]),
        ("供电服务热线95598", ["95598"]),
        ("Call 12345 for help.", ["12345"]),
        ("电话 8182110、8182111", ["8182110", "8182111"]),
    ],
)
def test_a_number_to_call_is_read(text: str, numbers: list[str]) -> None:
    assert phones(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "奖励12345元",
        "总投资8182110万元",
        "面积8182110平方米",
        "编号12345号",
        "共计12345",  # nothing says that it is called
        "统一社会信用代码913713007618182110X",
        "举报奖励12000元",
        "电话号码升至13.853912345位",
        "2025年10月110日前举报",
        "投诉率为12345%",
    ],
)
def test_an_amount_or_a_count_is_none(text: str) -> None:
    assert phones(text) == []


def test_numbers_come_in_the_order_of_the_text_whatever_their_kind() -> None:
    assert phones("投诉12345，值班0539-8182110，举报12315") == ["12345", "0539-8182110", "12315"]
