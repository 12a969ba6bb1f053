"""Files of many rows, made from real words, for measuring intake."""

import csv
import json
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

_CUSTOMERS = 7
"""Every so many rows the customer before says nearly the same again, of the same product."""
_HEADERS = ("工单编号", "创建时间", "产品", "客户编号", "客户姓名", "联系电话", "问题描述")
_NOBODY = 5
"""Every so many rows name no customer, as reviews do not."""
_NAMES = ("王小明", "李建国", "张丽华", "欧阳静", "陈思远")


def write_json_lines(source: Path, target: Path, count: int) -> Path:
    """`count` records in our wire format from the texts of a JSON Lines file; the target."""
    with target.open("w", encoding="utf-8") as file:
        for row in islice(_rows(source), count):
            number, created_at, product, customer, name, phone, text = row
            record = {"id": number, "channel": "ticket", "created_at": created_at, "product": product, "text": text}
            who = {"id": customer, "name": name, "phone": phone}
            file.write(json.dumps({**record, "customer": who}, ensure_ascii=False) + "\n")
    return target


def write_csv(source: Path, target: Path, count: int, first: int = 0) -> Path:
    """The same records, from the `first` on, as a CSV file with Chinese headers, as a ticket system exports them; the
    target."""
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADERS)
        writer.writerows(islice(_rows(source), first, first + count))
    return target


def _rows(source: Path) -> Iterator[tuple[str, str, str, str, str, str, str]]:
    """Endless rows: a text of the source, a number that makes it a record of its own, in every tenth a telephone.

    Every seventh says nearly the same as the one before, every fifth names nobody.
    """
    lines = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    texts = [text for line in lines if (text := str(line.get("text") or "").strip())]
    before = ""
    for n, text in enumerate(cycle(texts)):
        again = n > 0 and n % _CUSTOMERS == 0
        customer = n - 1 if again else n
        text, before = (before if again else text), text
        phone = f"1{3 + n % 7}{(n * 7_919) % 10**9:09d}"
        said = f"{text}。{n}" if n % 10 else f"{text}。{n}，电话{phone}"
        moment = f"2026-{n % 12 + 1:02d}-{n % 28 + 1:02d} {n % 24:02d}:00:00"
        who = ("", "", "") if n % _NOBODY == 0 else (f"C{customer}", _NAMES[n % len(_NAMES)], phone)
        yield f"T{n}", moment, f"X{customer % 50}", *who, said
