"""Open a dataset for somebody, and write its rows out."""

from dothi.datastore.sharing.services.exporting import NoPlaces as NoPlaces
from dothi.datastore.sharing.services.exporting import TooManyRows as TooManyRows
from dothi.datastore.sharing.services.exporting import forms_of as forms_of
from dothi.datastore.sharing.services.exporting import stream as stream
from dothi.datastore.sharing.services.exporting import whole_file as whole_file
from dothi.datastore.sharing.services.opening import NothingYet as NothingYet
from dothi.datastore.sharing.services.opening import NotShared as NotShared
from dothi.datastore.sharing.services.opening import Opening as Opening
from dothi.datastore.sharing.services.opening import open_dataset as open_dataset
from dothi.datastore.sharing.services.rereading import Axes as Axes
from dothi.datastore.sharing.services.rereading import axes_of as axes_of
from dothi.datastore.sharing.services.rereading import by_unit as by_unit
