"""A text column whose values are encrypted one by one."""

from typing import Any

from django.db import models


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Holds text in Python and an encrypted token in the table. The purpose is table and column.

    It can be written and read, not searched: keep a keyed hash beside it for exact search.
    """

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        prepared = super().get_db_prep_save(value, connection)
        if isinstance(prepared, str) and prepared:
            from dothi.core.crypto import services

            return services.encrypt(prepared, purpose=self._purpose())
        return prepared

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if not value:
            return value
        from dothi.core.crypto import services

        return services.decrypt(value, purpose=self._purpose())

    def _purpose(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"
