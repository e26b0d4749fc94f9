"""Ages are told apart by the bands of the national tables from now on: a list kept under a name loses its old band, or it would
not open any more. Its other filters stay."""

from urllib.parse import parse_qsl, urlencode

from django.db import migrations

OLD = ("30", "40", "50", "60", "70", "99")


def drop_old_bands(apps, schema_editor):
    kept = apps.get_model("members", "SavedFilter")
    for one in kept.objects.filter(query__contains="age="):
        parts = [pair for pair in parse_qsl(one.query) if pair[0] != "age" or pair[1] not in OLD]
        one.query = urlencode(parts)
        one.save(update_fields=["query"])


class Migration(migrations.Migration):
    dependencies = [("members", "0007_room_on_pages")]

    operations = [migrations.RunPython(drop_old_bands, migrations.RunPython.noop)]
