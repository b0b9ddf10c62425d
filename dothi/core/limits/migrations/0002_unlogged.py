"""Counts of the last minutes need no write-ahead log: after a crash counting begins anew."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core_limits", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "alter table core_limits_window set unlogged",
            "alter table core_limits_window set logged",
        )
    ]
