"""Before the portal starts: does everything it stands on answer? Says what to do instead of a traceback."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from core.crypto import KeysMissing, keyring

REDIS_AWAY = (
    "连不上 Redis。页面照常可用，导入导出等任务先排队，等 Redis 恢复后自动接着办。请检查 REDIS_URL 和 Redis 服务。"
)


class Command(BaseCommand):
    help = "检查数据库、密钥文件、文件夹和 Redis 是否就绪"

    def handle(self, *args: Any, **options: Any) -> None:
        writable(Path(settings.VAR))
        try:
            connection.ensure_connection()
        except OperationalError as reason:
            raise CommandError(f"连不上数据库，请检查 DATABASE_URL 和数据库服务。原因：{reason}") from reason
        if settings.KEYS_FILE.exists():
            try:
                keyring()
            except KeysMissing as reason:
                raise CommandError(str(reason)) from reason
        if settings.REDIS_URL and not redis_answers(settings.REDIS_URL):
            self.stderr.write(REDIS_AWAY)


def writable(folder: Path) -> None:
    """Raises CommandError where the portal cannot keep its files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise CommandError(
            f"建不了文件夹 {folder.name}（{reason.strerror}）。请检查上一级文件夹的权限，或设置 VAR_DIR。"
        ) from reason
    if not os.access(folder, os.W_OK):
        raise CommandError(f"文件夹 {folder.name} 不能写入。请检查它的权限，或设置 VAR_DIR。")


def redis_answers(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1).ping())
    except (redis.RedisError, ValueError):
        return False
