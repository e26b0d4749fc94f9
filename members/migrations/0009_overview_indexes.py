"""What the overview counts by stands in two indexes. Partial dates compare byte by byte, as paths do: on PostgreSQL a database that
was made before gets them so; a new one has them from the beginning. Changing it rewrites indexes, not tables."""

from django.db import migrations, models

DATES = {
    "member": ("birth_date", "joined_on", "confirmed_on", "dues_paid_to"),
    "journey": ("left_on", "expected_return_on", "ended_on", "placed_on"),
    "lostcontact": ("since", "found_on"),
    "lostact": ("on",),
}


def compare_bytes(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for name, columns in DATES.items():
        model = apps.get_model("members", name)
        kinds = {column: model._meta.get_field(column).db_type(schema_editor.connection) for column in columns}
        changes = ", ".join(f'ALTER COLUMN "{column}" TYPE {kind}' for column, kind in kinds.items())
        schema_editor.execute(f'ALTER TABLE "{model._meta.db_table}" {changes}')


class Migration(migrations.Migration):

    dependencies = [
        ('branches', '0001_initial'),
        ('members', '0008_national_bands'),
    ]

    operations = [
        migrations.RunPython(compare_bytes, migrations.RunPython.noop),
        migrations.RemoveIndex(
            model_name='member',
            name='member_home',
        ),
        migrations.AddIndex(
            model_name='journey',
            index=models.Index(fields=['home_path', 'member', 'direction', 'state', 'left_on', 'expected_return_on', 'placed_on', 'region_code', 'mobility', 'reason', 'industry'], name='journey_traits'),
        ),
        migrations.AddIndex(
            model_name='member',
            index=models.Index(fields=['home_path', 'id', 'party_status', 'restricted', 'merged_into', 'home', 'sex', 'birth_date', 'joined_on', 'education'], name='member_home'),
        ),
    ]
