"""Leads changed in somebody's name: the staff change their own or nobody's, and hand them to who is there."""

from typing import Any

from assistant.domain.access import Principal
from assistant.errors import NotFoundError, NotTheirsError, UsageError
from assistant.records.access_store import AccessStore
from assistant.records.lead_store import LeadChange, LeadStore


def may_follow(principal: Principal, owner: str | None) -> bool:
    """Whether somebody may change a lead that `owner` has: their own and nobody's; managers everybody's."""
    return principal.has("manager") or owner in (None, "", principal.name)


def colleagues(access: AccessStore) -> list[str]:
    """The names of those to whom a lead can be handed; none where nobody logs in by a name."""
    return [user.name for user in access.all_users() if user.disabled_at is None]


def follow(
    leads: LeadStore, access: AccessStore, lead_id: str, change: LeadChange, principal: Principal
) -> dict[str, Any]:
    """Apply a change that `principal` asks for; the lead as it is then. Words in it are masked by the caller.

    Raises:
        NotTheirsError: somebody else has the lead, and the asker is no manager.
        UsageError: the owner is no active user, or the change can't be as asked (see `LeadStore.change_lead`).
        NotFoundError: there is no such lead.
    """
    lead = leads.lead(lead_id)
    if lead is None:
        raise NotFoundError(f"there is no lead {lead_id!r}: `voc list leads` shows which there are")
    if not may_follow(principal, lead["owner"]):
        raise NotTheirsError(f"{lead_id} is another's: whoever has it changes it, or a manager")
    known = colleagues(access) if change.owner not in (None, lead["owner"], principal.name) else []
    if known and change.owner not in known:
        raise UsageError("there is no active user of that name to hand the lead to: ask an administrator who there is")
    return leads.change_lead(lead_id, change, principal.name)
