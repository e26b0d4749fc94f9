"""A join from a table that everybody may read into a scoped one would go around the guard.

The guard looks at the model that a query starts from. So a scoped model's foreign key to an unscoped one (an
organisation, a file) has no name backwards: nobody can write ``Organisation.objects.filter(members__name=...)``.
"""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

from core.scoping import ScopedModel

# Backward names that are needed; a join through them is looked for in the source.
NAMED = {("branches.post", "organisation"): "posts"}


def backward_names():
    found = {}
    for model in apps.get_models():
        if not issubclass(model, ScopedModel):
            continue
        for field in model._meta.get_fields():
            towards = field.related_model if field.is_relation and field.concrete else None
            if towards and not issubclass(towards, ScopedModel) and not field.remote_field.hidden:
                found[model._meta.label_lower, field.name] = field.remote_field.get_accessor_name()
    return found


def test_no_scoped_table_can_be_joined_from_an_unscoped_one():
    assert backward_names() == NAMED


def test_nobody_joins_through_the_names_that_are_left():
    root = Path(settings.BASE_DIR)
    joins = re.compile(rf"""["'(]({"|".join(NAMED.values())})(__\w+)?["'=]""")
    through = re.compile(r"(Count|prefetch_related|annotate|values|values_list|filter|exclude|F|Q)\(")
    guilty = [
        f"{path.relative_to(root)}: {line.strip()}"
        for app in {config.name for config in apps.get_app_configs() if (root / config.name).is_dir()}
        for path in (root / app).rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if joins.search(line) and through.search(line)
    ]
    assert guilty == []
