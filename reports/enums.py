"""What papers there are."""

from __future__ import annotations

from django.db.models import TextChoices


class PaperKind(TextChoices):
    """In the order in which they stand in the packet."""

    PACKET = "packet", "全部材料"
    NATIONAL = "national", "流动党员情况表"
    SUMMARY = "summary", "流动党员汇总表"
    CHANGES = "changes", "本季增减变动表"
    REPORT = "report", "季度报告"
    REMINDER = "reminder", "催报单"
    LETTER = "letter", "致流动党员的一封信"
    PEOPLE = "people", "一人一档"
    BOOKS = "books", "一村一册、一乡一账、一县一册"


IN_PACKET = tuple(kind for kind in PaperKind if kind != PaperKind.PACKET)
OF_A_SWEEP = (PaperKind.CHANGES, PaperKind.REMINDER)  # without a sweep there are no books, and nobody was asked
WITH_NUMBERS = (PaperKind.PACKET, PaperKind.PEOPLE, PaperKind.BOOKS)  # what shows identity numbers and phones at all
