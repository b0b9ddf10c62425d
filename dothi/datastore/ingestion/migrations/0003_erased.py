from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("datastore_ingestion", "0002_feed")]

    operations = [
        migrations.AddField(
            model_name="delivery", name="erased_at", field=models.DateTimeField(null=True)
        ),
        migrations.AlterField(
            model_name="run",
            name="refusal",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unreadable", "The file cannot be read"),
                    ("shape", "The shape has changed"),
                    ("too_many", "Too many faulty rows"),
                    ("erased", "It holds a person who was erased"),
                ],
                max_length=12,
            ),
        ),
    ]
