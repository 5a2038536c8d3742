"""The source of a cloud that measures nothing."""

import collections.abc

from snapfault import rules
from snapfault.cloud import source


class Nothing(source.Source):
    """Has no measures, ever: every service's load is absent data."""

    def read(
        self,
        server_ids: collections.abc.Collection[str],
        metrics: collections.abc.Collection[rules.Metric],
    ) -> source.Answer:
        """Give no measure of any server, without asking anybody."""
        return {}
