from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sweeps', '0005_errata_withdrawn'),
    ]

    operations = [
        migrations.AddField(
            model_name='monitorrun',
            name='told_on',
            field=models.DateField(blank=True, null=True, verbose_name='本周汇总发出日期'),
        ),
    ]
