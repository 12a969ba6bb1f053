"""`voc eval` measures the real pipeline, and its floors hold."""

from evals.command import SUITES
from tests.cli.conftest import Voc


def test_every_suite_reports_figures_above_its_floors(voc: Voc) -> None:
    ran = voc("eval", "all", "--quick", "--json")
    assert ran.code == 0
    assert set(ran.json) == set(SUITES)
    for name, report in ran.json.items():
        assert report["cases"] > 0, name
        assert report["floors"], name
        assert not report["fallen"], name
    assert ran.json["retrieval"]["figures"]["ndcg_at_10"] > 0.6
