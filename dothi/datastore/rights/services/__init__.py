"""What can be done with rights. One function, one transaction: rows, audit, event, clock, duty."""

from dothi.datastore.rights.services.asking import NotYours as NotYours
from dothi.datastore.rights.services.asking import OpenAlready as OpenAlready
from dothi.datastore.rights.services.asking import WordsMissing as WordsMissing
from dothi.datastore.rights.services.asking import ask as ask
from dothi.datastore.rights.services.asking import forget_person as forget_person
from dothi.datastore.rights.services.asking import withdraw as withdraw
from dothi.datastore.rights.services.copying import pdf as pdf
from dothi.datastore.rights.services.handling import NotInTime as NotInTime
from dothi.datastore.rights.services.handling import acknowledge as acknowledge
from dothi.datastore.rights.services.handling import done as done
from dothi.datastore.rights.services.handling import erase_rows as erase_rows
from dothi.datastore.rights.services.handling import extend as extend
from dothi.datastore.rights.services.handling import refuse as refuse
from dothi.datastore.rights.services.holding import copy_for as copy_for
from dothi.datastore.rights.services.holding import reads_of as reads_of
from dothi.datastore.rights.services.moving import AnswerMissing as AnswerMissing
from dothi.datastore.rights.services.moving import NotAllowedNow as NotAllowedNow
from dothi.datastore.rights.services.moving import Refused as Refused
