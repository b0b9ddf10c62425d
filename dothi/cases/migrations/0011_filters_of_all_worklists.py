"""Filters that people keep lie in one table for all worklists: what they kept goes along."""

from django.db import migrations

THERE = """
    insert into core_worklists_savedfilter (worklist, person_id, name, query)
    select 'cases', user_id, name, query from cases_savedfilter
"""
BACK = """
    insert into cases_savedfilter (user_id, name, query)
    select person_id, name, query from core_worklists_savedfilter where worklist = 'cases'
"""
GONE = "delete from core_worklists_savedfilter where worklist = 'cases'"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_reschedule'),
        ('core_worklists', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(THERE, [BACK, GONE]),
        migrations.DeleteModel(name='SavedFilter'),
    ]
