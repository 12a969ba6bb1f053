"""The example of ``docs/langchain.md`` is run as it stands there, over the sample."""

import re
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Voc

ROOT = Path(__file__).parents[2]


def test_the_example_finds_printers(voc: Voc, tmp_path: Path) -> None:
    page = (ROOT / "docs/langchain.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(code) == 1
    assert voc("ingest", ROOT / "assistant/sample/xinglan/source", "--json").code == 0
    assert voc("index", "--json").code == 0
    script = tmp_path / "ask_langchain.py"
    script.write_text(code[0], encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, encoding="utf-8", check=True, cwd=tmp_path
    )
    lines = ran.stdout.splitlines()
    assert len(lines) == 5
    assert sum("打印机" in line or "掉线" in line for line in lines) >= 3
