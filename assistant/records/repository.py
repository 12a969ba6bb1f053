"""The store in one piece."""

from assistant.records.access_store import AccessStore
from assistant.records.alert_store import AlertStore
from assistant.records.answer_store import AnswerStore
from assistant.records.audit_book import AuditBook
from assistant.records.ban_store import BanStore
from assistant.records.call_store import CallStore
from assistant.records.conversation_store import ConversationStore
from assistant.records.counting import Counting
from assistant.records.curation import CurationStore
from assistant.records.database import Database
from assistant.records.document_store import DocumentStore
from assistant.records.export_store import ExportStore
from assistant.records.idea_desk import IdeaDesk
from assistant.records.idea_store import IdeaStore
from assistant.records.index_state import IndexState
from assistant.records.job_store import JobStore
from assistant.records.lead_store import LeadStore
from assistant.records.limit_store import board_of
from assistant.records.outcome_store import OutcomeStore
from assistant.records.parent_store import ParentStore
from assistant.records.persons import PersonStore
from assistant.records.placement_store import PlacementStore
from assistant.records.proposal_store import ProposalStore
from assistant.records.reading_store import ReadingStore
from assistant.records.record_store import RecordStore
from assistant.records.request_store import RequestStore
from assistant.records.retention_store import RetentionStore
from assistant.records.schedule_store import ScheduleStore
from assistant.records.stage_store import StageStore
from assistant.records.theme_store import ThemeStore
from assistant.records.turn_store import TurnStore
from assistant.records.vault_store import VaultStore


class Repository(
    RecordStore, IndexState, ReadingStore, ThemeStore, IdeaStore, StageStore, VaultStore, RetentionStore, BanStore,
    ExportStore, CurationStore, LeadStore, ParentStore, PlacementStore, ProposalStore, PersonStore, IdeaDesk,
    AnswerStore, AuditBook,
):  # fmt: skip
    """Records, readings, themes, ideas, proposals and answers over one database.

    Each part is a file of its own; they share nothing but the database.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.counting = Counting(database)
        self.access = AccessStore(database)
        self.alerts = AlertStore(database)
        self.calls = CallStore(database)
        self.documents = DocumentStore(database)
        self.conversations = ConversationStore(database)
        self.jobs = JobStore(database)
        self.requests = RequestStore(database)
        self.outcomes = OutcomeStore(database)
        self.schedules = ScheduleStore(database)
        self.turns = TurnStore(database)
        self.board = board_of(database)
