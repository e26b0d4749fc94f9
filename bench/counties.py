"""A database and a folder of a bench's own, made before and dropped after; the county's user in it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
SERVER = "postgres://postgres@127.0.0.1:5432"


@contextmanager
def own_database(server: str, name: str) -> Iterator[dict[str, str]]:
    """The environment for processes that use the new, empty database and a temporary folder."""
    admin = psycopg2.connect(f"{server}/postgres")
    admin.autocommit = True
    with admin.cursor() as cursor, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {
                **os.environ, "VAR_DIR": folder, "DATABASE_URL": f"{server}/{name}", "LOG_LEVEL": "ERROR",
                "DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONHASHSEED": "0", "REDIS_URL": "",
            }  # fmt: skip
        finally:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    admin.close()


def start() -> None:
    """Django, in a process that was given such an environment."""
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


def prepare(rows: int) -> None:
    """Tables, keys, and the organisations of a made-up county of ``rows`` people."""
    from django.conf import settings
    from django.core.management import call_command

    from core.crypto import make_keys

    call_command("migrate", verbosity=0)
    make_keys(settings.KEYS_FILE)
    from population import organise

    organise(rows)


def county_actor() -> Any:
    """Somebody of the county's office, with the rights of that role."""
    from accounts.roles import COUNTY
    from branches.models import Organisation
    from core.actors import Actor
    from core.paths import subtree

    county = Organisation.objects.get(parent=None)
    grants = {permission: (subtree(county.path),) for permission in COUNTY.permissions}
    return Actor(
        id="bench",
        name="测速",
        unit=county.short_name,
        grants=grants,
        organisation_id=county.pk,
        organisation_path=county.path,
    )


def session() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
