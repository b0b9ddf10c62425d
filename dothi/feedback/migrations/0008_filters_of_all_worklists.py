"""Filters that people keep lie in one table for all worklists: what they kept goes along."""

from django.db import migrations

THERE = """
    insert into core_worklists_savedfilter (worklist, person_id, name, query)
    select 'feedback', user_id, name, query from feedback_savedfilter
"""
BACK = """
    insert into feedback_savedfilter (user_id, name, query)
    select person_id, name, query from core_worklists_savedfilter where worklist = 'feedback'
"""
GONE = "delete from core_worklists_savedfilter where worklist = 'feedback'"


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0007_reschedule'),
        ('core_worklists', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(THERE, [BACK, GONE]),
        migrations.DeleteModel(name='SavedFilter'),
    ]
