"""The national portal hears of dossiers where `NATIONAL_PORTAL_URL` is set; by default nowhere."""

from dothi.cases.ports import register_portal
from dothi.connectors.national_portal import adapter

NAME = "dichvucong.gov.vn"
register_portal(NAME, adapter.way, is_on=adapter.is_on)
