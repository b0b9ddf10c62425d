"""A payment service to try with."""

from dothi.cases.ports import register
from dothi.connectors.payment_sandbox.adapter import Sandbox

register(Sandbox())
