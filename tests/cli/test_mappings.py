"""A mapping is shown with masked samples, saved under a name, and used by it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Voc

EXPORT = (
    "流水,甲,乙,丙\n"
    "1,洗澡忽冷忽热，打13912345678没人接,王小明,13912345678\n"
    "2,安装师傅多收两百块钱,李建国,13912345679\n"
    "3,说明书看不懂，老人不会用,张丽华,13912345670\n"
    "4,指纹锁半夜自己报警,周伟民,13912345671\n"
)
PAIRS = ("--map", "id=流水", "--map", "text=甲", "--map", "name=乙", "--map", "phone=丙")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "导出.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


def test_a_dry_run_shows_masked_samples(voc: Voc, export: Path) -> None:
    (file,) = voc("ingest", export, *PAIRS, "--dry-run", "--json").json["files"]
    samples = file["samples"]
    assert samples["id"] == ["1", "2", "3"]
    assert samples["text"][1] == "安装师傅多收两百块钱"
    assert samples["text"][0].startswith("洗澡忽冷忽热，打⟦phone:")
    assert all(value.startswith("⟦name:") for value in samples["customer.name"])
    assert len(samples["customer.phone"]) == 3
    shown = voc("ingest", export, *PAIRS, "--dry-run").out
    assert "安装师傅多收两百块钱" in shown
    for private in ("13912345678", "13912345679", "王小明", "李建国"):
        assert private not in shown
        assert private not in str(file)


def test_a_long_sample_is_cut_outside_its_masks(voc: Voc, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(f"id,text\n1,{'长' * 55}13912345678没人接\n", encoding="utf-8")
    (file,) = voc("ingest", path, "--dry-run", "--json").json["files"]
    assert file["samples"]["text"] == ["长" * 55 + "…"]


def test_a_dry_run_names_the_columns_and_channel_words_it_does_not_know(voc: Voc, tmp_path: Path) -> None:
    path = tmp_path / "导出.csv"
    words = ["热线", "抖音", "快手", "拨13912345678", "甲", "乙", "丙"]
    rows = [f"{n},水温忽冷忽热洗到一半变凉,{word},丁{n},戊" for n, word in enumerate(words)]
    path.write_text("\n".join(["工单编号,问题描述,渠道,班组口径,外包批次", *rows]), encoding="utf-8")
    (file,) = voc("ingest", path, "--dry-run", "--json").json["files"]
    assert file["mapping"]["channel"] == "渠道"
    assert file["samples"]["channel"][0] == "call"
    unknown = file["samples"]["channel not known"]
    assert unknown[:2] == ["抖音", "快手"]
    assert len(unknown) == 5
    assert "13912345678" not in str(file)
    assert any("'班组口径', '外包批次'" in note and "'渠道'" not in note for note in file["notes"])


def test_help_names_the_fields_of_a_mapping(voc: Voc) -> None:
    shown = " ".join(voc("ingest", "--help").out.split())
    assert "customer.bought_service" in shown
    assert "created_at" in shown


def test_nothing_is_sampled_when_it_is_stored(voc: Voc, export: Path) -> None:
    assert voc("ingest", export, *PAIRS, "--json").json["files"][0]["samples"] == {}


def test_a_mapping_is_saved_and_used_by_name(voc: Voc, export: Path, tmp_path: Path) -> None:
    saved = voc("ingest", export, *PAIRS, "--channel", "ticket", "--save-mapping", "工单", "--dry-run", "--json")
    assert saved.code == 0
    assert (tmp_path / "data" / "mappings" / "工单.toml").read_text(encoding="utf-8").startswith('channel = "ticket"\n')
    ran = voc("ingest", export, "--mapping", "工单", "--json")
    assert ran.json["added"] == 4
    assert ran.json["files"][0]["mapping"]["text"] == "甲"
    assert {item["channel"] for item in voc("list", "records", "--json").json["items"]} == {"ticket"}


def test_what_is_given_now_goes_before_what_was_saved(voc: Voc, export: Path) -> None:
    voc("ingest", export, *PAIRS, "--save-mapping", "m", "--dry-run")
    ran = voc("ingest", export, "--mapping", "m", "--map", "text=乙", "--dry-run", "--json")
    assert ran.json["files"][0]["mapping"]["text"] == "乙"


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--mapping", "nowhere"), 2, "saved are: none yet"),
        (("--mapping", "../masking"), 2, "a mapping's name is"),
        (("--save-mapping", "a/b"), 2, "a mapping's name is"),
        (("--mapping", "broken"), 1, "is no valid TOML"),
        (("--mapping", "strange"), 1, "holds more than"),
        (("--mapping", "numbers"), 1, "holds more than"),
        (("--mapping", "channel"), 1, "names no channel"),
    ],
)
def test_a_mapping_that_cannot_be_used(
    voc: Voc, export: Path, tmp_path: Path, arguments: tuple[str, str], code: int, words: str
) -> None:
    if arguments[1] in ("broken", "strange", "numbers", "channel"):
        shelf = tmp_path / "data" / "mappings"
        shelf.mkdir(parents=True)
        (shelf / "broken.toml").write_text("fields = [", encoding="utf-8")
        (shelf / "strange.toml").write_text('command = "rm"', encoding="utf-8")
        (shelf / "numbers.toml").write_text("[fields]\ntext = 3", encoding="utf-8")
        (shelf / "channel.toml").write_text('channel = "smoke"', encoding="utf-8")
    ran = voc("ingest", export, *arguments)
    assert ran.code == code
    assert words in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.usefixtures("english")
def test_files_that_disagree_make_no_mapping(voc: Voc, tmp_path: Path) -> None:
    for name, header in (("a.csv", "编号,问题描述"), ("b.csv", "编号,投诉内容")):
        (tmp_path / name).write_text(f"{header}\n1,水温忽冷忽热不能用\n", encoding="utf-8")
    ran = voc("ingest", tmp_path / "a.csv", tmp_path / "b.csv", "--save-mapping", "both")
    assert ran.code == 1
    assert "was not saved" in ran.err
    assert voc("list", "records", "--json").json["total"] == 2


def test_run_uses_and_keeps_mappings_too(voc: Voc, export: Path) -> None:
    first = voc("run", export, *PAIRS, "--channel", "ticket", "--save-mapping", "工单", "--json")
    assert first.code == 0
    assert "use it with --mapping 工单" in first.err
    again = voc("run", export, "--mapping", "工单", "--json")
    assert again.json["ingest"]["unchanged"] == 4
    assert again.json["ingest"]["files"][0]["mapping"] == first.json["ingest"]["files"][0]["mapping"]


@pytest.mark.usefixtures("english")
def test_run_without_files_has_no_mapping_to_keep(voc: Voc) -> None:
    ran = voc("run", "--save-mapping", "m")
    assert ran.code == 2
    assert "no file was named" in ran.err
