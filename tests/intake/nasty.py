"""A kit of nasty files: every way an export can be spoilt that we have met, with what must come of it."""

import io
import zipfile
from dataclasses import dataclass

import xlsxwriter

COLD = "洗澡洗到一半水就变冷，老人不敢用"
LOCK = "指纹锁半夜自己报警，全家都吓醒"
HEADER = "工单编号,产品,问题描述"
TABLE = f"{HEADER}\nA-1,X5,{COLD}\nA-2,N7,{LOCK}\n"
TRADITIONAL = "水溫忽冷忽熱，師傅來了三次還是修不好"


@dataclass(frozen=True)
class Nasty:
    """A file, the texts it must yield in order, and the reasons of what it must reject."""

    name: str
    data: bytes
    texts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def workbook(*rows: tuple[str, ...]) -> bytes:
    """An .xlsx file; cells that begin with = are formulas that nobody has computed."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell.startswith("="):
                    sheet.write_formula(number, column, cell, value="")
                else:
                    sheet.write_string(number, column, cell)
    return target.getvalue()


def zipped(**members: bytes) -> bytes:
    """A zip file of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


BOTH = (COLD, LOCK)
KIT = {
    "double byte order mark": Nasty("a.csv", b"\xef\xbb\xbf" * 2 + TABLE.encode(), BOTH),
    "tab separated, called csv": Nasty("a.csv", TABLE.replace(",", "\t").encode(), BOTH),
    "csv called xlsx": Nasty("a.xlsx", TABLE.encode(), BOTH),
    "workbook called csv": Nasty("a.csv", workbook(("工单编号", "问题描述"), ("A-1", COLD), ("A-2", LOCK)), BOTH),
    "csv without any extension": Nasty("export", TABLE.encode("gb18030"), BOTH),
    "utf-16 with a mark, tabs": Nasty("a.csv", TABLE.replace(",", "\t").encode("utf-16"), BOTH),
    "utf-16 big endian": Nasty("a.csv", b"\xfe\xff" + TABLE.encode("utf-16-be"), BOTH),
    "big5": Nasty("a.csv", f"編號,問題描述\n1,{TRADITIONAL}\n2,{TRADITIONAL}吧\n".encode("big5"),
                  (TRADITIONAL, TRADITIONAL + "吧")),
    "windows and old mac newlines mixed": Nasty(
        "a.csv", f"{HEADER}\r\nA-1,X5,{COLD}\rA-2,N7,{LOCK}\nA-3,X5,{COLD}\r\n".encode(), (COLD, LOCK, COLD)),
    "cells of many lines": Nasty(
        "a.csv", f'{HEADER}\nA-1,X5,"{COLD}\n第二行，""真的""\n第三行"\nA-2,N7,{LOCK}\n'.encode(),
        (f'{COLD}\n第二行，"真的"\n第三行', LOCK)),
    "nul bytes": Nasty("a.csv", TABLE.replace("X5", "X\x005").encode(), BOTH),
    "a broken character": Nasty("a.csv", TABLE.encode().replace("半".encode(), b"\xe5\x8d", 1),
                                (COLD.replace("半", "\ufffd", 1), LOCK)),
    "header alone": Nasty("a.csv", f"{HEADER}\n".encode(), (), ("empty",)),
    "blanks alone": Nasty("a.csv", b" \r\n\r\n  \n", (), ("empty",)),
    "nothing at all": Nasty("a.csv", b"", (), ("empty",)),
    "a cell longer than any honest one": Nasty(
        "a.csv", f"{HEADER}\nA-1,X5,{'长' * 200_001}\nA-2,N7,{LOCK}\n".encode(), (LOCK,), ("too_long",)),
    "a cell as long as allowed": Nasty("a.csv", f"{HEADER}\nA-1,X5,{'长' * 200_000}\n".encode(), ("长" * 200_000,)),
    "formulas in a csv": Nasty(
        "a.csv", f'{HEADER}\nA-1,X5,"=HYPERLINK(""http://x.example"",""点我"")"\nA-2,N7,@SUM(1+1)*cmd|calc\n'.encode(),
        ('=HYPERLINK("http://x.example","点我")', "@SUM(1+1)*cmd|calc")),
    "a formula nobody computed": Nasty(
        "a.xlsx", workbook(("工单编号", "问题描述"), ("A-1", COLD), ("A-2", "=1+1")), (COLD,), ("no_text",)),
    "rows of too few and too many cells": Nasty(
        "a.csv", f"{HEADER}\nA-1,X5\nA-2,N7,{LOCK},多出来的\n".encode(), (f"{LOCK},多出来的",), ("no_text",)),
    "a zip in a zip": Nasty("a.zip", zipped(**{"里面.zip": zipped(**{"a.csv": TABLE.encode()}), "b.csv": TABLE.encode()}),
                            BOTH, ("unknown_format",)),
    "a member that climbs out": Nasty("a.zip", zipped(**{"../../climbed.csv": TABLE.encode()}), BOTH),
    "a zip bomb": Nasty("a.zip", zipped(**{"a.csv": b"0" * (128 << 20)}), (), ("bomb",)),
    "an empty zip": Nasty("a.zip", zipped(), (), ("unknown_format",)),
}  # fmt: skip
