"""Django's admin stays small: reference tables without people, each page with permissions of its own."""

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import ModelAdmin

from branches.models import RuleSetting
from core.scoping import ScopedModel
from portal.system import SystemSite
from stations.models import StationKind

REGISTERED = dict(admin.site._registry)
PERMISSIONS = ("view", "add", "change", "delete", "module", "import", "export")


def test_there_is_one_site_and_it_is_ours():
    assert isinstance(admin.site, SystemSite)


def test_the_list_of_tables_is_a_decision():
    # Learned headings and words belong to the towns whose files taught them: scoped, with pages of their own.
    assert set(REGISTERED) == {RuleSetting, StationKind}


@pytest.mark.parametrize("model", list(REGISTERED))
def test_no_table_holds_people(model):
    assert not issubclass(model, ScopedModel)
    for field in model._meta.get_fields():
        assert field.related_model is None or not issubclass(field.related_model, ScopedModel)


@pytest.mark.parametrize("page", list(REGISTERED.values()), ids=str)
def test_every_permission_is_said_by_the_page_itself(page):
    """What a page leaves out would be decided by a library: Django's refuses everybody, import-export's too by its setting."""
    for permission in PERMISSIONS:
        own = getattr(type(page), f"has_{permission}_permission")
        assert own is not getattr(ModelAdmin, f"has_{permission}_permission", None), permission


def test_a_page_that_says_nothing_about_import_lets_nobody_in():
    assert settings.IMPORT_EXPORT_IMPORT_PERMISSION_CODE
    assert settings.IMPORT_EXPORT_EXPORT_PERMISSION_CODE
    assert settings.IMPORT_EXPORT_TMP_STORAGE_CLASS == "portal.system.SealedStorage"


@pytest.mark.parametrize("page", list(REGISTERED.values()), ids=str)
def test_nothing_is_changed_in_bulk_or_deleted(page):
    assert page.actions is None
    assert page.list_editable == ()
    assert page.inlines in ((), [])
