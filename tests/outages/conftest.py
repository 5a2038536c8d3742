"""The outage tests find the minicloud that the run brought up."""

from tests.cloud.conftest import no_fault_is_left
from tests.cloud.conftest import state

__all__ = ['no_fault_is_left', 'state']
