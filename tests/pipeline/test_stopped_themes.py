"""A job that is stopped when its themes are formed already tells them as new once it goes on."""

from pathlib import Path

from assistant.bootstrap import open_app
from assistant.domain.jobs import Wish
from assistant.intake.reading import ReadOptions
from assistant.pipeline.steps import steps_of
from assistant.pipeline.taking import take
from assistant.settings import Settings

SAMPLE = Path(__file__).parents[2] / "assistant" / "sample" / "xinglan" / "source"


def test_themes_of_an_attempt_that_gave_no_receipt_are_counted_when_it_goes_on(tmp_path: Path) -> None:
    app = open_app(Settings(engine="rules", data_dir=tmp_path / "data", language="zh"))
    app.pipeline.ingest([SAMPLE], ReadOptions())
    app.pipeline.analyse()
    job = app.store.jobs.add("themes", Wish(), ["themes"], origin="cli")
    assert job is not None
    steps = steps_of(app.pipeline.context, "themes", Wish())
    first = take(app.pipeline.context, job)
    assert first is not None

    def stop(_stage: str, done: int, total: int | None) -> None:
        if done == total:
            first.leave()

    assert first.work(steps, progress=stop).state == "queued"
    formed = len(app.store.themes())
    assert formed > 20, "they are formed, only the receipt is missing"
    again = take(app.pipeline.context, app.store.jobs.job(job.id))
    assert again is not None
    ended = again.work(steps)
    assert ended.state == "done"
    assert ended.stages[0].receipt is not None
    assert (ended.stages[0].receipt["themes"], ended.stages[0].receipt["new"]) == (formed, formed)
    app.close()
