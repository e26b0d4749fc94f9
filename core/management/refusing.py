"""Commands that come with Django or a library and would go past the portal's rules and its log: they refuse."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser


class RefusingCommand(BaseCommand):
    """Takes whatever is typed and ends with ``refusal``, which names the right command. Raises CommandError."""

    refusal: str
    requires_system_checks: list[str] = []  # it answers even where the configuration is wrong

    def run_from_argv(self, argv: list[str]) -> None:
        super().run_from_argv(argv[:2])  # options of the command that stood here before are no mistake

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ignored", nargs="*", help="不用填")

    def handle(self, *args: Any, **options: Any) -> NoReturn:
        raise CommandError(self.refusal)
