"""The papers of dossiers: the forms of TT 03/2025/TT-VPCP, each issued once for its move."""

from dothi.cases.services.papers.application import as_sent as as_sent
from dothi.cases.services.papers.issuing import issue_for as issue_for
from dothi.cases.services.papers.issuing import issue_register as issue_register
from dothi.cases.services.papers.issuing import leads_to_paper as leads_to_paper
from dothi.cases.services.papers.issuing import print_control as print_control
from dothi.cases.services.papers.issuing import print_papers as print_papers
from dothi.cases.services.papers.issuing import revoke_paper as revoke_paper
from dothi.cases.services.papers.reading import bytes_of as bytes_of
from dothi.cases.services.papers.reading import open_application as open_application
from dothi.cases.services.papers.reading import open_paper as open_paper
from dothi.cases.services.papers.reading import open_papers as open_papers
