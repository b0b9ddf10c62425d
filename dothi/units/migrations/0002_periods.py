"""One unit per code and day, one area per unit and day.

PostgreSQL's exclusion constraints compare ranges; a code becomes a range of one text, so that no
extension (btree_gist) is needed.
"""

from django.db import migrations

FORWARD = """
create type units_code_span as range (subtype = text);
alter table units_unit add constraint unit_code_one_at_a_time exclude using gist (
    units_code_span(code, code, '[]') with &&, daterange(valid_from, valid_to) with &&
);
alter table units_area add constraint area_one_at_a_time exclude using gist (
    int8range(unit_id, unit_id, '[]') with &&, daterange(valid_from, valid_to) with &&
) where (replaced_at is null);
"""
BACKWARD = """
alter table units_area drop constraint area_one_at_a_time;
alter table units_unit drop constraint unit_code_one_at_a_time;
drop type units_code_span;
"""


class Migration(migrations.Migration):
    dependencies = [("units", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
