from datetime import date

import pytest
from django.db import IntegrityError

from dothi.units.choices import Kind
from dothi.units.models import Unit

pytestmark = pytest.mark.django_db


def test_a_code_names_one_unit_at_a_time() -> None:
    Unit.objects.create(code="27238", name_vi="A", kind=Kind.WARD, valid_from=date(2025, 7, 1))
    with pytest.raises(IntegrityError):
        Unit.objects.create(code="27238", name_vi="B", kind=Kind.WARD, valid_from=date(2026, 7, 1))
