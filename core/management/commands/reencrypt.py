"""Change the key that numbers are sealed under: every sealed column is opened and sealed again, a chunk at a time.

History, staged rows and files keep the ciphertext they were written with, so the older keys stay in the key file.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from core import bulk, crypto
from core.fields import SealedField, SealsFields

CHUNK = 1000


class Command(BaseCommand):
    help = "把证件号和电话改用当前密钥重新加密（--new-key 先换一把新钥匙）。可以随时中断，再运行会接着做。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new-key", action="store_true", help="先在密钥文件里加一把新钥匙并启用")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            name = crypto.add_key(settings.KEYS_FILE, crypto.keyring().current.cipher)
            self.stdout.write(f"已启用新钥匙 {name}。请立即另存一份密钥文件；旧钥匙还要用来读历史记录，不能删。")
        for model in apps.get_models():
            if issubclass(model, SealsFields):
                self.stdout.write(f"{model._meta.verbose_name}：{reseal(model)} 格")


def reseal(model: type[SealsFields]) -> int:
    """The number of values that were under an older key."""
    names = [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]
    return sum(_reseal_column(model, name) for name in names)


def _reseal_column(model: type[SealsFields], name: str) -> int:
    prefix = f"{crypto.keyring().current.id}."
    rows = model._base_manager.exclude(**{name: ""}).exclude(**{f"{name}__startswith": prefix}).order_by("pk")
    done = 0
    while True:
        with transaction.atomic():
            part = list(rows.select_for_update(of=("self",)).values_list("pk", "public_id", name)[:CHUNK])
            bulk.update_rows(
                model, [name], [(pk, _again(model, name, public_id, token)) for pk, public_id, token in part]
            )
        done += len(part)
        if len(part) < CHUNK:
            return done


def _again(model: type[SealsFields], name: str, public_id: str, token: str) -> str:
    context = model.seal_context(name, public_id)
    return crypto.seal(crypto.unseal(token, context), context)
