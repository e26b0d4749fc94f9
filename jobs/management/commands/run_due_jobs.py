from typing import Any

from django.core.management.base import BaseCommand

from jobs import periodic, runner


class Command(BaseCommand):
    help = "没有后台进程时用：把到时间的定时工作和排队的任务就地办完，然后退出。可以放进 cron 每分钟运行一次，重复运行无害。"

    def handle(self, *args: Any, **options: Any) -> None:
        due = periodic.run_due()
        count = runner.run_waiting()
        self.stdout.write(f"定时工作 {len(due)} 项，任务 {count} 项，已办完。")
