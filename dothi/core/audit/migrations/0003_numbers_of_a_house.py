from django.db import migrations, models
from django.db.models.expressions import RawSQL

from dothi.core.numbering import NUMBER


class Migration(migrations.Migration):
    dependencies = [
        ("core_audit", "0002_emptying_is_refused"),
        ("core_events", "0003_numbers_of_a_house"),
    ]

    operations = [
        migrations.AlterField("entry", "xid", models.BigIntegerField(db_default=RawSQL(NUMBER, []))),
    ]
