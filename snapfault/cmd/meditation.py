"""A report of what a process does, on SIGUSR2: its threads and options.

oslo.reports writes it to standard error, or into ``[oslo_reports] log_dir``.
Values of options that are secret are starred.
"""

import importlib.metadata

from oslo_config import cfg
from oslo_reports import guru_meditation_report as report
from oslo_reports.generators import conf as generator


class _Version:
    """What oslo.reports asks of a version."""

    def vendor_string(self) -> str:
        """Whose it is."""
        return 'OpenStack'

    def product_string(self) -> str:
        """What it is."""
        return 'snapfault'

    def version_string_with_package(self) -> str:
        """Which it is."""
        return importlib.metadata.version('snapfault')


def attach(conf: cfg.ConfigOpts) -> None:
    """Write a report whenever the process gets the signal.

    The section of options that oslo.reports has is of the global
    configuration, which holds nothing of ours.
    """
    made = generator.ConfigReportGenerator(conf)
    report.TextGuruMeditation.register_section('snapfault.conf', made)
    report.TextGuruMeditation.setup_autorun(_Version(), conf=conf)
