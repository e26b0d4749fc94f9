"""The environment, read strictly and in one place. A missing or malformed value says what to do."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env_str(name: str, default: str | None, help: str) -> str:
    """``NAME_FILE`` may name a file that holds the value (container secrets). Set but empty counts as not set."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text("utf-8").strip()
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"环境变量 {name} 没有设置：{help}")
    return value


def env_bool(name: str, default: bool, help: str) -> bool:
    value = env_str(name, "1" if default else "0", help).lower()
    if value not in ("1", "0", "true", "false", "yes", "no"):
        raise ImproperlyConfigured(f"环境变量 {name} 应为 1 或 0：{help}")
    return value in ("1", "true", "yes")


def env_int(name: str, default: int, help: str) -> int:
    value = env_str(name, str(default), help)
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"环境变量 {name} 应为整数：{help}") from error


def env_list(name: str, default: str, help: str) -> list[str]:
    return [part.strip() for part in env_str(name, default, help).split(",") if part.strip()]


def env_path(name: str, default: Path, help: str) -> Path:
    return Path(env_str(name, str(default), help)).expanduser()


def env_secret(name: str, folder: Path, help: str) -> str:
    """The value, or one made once and kept in ``folder`` (sample county and single machines)."""
    given = env_str(name, "", help)
    if given:
        return given
    file = folder / name.lower().replace("_", "-")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as handle:
                handle.write(secrets.token_urlsafe(48))
        return file.read_text("ascii").strip()
    except FileExistsError:
        return file.read_text("ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"不能在 {folder.name}/ 里写入 {file.name}（{error.strerror}）。请检查该文件夹的写入权限，或设置环境变量 {name}。"
        ) from error


def database(url: str, base: Path) -> dict[str, object]:
    """A Django database entry from ``postgres://user:password@host:port/name`` or ``sqlite:///path``."""
    parts = urlsplit(url)
    if parts.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            # No compiling of queries: it costs half a second where it begins, and begins where a page counts many people.
            "OPTIONS": {"connect_timeout": 5, "options": "-c jit=off"},
        }
    if parts.scheme == "sqlite":
        path = Path(unquote(parts.path.lstrip("/") if not parts.path.startswith("//") else parts.path[1:]))
        if str(path) != ":memory:":
            path = path if path.is_absolute() else base / path
            path.parent.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(path),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
            },
        }
    raise ImproperlyConfigured("DATABASE_URL 应为 sqlite:///var/portal.sqlite3 或 postgres://用户:密码@主机:5432/库名")
