from django.db import migrations, models
from django.db.models import F


def known_so_far(apps, schema_editor):
    """Every version until now was shown as soon as it was there."""
    apps.get_model("datastore_tables", "Version").objects.update(ready_at=F("at"))


class Migration(migrations.Migration):

    dependencies = [
        ("datastore_tables", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="version",
            name="ready_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(known_so_far, migrations.RunPython.noop),
    ]
