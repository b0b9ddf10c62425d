"""What the pages of indicators may send. Forms look at shape; rules and verbs decide."""

from dothi.datastore.indicators.forms.asking import AskForm, Asking
from dothi.datastore.indicators.forms.making import ChooseForm, MakeForm
from dothi.datastore.indicators.forms.picking import IndicatorField

__all__ = ["AskForm", "Asking", "ChooseForm", "IndicatorField", "MakeForm"]
