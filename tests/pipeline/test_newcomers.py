"""A few records more: their insights join the themes there are, and nobody who was placed loses his place."""

import json
from pathlib import Path

from assistant.bootstrap import App, open_app
from assistant.intake.shapes import ReadOptions
from assistant.pipeline.newcomers import join_newcomers
from assistant.records.rows import digest
from assistant.settings import Settings

CASES = Path(__file__).parents[2] / "evals" / "cases" / "xinglan" / "records.jsonl"


def opened(folder: Path) -> App:
    return open_app(Settings(engine="rules", data_dir=folder / "data", language="zh"))


def take(app: App, folder: Path, lines: list[str]) -> None:
    file = folder / "part.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    app.pipeline.ingest([file], ReadOptions())
    app.pipeline.analyse()


def made_by(app: App) -> str:
    context = app.pipeline.context
    return digest(context.engine.identity("name_theme"), context.index.embedder.identity)


def places(app: App) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in app.store.insight_homes() if row[1] is not None}


def test_newcomers_join_and_the_placed_stay(tmp_path: Path) -> None:
    app = opened(tmp_path)
    lines = CASES.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["id"]
    take(app, tmp_path, lines[:-12])
    app.pipeline.index()
    app.pipeline.themes()
    before, themes = places(app), {theme.id for theme in app.store.themes()}
    take(app, tmp_path, lines)

    homes = app.store.insight_homes()
    assert join_newcomers(app.pipeline.context, homes, made_by(app)) is None, "a small corpus is grouped anew"
    assert join_newcomers(app.pipeline.context, homes, "another model", least=0) is None
    receipt = join_newcomers(app.pipeline.context, homes, made_by(app), least=0)
    assert receipt is not None
    after = places(app)
    assert before.items() <= after.items()
    assert set(after.values()) <= themes
    assert len(before) < len(after) == receipt.assigned
    assert receipt.assigned + receipt.unassigned == len(homes)
    again = join_newcomers(app.pipeline.context, app.store.insight_homes(), made_by(app), least=0)
    assert again is None, "who was left is not asked about twice"


def test_a_need_that_nobody_told_before_founds_a_theme_and_nobody_moves(tmp_path: Path) -> None:
    app = opened(tmp_path)
    lines = CASES.read_text(encoding="utf-8").splitlines()
    truth = (json.loads(line) for line in (CASES.parent / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    unheard = {row["id"] for row in truth if "N11" in {need["need"] for need in row["needs"]}}
    take(app, tmp_path, [line for line in lines if json.loads(line)["id"] not in unheard])
    app.pipeline.index()
    app.pipeline.themes()
    before, themes = places(app), {theme.id for theme in app.store.themes()}
    take(app, tmp_path, lines)
    receipt = join_newcomers(app.pipeline.context, app.store.insight_homes(), made_by(app), least=0)

    assert receipt is not None
    assert receipt.new == 1
    assert before.items() <= places(app).items()
    (new,) = (theme for theme in app.store.themes() if theme.id not in themes)
    assert receipt.themes == len(themes) + 1
    assert new.customers >= 3
    assert new.parent_id in {None, *(parent.id for parent in app.store.theme_parents())}
    assert sum(home == new.id for home in places(app).values()) >= 0.5 * len(unheard)
    assert [voice.quote for voice in app.store.theme_voices(new.id)]
    assert [event["kind"] for event in app.store.theme_history(new.id)] == ["founded"]
    app.pipeline.themes(rebuild=True)
    kept = [one for one, home in places(app).items() if home == new.id]
    assert len(kept) >= 0.5 * len(unheard), "it is the same theme when everything is grouped anew"


def test_a_tenth_more_records_leave_the_others_in_their_themes(tmp_path: Path) -> None:
    app = opened(tmp_path)
    lines = CASES.read_text(encoding="utf-8").splitlines()
    take(app, tmp_path, [line for n, line in enumerate(lines) if n % 10])
    app.pipeline.index()
    app.pipeline.themes()
    before = places(app)
    take(app, tmp_path, lines)
    app.pipeline.themes()
    after = places(app)
    kept = sum(after.get(one) == theme for one, theme in before.items())
    assert kept >= 0.95 * len(before)
