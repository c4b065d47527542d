"""Use cases of intake: what came is stored, read, judged, examined, kept as a draft, asked about and answered."""

from orderloop.intake.services.answering import MailAnswer, answers_of, confirm_answers, reply_to
from orderloop.intake.services.asking import answer_questions, ask_customer, chase_questions, entry_of_draft
from orderloop.intake.services.claiming import (
    claim_messages,
    leave_to_recognition,
    note_callers,
    put_on_list,
    quarantine_messages,
    read_message,
    release_messages,
    set_apart_spent,
)
from orderloop.intake.services.corrections import (
    correct_drafts,
    decide_proposals,
    retry_messages,
    settle_messages,
)
from orderloop.intake.services.drafts import (
    accept_drafts,
    keep_drafts,
    note_findings,
    reject_drafts,
    save_drafts,
    take_up_drafts,
)
from orderloop.intake.services.error_sheets import ErrorSheet, error_sheets, has_error_sheet
from orderloop.intake.services.examine import examine_entries, examine_under_lock, preview_entry, read_known
from orderloop.intake.services.hinting import hints_of, in_rounds, read_messages
from orderloop.intake.services.judging import judge_messages
from orderloop.intake.services.messages import (
    end_repeated_messages,
    record_outcomes,
    save_mapping,
    store_messages,
)
from orderloop.intake.services.partners import READING_FILE, keep_reading_file, save_partners
from orderloop.intake.services.recording import Settled, lock_claimed, record_messages
from orderloop.intake.services.replaying import try_next_lesson
from orderloop.intake.services.rereading import READ_WITH, reread_drafts
from orderloop.intake.services.teaching import Taught, Teaching, teach_fields, undo_lessons
from orderloop.intake.services.templates import keep_templates, remove_templates, restore_templates

__all__ = [
    "READING_FILE",
    "READ_WITH",
    "ErrorSheet",
    "MailAnswer",
    "Settled",
    "Taught",
    "Teaching",
    "accept_drafts",
    "answer_questions",
    "answers_of",
    "ask_customer",
    "chase_questions",
    "claim_messages",
    "confirm_answers",
    "correct_drafts",
    "decide_proposals",
    "end_repeated_messages",
    "entry_of_draft",
    "error_sheets",
    "examine_entries",
    "examine_under_lock",
    "has_error_sheet",
    "hints_of",
    "in_rounds",
    "judge_messages",
    "keep_drafts",
    "keep_reading_file",
    "keep_templates",
    "leave_to_recognition",
    "lock_claimed",
    "note_callers",
    "note_findings",
    "preview_entry",
    "put_on_list",
    "quarantine_messages",
    "read_known",
    "read_message",
    "read_messages",
    "record_messages",
    "record_outcomes",
    "reject_drafts",
    "release_messages",
    "remove_templates",
    "reply_to",
    "reread_drafts",
    "restore_templates",
    "retry_messages",
    "save_drafts",
    "save_mapping",
    "save_partners",
    "set_apart_spent",
    "settle_messages",
    "store_messages",
    "take_up_drafts",
    "teach_fields",
    "try_next_lesson",
    "undo_lessons",
]
