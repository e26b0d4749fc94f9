from typing import Any

from django.core.management.base import BaseCommand

from audit.sealer import seal_new_events


class Command(BaseCommand):
    help = "把新的操作记录封存进链（平时由定时任务每分钟做一次）"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"封存 {seal_new_events()} 条")
