"""What an action of the catalogue itself is asked."""

from dataclasses import dataclass

from django.db.models import QuerySet

from dothi.core.clock import local
from dothi.datastore.catalogue import ports, selectors
from dothi.datastore.catalogue.models import Dataset
from dothi.datastore.catalogue.ports import AT_MOST as AT_MOST
from dothi.datastore.catalogue.ports import Denied as Denied
from dothi.datastore.catalogue.ports import Invalid as Invalid
from dothi.datastore.catalogue.ports import NotFound as NotFound
from dothi.datastore.catalogue.ports import NotUnderstood as NotUnderstood


@dataclass(frozen=True, kw_only=True)
class Asked(ports.Asked):
    """The parameters of an action, with the datasets that the asker may see."""

    @property
    def seen(self) -> QuerySet[Dataset]:
        return selectors.datasets_seen_by(self.user, on=local(self.at).date())

    def dataset(self) -> Dataset:
        found = self.seen.filter(code=self.text("id") or self.text("name_or_id")).first()
        if found is None:
            raise NotFound
        return found
