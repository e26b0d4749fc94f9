"""On PostgreSQL, pages of members are filled by half. A ledger changes everybody in it (a date of dues, a version): with room on
the page the new state stays beside the old one and none of the fifteen indexes has to learn a new place. An update of
everybody would leave the pages half empty anyway. Pages that are full stay so until they are written anew."""

from django.db import migrations


def make_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE members_member SET (fillfactor = 50)")


def fill(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE members_member RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("members", "0006_duties")]

    operations = [migrations.RunPython(make_room, fill)]
