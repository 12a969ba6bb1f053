"""Ways of reading are measured on the same few records, from recordings that know how they were made."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.errors import UsageError
from assistant.settings import load_settings
from evals.command import evaluate
from evals.sampling import sample
from evals.workbench import Asking, Way, workbench
from tests.records.builders import record
from tests.stub_model import StubModel

WHOLE = Path(__file__).parents[2] / "evals" / "recordings" / "xinglan.jsonl.gz"


def test_a_sample_is_spread_over_the_channels_and_holds_the_smaller_ones() -> None:
    tickets = [record(f"t{n}") for n in range(80)]
    chats = [record(f"c{n}", channel="chat") for n in range(20)]
    small, large = sample([*tickets, *chats], 10), sample([*chats, *reversed(tickets)], 20)
    assert small < large
    assert sum(one.startswith("c") for one in small) == 2
    assert sum(one.startswith("c") for one in large) == 4
    assert sample(tickets[:3], 10) == {"t0", "t1", "t2"}


@pytest.mark.parametrize(("asking", "head"), [("alone", {"records_a_call": "1"}), ("naive", {})])
def test_a_few_records_are_read_one_a_call_and_compared_on_these(
    tmp_path: Path, asking: Asking, head: dict[str, str]
) -> None:
    path = tmp_path / "few.jsonl.gz"
    with StubModel() as stub:
        settings = load_settings(openai_base_url=stub.base_url, openai_api_key="k", engine="llm", llm_concurrency=4)
        with workbench(settings, Way(record=path, asking=asking, sampled=6)) as bench:
            assert bench.reading.pending == bench.reading.done == 6
            rows = bench.read_insights
        first = [chat for chat in stub.chats if "原来的引文" not in chat.user]
        assert len(first) == 6
    with workbench(load_settings(engine="rules"), Way(recorded=path)) as bench:
        assert (bench.asking, bench.sampled, bench.read_insights) == (asking, 6, rows)
        assert set(bench.truth) == set(bench.records)
        assert bench.recording is not None
        assert head.items() <= bench.recording.head["made_with"].items()
        assert bench.tokens[0] > 0
    with pytest.raises(UsageError, match="--sample 6"), workbench(load_settings(), Way(recorded=path, sampled=5)):
        pass
    if asking == "alone":
        ran = CliRunner().invoke(
            evaluate,
            ["extraction", "--recorded", str(WHOLE), "--sample", "6", "--against", str(path)],
            env={"VOC_ENGINE": "rules"},
        )
        assert ran.exit_code == 0, ran.output
        assert "(1) claude with our prompt, 6 records" in ran.output
        assert "one record a call, 6 records" in ran.output


def test_a_recording_is_judged_at_an_endpoint_or_from_kept_judgements_or_not_at_all(tmp_path: Path) -> None:
    kept = tmp_path / "judge.jsonl.gz"
    nobody = load_settings(engine="rules")
    with pytest.raises(UsageError, match="nobody to judge"), workbench(nobody, Way(recorded=WHOLE, judged=2)):
        pass
    with StubModel() as stub:
        settings = load_settings(openai_base_url=stub.base_url, openai_api_key="k", engine="llm")
        with workbench(settings, Way(recorded=WHOLE, judged=2, judgements=kept, sampled=20)) as bench:
            assert bench.judge is not None
            assert bench.reading.calls == 0
            bench.judge[1].put("k", "m", "judge_ladder.v1", "{}", bench.app.engine.usage())
        assert not stub.chats
    with workbench(nobody, Way(recorded=WHOLE, judged=2, judgements=kept)) as bench:
        assert bench.judge is not None
        assert bench.judge[1].get("k") == "{}"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["privacy", "--sample", "3"], "--sample: of the suite extraction only"),
        (["extraction", "--naive", "--alone"], "two ways"),
        (["extraction", "--recorded", "x", "--alone"], "knows itself"),
        (["extraction", "--judgements", "x"], "needs --judge"),
        (["extraction", "--recorded", "x", "--record", "y"], "choose one"),
        (["ideas", "--only", "naive"], "needs a file"),
        (["extraction", "--only", "naive"], "ideas|proposals"),
        (["themes", "--only", "naive"], "ideas|proposals"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments: list[str], told: str) -> None:
    ran = CliRunner().invoke(evaluate, arguments)
    assert ran.exit_code == 2
    assert told in ran.output
