"""Sum up published versions, ask whether they are as agreed, and tell who answers for them."""

from dothi.datastore.quality.services.profiling import forget as forget
from dothi.datastore.quality.services.profiling import profile as profile
from dothi.datastore.quality.services.profiling import profile_or_ask as profile_or_ask
