"""The peers' own tables: what a plain Django project would have for the outflow ledger, and the Resource of it.

Kinder to the peers than ours: one flat record a row, one foreign key (the branch, by name), nothing sealed, no history
but the diff that import-export itself makes, no scope.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from portal.env import database

if not settings.configured:
    settings.configure(
        DATABASES={"default": database(os.environ["DATABASE_URL"], Path(__file__).parent)},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "import_export", "peers"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
django.setup()

from django.db import connection, models
from import_export import fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader

TEXTS = {
    "name": "姓名", "sex": "性别", "identity": "公民身份号码", "left_on": "流出时间", "reason": "流出原因",
    "province": "流入地（省）", "city": "流入地（市）", "county": "流入地（县）", "host": "流入地党组织",
    "employer": "工作单位及职务", "industry": "从事行业", "phone": "联系电话", "contact": "结对联系人",
    "contact_phone": "联系人电话", "certificate": "是否持有《流动党员活动证》", "dues": "党费交至", "note": "备注",
}  # fmt: skip
BRANCH = "所在党支部"


class Branch(models.Model):
    name = models.CharField(max_length=120, unique=True)

    class Meta:
        app_label = "peers"


class Outflow(models.Model):
    serial = models.IntegerField(null=True)
    name = models.CharField(max_length=60, blank=True)
    sex = models.CharField(max_length=2, blank=True)
    identity = models.CharField(max_length=18, unique=True)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    left_on = models.DateField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    province = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=40, blank=True)
    county = models.CharField(max_length=40, blank=True)
    host = models.CharField(max_length=120, blank=True)
    employer = models.CharField(max_length=120, blank=True)
    industry = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    contact = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    certificate = models.CharField(max_length=4, blank=True)
    dues = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        app_label = "peers"


class CachedKey(widgets.ForeignKeyWidget):
    """The look-up by name from memory: what a careful project adds in the end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known: dict[str, Any] | None = None

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if self._known is None:
            self._known = {one.name: one for one in self.model.objects.all()}
        return self._known[value] if value else None


class Default(resources.ModelResource):
    """As the documentation shows it: a field a column, the foreign key by name, the number as the key."""

    serial = fields.Field(column_name="序号", attribute="serial", widget=widgets.IntegerWidget())
    branch = fields.Field(column_name=BRANCH, attribute="branch", widget=widgets.ForeignKeyWidget(Branch, "name"))
    for _name, _heading in TEXTS.items():
        locals()[_name] = fields.Field(
            column_name=_heading,
            attribute=_name,
            widget=widgets.DateWidget() if _name == "left_on" else widgets.CharWidget(),
        )
    del _name, _heading

    class Meta:
        model = Outflow
        import_id_fields = ("identity",)
        fields = ("serial", "branch", *TEXTS)


class Bulk(Default):
    """Its bulk mode, with everything that its documentation names for speed."""

    branch = fields.Field(column_name=BRANCH, attribute="branch", widget=CachedKey(Branch, "name"))

    class Meta(Default.Meta):
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        skip_unchanged = False
        instance_loader_class = CachedInstanceLoader


def make_tables(branches: list[str]) -> None:
    """Empty tables, with the branches that the ledger names."""
    with connection.schema_editor() as editor:
        for model in (Outflow, Branch):
            with connection.cursor() as cursor:
                cursor.execute(f'DROP TABLE IF EXISTS "{model._meta.db_table}" CASCADE')
        editor.create_model(Branch)
        editor.create_model(Outflow)
    Branch.objects.bulk_create([Branch(name=name) for name in branches], batch_size=1000)


def session() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
