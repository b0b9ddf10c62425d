"""Short messages: a service over HTTP, and one to try with in a sample house."""

from dothi.connectors.sms_http.adapter import Http
from dothi.connectors.sms_http.sandbox import Sandbox
from dothi.core.notices.ports import register

register(Http())
register(Sandbox())
