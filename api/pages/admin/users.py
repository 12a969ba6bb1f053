"""People who log in to the pages: added, given roles and passwords, shut out and let in again."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from nicegui import ui

from api.pages.admin.forms import asked_first, heading, reload, roles
from api.pages.doing import done
from api.pages.parts import Act, box, button, choice, dialog, emptiness, facts, field, say, tag
from api.pages.visitor import Visit
from assistant.domain.access import ROLES, Role, User
from assistant.pipeline.access import LONGEST, Access

_ADD, _CHANGE = "POST /v1/users", "PATCH /v1/users/{user_id}"
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Users:
    """All users, and whether nobody has any account yet."""

    every: Sequence[User]
    open: bool


def users_of(visit: Visit) -> Users:
    """What the part shows."""
    store = visit.app.store.access
    return Users(store.all_users(), store.open)


def users_part(visit: Visit, found: Users) -> None:
    """Show them."""
    words, settings = visit.words, visit.app.settings
    with box("heading"):
        with box():
            heading(visit, "ad_users", "ad_users_told")
        button(words("ad_user_new"), _new_sheet(visit, found.open), "first")
    host = urlsplit(settings.oidc_issuer or "").netloc
    facts(words("ad_sso", host=host) if host else words("ad_no_sso"))
    if found.open:
        tag("p", words("ad_open_told"), "warning", role="note")
    if not found.every:
        emptiness(words("ad_user_none"), words("ad_user_none_told"))
    with tag("ul", "", "ad-rows"):
        for user in found.every:
            _Row(visit, user).show()


class _Row:
    """One user, with what may be done to them."""

    def __init__(self, visit: Visit, user: User) -> None:
        self._visit, self._words, self._user = visit, visit.words, user
        self._access = Access(visit.app.store.access)
        self._mine = user.id == visit.principal.id

    def show(self) -> None:
        """The row."""
        words, user = self._words, self._user
        with tag("li", "", "ad-row over" if user.disabled_at else "ad-row"):
            with box("ad-main"):
                with box("ad-names"):
                    tag("strong", user.name)
                    if self._mine:
                        tag("span", words("ad_you"), "chip")
                    if user.disabled_at:
                        tag("span", words("ad_disabled"), "chip")
                way = urlsplit(user.issuer).netloc if user.issuer else ""
                seen = f"{words('ad_seen')} {(user.seen_at or '')[:10] or words('ad_never')}"
                facts(
                    words("ad_by_provider", host=way) if way else words("ad_by_password"), seen,
                    words("ad_made", by=user.created_by, day=user.created_at[:10]),
                )  # fmt: skip
            with box("ad-acts"):
                self._role()
                if not user.issuer:
                    button(words("ad_password_new"), self._password_sheet(), "plain")
                if user.disabled_at:
                    button(words("ad_enable"), lambda: self._disable(disabled=False), "plain")
                elif not self._mine:
                    title = words("ad_disable_title", name=user.name)
                    act = asked_first(self._visit, title, words("ad_disable_told"), words("ad_disable"), self._disable)
                    button(words("ad_disable"), act, "plain", aria_label=title)

    def _role(self) -> None:
        words, user = self._words, self._user
        told = bool(user.issuer and self._visit.app.settings.oidc_role_claim)
        if self._mine or user.disabled_at or told:
            tag(
                "span",
                words.label(f"role_{user.role}"),
                "chip strong",
                title=words("ad_role_of_provider") if told else None,
            )
            return
        shown = [(role, words.label(f"role_{role}")) for role in ROLES]
        choice(f"{words('ad_role')} · {user.name}", shown, user.role, self._give, "ad-inline")

    async def _give(self, role: str) -> None:
        given = next(one for one in ROLES if one == role)
        if await self._did(lambda: self._access.change_role(self._user.id, given, self._visit.by)):
            say(self._words("ad_role_done"))
        else:
            reload()

    async def _disable(self, *, disabled: bool = True) -> None:
        if await self._did(lambda: self._access.disable_user(self._user.id, self._visit.by, disabled=disabled)):
            reload()

    async def _did(self, change: Callable[[], User]) -> bool:
        return await done(self._visit, _CHANGE, self._user.id, change) is not None

    def _password_sheet(self) -> Act:
        words, user = self._words, self._user
        title = words("ad_password_title", name=user.name)
        with dialog(title) as sheet, box("sheet"):
            tag("h2", title)
            made = _password_field(self._visit)

            async def save() -> None:
                password = str(made.value or "")
                if await self._did(lambda: self._access.change_password(user.id, password, self._visit.by)):
                    made.value = ""
                    sheet.close()
                    say(words("ad_password_done"))
                    if self._mine:
                        reload()

            with box("sheet-buttons"):
                button(words("cancel"), sheet.close, "plain")
                button(words("ad_save"), save, "first")
        return sheet.open


def _password_field(visit: Visit) -> ui.input:
    """A password to write or to have made up, which is then shown to be passed on."""
    words = visit.words
    made = ui.input(words("ad_password"), password=True, password_toggle_button=True).classes("field")
    made.props(f'outlined dense stack-label maxlength={LONGEST} autocomplete="new-password"')

    def make_up() -> None:
        made.value = "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(4))

    button(words("ad_password_make"), make_up, "plain")
    return made


def _new_sheet(visit: Visit, first: bool) -> Act:
    words, access = visit.words, Access(visit.app.store.access)
    role: dict[str, Role] = {"role": "admin" if first else "staff"}
    with dialog(words("ad_user_new")) as sheet, box("sheet ad-sheet"):
        tag("h2", words("ad_user_new"))
        if first:
            tag("p", words("ad_user_first"), "facts")
        name = field(words("ad_name"), longest=100)
        roles(visit, role, "admin" if first else None)
        made = _password_field(visit)

        async def add() -> None:
            password = str(made.value or "")
            user = await done(visit, _ADD, "", lambda: access.add_user(name(), role["role"], password, visit.by))
            if user is None:
                return
            made.value = ""
            sheet.close()
            say(words("ad_user_made", name=user.name))
            ui.navigate.to("/login?next=/admin" if first else "/admin?part=users")

        with box("sheet-buttons"):
            button(words("cancel"), sheet.close, "plain")
            button(words("ad_user_new"), add, "first")
    return sheet.open
