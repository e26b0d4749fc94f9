"""Whether this installation can work, in plain words and without secrets: for compose, monitors and whoever is called at night."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import Error, connection

from core import clock, crypto
from core.actors import SYSTEM
from jobs import publish
from jobs.models import Job

WAITED_LONG = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Finding:
    """``is_serious``: pages do not work. A broker or worker that is away is not: jobs wait, nothing is lost."""

    subject: str
    problem: str = ""
    is_serious: bool = True

    @property
    def is_well(self) -> bool:
        return not self.problem

    def __str__(self) -> str:
        return f"{self.subject}：{self.problem or '正常'}"


def findings(now: dt.datetime | None = None) -> list[Finding]:
    database = _database()
    found = [database, _keys(), _folders(), _broker()]
    if database.is_well:
        found.append(_worker(now or clock.now()))
    return found


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations")
    except Error:
        connection.close()
        return Finding(
            "数据库", "连不上，或者还没有建表。请检查数据库服务和 DATABASE_URL，再运行 python manage.py migrate。"
        )
    return Finding("数据库")


def _keys() -> Finding:
    if not Path(settings.KEYS_FILE).is_file():
        crypto.keyring.cache_clear()
    try:
        crypto.keyring()
    except crypto.KeysMissing as error:
        return Finding("密钥", str(error))
    return Finding("密钥")


def _folders() -> Finding:
    for name, folder in (("VAR_DIR", Path(settings.VAR)), ("files", Path(settings.FILES_ROOT))):
        there = next(one for one in (folder, *folder.parents) if one.exists())  # it is made when first needed
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            return Finding("文件夹", f"{name} 不能写入。请检查它的权限和所属用户。")
    return Finding("文件夹")


def _broker() -> Finding:
    if publish.broker_answers():
        return Finding("任务队列")
    return Finding(
        "任务队列", "连不上。页面照常可用，任务先记在数据库里，恢复后自动接着办。请检查 Redis。", is_serious=False
    )


def _worker(now: dt.datetime) -> Finding:
    if Job.objects.visible_to(SYSTEM).queued().filter(queued_at__lt=now - WAITED_LONG).exists():
        return Finding(
            "后台进程", "有任务等了五分钟以上。请检查后台进程（worker）是否在运行、是否太忙。", is_serious=False
        )
    return Finding("后台进程")
