"""Ask questions of the store, and keep them."""

from dothi.datastore.workbench.rules.gate import Refused as Refused
from dothi.datastore.workbench.rules.limits import Limits as Limits
from dothi.datastore.workbench.rules.limits import limits_of as limits_of
from dothi.datastore.workbench.services.asking import AskedBefore as AskedBefore
from dothi.datastore.workbench.services.asking import Step as Step
from dothi.datastore.workbench.services.asking import ask as ask
from dothi.datastore.workbench.services.asking import cancel as cancel
from dothi.datastore.workbench.services.asking import plan as plan
from dothi.datastore.workbench.services.asking import sweep as sweep
from dothi.datastore.workbench.services.keeping import drop as drop
from dothi.datastore.workbench.services.keeping import keep as keep
from dothi.datastore.workbench.services.reading import Gone as Gone
from dothi.datastore.workbench.services.reading import rows_of as rows_of
