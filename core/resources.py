"""django-import-export on the portal's own terms: a resource made from ``Column``s, rows saved through an action.

For reference tables only (``admin.py`` of each app). CSV is the one format: what a spreadsheet would run is made
harmless on the way out, and no foreign book is opened in the web server's own process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import models
from import_export import fields, resources, widgets
from import_export.declarative import ModelDeclarativeMetaclass
from import_export.formats.base_formats import CSV

from core.actors import Actor, current_actor
from core.columns import Column, Kind
from core.documents import csvfile
from core.errors import NotAllowed

Save = Callable[[Any, Actor], None]


class GuardedCsv(CSV):
    """UTF-8 with BOM, as Chinese Excel opens it."""

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        return csvfile.write(dataset.headers, dataset)


class PlainDiff(resources.Diff):
    """Old and new as text. The library's own draws colours with inline styles, which the content policy forbids."""

    def as_html(self) -> list[str]:
        return [
            f"{new}" if self.new or old == new else f"{old or '空'} → {new or '空'}"
            for old, new in zip(self.left, self.right, strict=True)
        ]


class CodeWidget(widgets.Widget):
    """Labels on the sheet, codes in the table."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.column = column

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        assert self.column.codes is not None
        if value in (None, ""):
            return ""
        code = self.column.codes.parse(value)
        if code is None:
            raise ValueError(f"“{self.column.heading}”里不认识“{value}”")
        return code

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        assert self.column.codes is not None
        return self.column.codes.label(value) if value else ""


class PlaceWidget(widgets.ForeignKeyWidget):
    """An organisation by its full name."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        found = list(self.model._default_manager.filter(name=str(value or "").strip())[:2])
        if len(found) != 1:
            raise ValueError(f"{'没有' if not found else '不止一个'}叫“{value}”的党组织，请写全称")
        return found[0]


class ActionResource(resources.ModelResource):
    """Saves each row through an action in the name of whoever acts; the action checks, writes and records."""

    save_row: Save

    @classmethod
    def get_diff_class(cls) -> type[PlainDiff]:
        return PlainDiff

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        for heading, value in row.items():
            if isinstance(value, str) and value.startswith("'"):
                row[heading] = value[1:]

    def do_instance_save(self, instance: Any, is_create: bool) -> None:
        by = current_actor()
        if by is None:
            raise NotAllowed
        type(self).save_row(instance, by)


def resource_for(
    model: type[models.Model],
    columns: Sequence[Column],
    *,
    identity: Sequence[str],
    save: Save,
    shown: Mapping[str, Callable[[Any], Any]] | None = None,
) -> type[ActionResource]:
    """A resource with one field a column (``Column.key`` is the model's field, ``heading`` the sheet's).

    ``identity``: the keys that tell one row from another. ``shown``: key -> how an instance's value is written out.
    """
    body: dict[str, Any] = {
        column.key: fields.Field(attribute=column.key, column_name=column.heading, widget=_widget(model, column))
        for column in columns
    }
    for key, write in (shown or {}).items():
        body[f"dehydrate_{key}"] = _dehydrate(write)
    meta = {"model": model, "fields": tuple(body_key for body_key in body if not body_key.startswith("dehydrate_"))}
    body["Meta"] = type("Meta", (), {**meta, "import_id_fields": tuple(identity), "clean_model_instances": False})
    body["save_row"] = staticmethod(save)
    made: type[ActionResource] = ModelDeclarativeMetaclass(f"{model.__name__}Resource", (ActionResource,), body)
    return made


def _dehydrate(write: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda _, instance: write(instance)


def _widget(model: type[models.Model], column: Column) -> widgets.Widget:
    if column.kind is Kind.ORGANISATION:
        return PlaceWidget(model._meta.get_field(column.key).related_model, "name")
    if column.kind is Kind.CODE:
        return CodeWidget(column)
    if column.kind is Kind.DATE:
        return widgets.DateWidget("%Y-%m-%d")
    if column.kind is Kind.INTEGER:
        return widgets.IntegerWidget()
    return widgets.CharWidget()
