from django.db import migrations, models
from django.db.models.expressions import RawSQL

from dothi.core.numbering import MAKE, NUMBER


class Migration(migrations.Migration):
    dependencies = [("core_events", "0002_emptying_is_refused")]

    operations = [
        migrations.RunSQL(MAKE % 0, "drop function core_log_shift()"),
        migrations.AlterField("record", "xid", models.BigIntegerField(db_default=RawSQL(NUMBER, []))),
    ]
