"""The blocks of the demo's page, from what the voices say to how to go on."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

from assistant.bootstrap import App
from assistant.cli.answers import place_of
from assistant.cli.demo.findings import Findings, Told, Wave, month_of
from assistant.cli.demo.page import Page, spark
from assistant.cli.demo.playing import Played, in_its_stead
from assistant.domain.answers import Answer
from assistant.domain.receipts import IngestReceipt
from assistant.domain.themes import Theme, Voice

_CITED, _EVIDENCE = 5, 2
_WEEK = 7
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def show(page: Page, app: App, found: Findings, played: Played, commands: str) -> None:
    """The whole page; `commands` is how the program is called here."""
    _voices(page, app, found, played)
    page.heading("frictions")
    for n, told in enumerate(found.frictions, 1):
        _friction(page, app, n, told)
    if found.wave is not None:
        _wave(page, found.wave)
    if found.weak:
        page.heading("weak")
        for told in found.weak:
            _weak(page, told)
    _ideas(page, app, played)
    _proposal(page, app, played)
    page.heading("answers")
    for n, answer in enumerate(played.answers):
        if n:
            page.gap()
        _answer(page, answer)
    _way_on(page, app, commands)


def _voices(page: Page, app: App, found: Findings, played: Played) -> None:
    totals = found.totals
    page.heading("voices", records=totals.records)
    page.text(
        page.said(
            "voices_counts", records=totals.records, customers=totals.customers, first=found.first_day,
            last=found.last_day,
        )
    )  # fmt: skip
    channels = " · ".join(f"{page.stored(name)} {n}" for name, n in found.channels.items())
    page.text(page.said("voices_channels", channels=channels))
    ingested = played.receipts.get("ingest")
    masked = dict(ingested.masked) if isinstance(ingested, IngestReceipt) else {}
    if masked:
        most = sorted(masked.items(), key=lambda item: -item[1])
        kinds = " · ".join(f"{page.stored(kind)} {n}" for kind, n in most)
        page.text(page.said("voices_masked", masked=sum(masked.values()), kinds=kinds))
    page.text(
        page.said(
            "voices_found", insights=totals.insights, themes=found.themes, ideas=found.ideas,
            proposals=len(played.proposals),
        )
    )  # fmt: skip
    _engine(page, app, played)


def _engine(page: Page, app: App, played: Played) -> None:
    name = app.engine.name
    kind = "recorded" if "recorded" in name else name
    why = page.said(f"engine_{kind}", model=app.settings.chat_model)
    page.text(f"{page.said('engine', engine=name)} {why}", fg="yellow")
    if rules := in_its_stead(app, played):
        page.text(page.said("by_rules", n=rules), fg="red")


def _friction(page: Page, app: App, n: int, told: Told) -> None:
    theme = told.theme
    facts = page.said("counts", records=theme.records, customers=theme.customers, severity=told.severity or 0)
    page.title(theme.title, facts, mark=str(n))
    _ladder(page, theme)
    _by_another(page, app, theme.engine)
    _voice(page, told.voice)


def _by_another(page: Page, app: App, engine: str) -> None:
    """Say who made something, where it was not the engine of the demo."""
    if engine != app.engine.name:
        page.row("", page.said("engine", engine=engine), fg="red")


def _ladder(page: Page, theme: Theme) -> None:
    standing = theme.standing
    page.row(page.said("surface"), page.said("rung", word=theme.surface, standing=page.stored(standing.surface)))
    page.row(page.said("secondary"), page.said("rung", word=theme.secondary, standing=page.stored(standing.secondary)))
    deep, category = page.stored(standing.deep), page.stored(theme.deep_category)
    page.row(page.said("deep"), page.said("deep_rung", word=theme.deep, category=category, standing=deep))


def _voice(page: Page, voice: Voice | None) -> None:
    if voice is not None:
        page.quote(voice.quote, f"{page.stored(voice.channel)} {(voice.created_at or '')[:10]}")


def _wave(page: Page, wave: Wave) -> None:
    month = month_of(wave).month
    page.heading("wave", month=month if page.language == "zh" else _MONTHS[month - 1])
    page.title(wave.theme.title)
    told = page.said("wave_told", since=wave.since, until=wave.until, observed=wave.observed, expected=wave.expected)
    page.text(told, indent=4)
    over = page.said("wave_over", weeks=wave.weeks_after, after=wave.after) if wave.over else page.said("wave_on")
    page.text(over, indent=4)
    page.row(page.said("wave_weeks"), spark(wave.weeks), fg="magenta")
    page.row(page.said("wave_months"), _months(wave.mondays), dim=True)


def _months(mondays: Sequence[str]) -> str:
    """The number of each month over the first of its weeks."""
    line = ""
    for n, monday in enumerate(mondays):
        month = dt.date.fromisoformat(monday) + dt.timedelta(days=3)
        if (n == 0 or month.day <= _WEEK) and len(line) <= n:
            line += " " * (n - len(line)) + str(month.month)
    return line


def _weak(page: Page, told: Told) -> None:
    theme = told.theme
    page.title(theme.title, page.said("weak_counts", records=theme.records, customers=theme.customers))
    deep = page.said(
        "deep_rung", word=theme.deep, category=page.stored(theme.deep_category),
        standing=page.stored(theme.standing.deep),
    )  # fmt: skip
    page.row(page.said("deep"), deep)
    _voice(page, told.voice)


def _ideas(page: Page, app: App, played: Played) -> None:
    page.heading("ideas")
    for idea in played.ideas:
        facts = page.said("idea_facts", score=idea.score, customers=idea.customers, id=idea.id)
        page.title(idea.title, facts, mark=f"{page.stored(idea.nbn_type)} |")
        page.row(page.said("job"), idea.job_to_be_done)
        page.row(page.said("concept"), idea.concept)
        _by_another(page, app, idea.engine)


def _proposal(page: Page, app: App, played: Played) -> None:
    if not played.proposals:
        return
    first, *rest = played.proposals.values()
    page.heading("proposal")
    page.title(first.title, page.stored(first.nbn_type))
    _by_another(page, app, first.engine)
    page.text(first.summary, indent=4)
    for evidence in first.evidence[:_EVIDENCE]:
        page.quote(evidence.quote, f"[{evidence.n}]")
    page.row(page.said("proposal_file"), str(played.files[first.id]))
    if rest:
        page.text(page.said("proposal_more", n=len(rest), titles=" · ".join(one.title for one in rest)), indent=4)


def _answer(page: Page, answer: Answer) -> None:
    page.text(page.said("asked", question=answer.question), bold=True)
    page.text(answer.text, indent=4)
    for citation in answer.citations[:_CITED]:
        page.row(f"[{citation.n}]", f"「{citation.quote}」 {place_of(citation, page.language)}", fg="green")
    if answer.suggested_reply:
        page.row(page.said("reply"), answer.suggested_reply)
    page.text(page.said("engine", engine=answer.engine), indent=4, dim=True)


def _way_on(page: Page, app: App, commands: str) -> None:
    settings = app.settings
    data = (
        json.dumps(_shown(settings.data_dir), ensure_ascii=False)
        if " " in str(settings.data_dir)
        else _shown(settings.data_dir)
    )
    page.heading("way_on")
    url = f"http://{settings.host}:{settings.port}/"
    rows: Sequence[tuple[str, str, str]] = (
        ("way_pages", f"VOC_DATA_DIR={data} make serve", f"→ {url}"),
        ("way_ask", f"VOC_DATA_DIR={data} {commands} ask '经销商最在意什么？'", ""),
        ("way_own", f"{commands} run {page.said('way_own_file')} && make serve", page.said("way_own_told")),
        ("way_key", "OPENAI_API_KEY=… OPENAI_BASE_URL=… VOC_CHAT_MODEL=…", page.said("way_key_told")),
    )
    for label, command, told in rows:
        page.command(page.said(label), command)
        if told:
            page.row("", told, dim=True)


def _shown(folder: Path) -> str:
    """A folder as it is typed from here."""
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
