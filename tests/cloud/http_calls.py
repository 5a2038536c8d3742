"""Count what snapfault asks of the services, in what it logs of it."""

import collections
import re
import urllib.parse

#: Has keystoneauth log each request, and each for a token.
OPTIONS = '[DEFAULT]\ndefault_log_levels = keystoneauth=DEBUG\n'
_ASKED = re.compile(r'REQ: curl .*?-X (\w+) "?(http[^\s"]+)')
_TOKEN = 'Making authentication request to'
_ID = re.compile(r'[0-9a-f-]{32,36}')


class Counter:
    """Counts from the moment at which it is made."""

    def __init__(self, process, minicloud):
        """Begin.

        :param process: a snapfault that runs with :data:`OPTIONS`
        :param minicloud: what minicloud.json says
        """
        self._log = process.log
        self._services = {
            port: name for name, port in minicloud['ports'].items()
        }
        self._begin = self._log.stat().st_size

    def calls(self):
        """Give how often each was asked: by service, method and path."""
        with self._log.open() as log:
            log.seek(self._begin)
            found = collections.Counter()
            for line in log:
                if _TOKEN in line:
                    found['keystone', 'POST', '/v3/auth/tokens'] += 1
                elif asked := _ASKED.search(line):
                    found[self._kind(*asked.groups())] += 1
        return found

    def _kind(self, method, url):
        parts = urllib.parse.urlsplit(url)
        path = _ID.sub('ID', parts.path)
        return self._services.get(parts.port, parts.netloc), method, path


def by_service(calls):
    """Sum up what each service was asked."""
    found = collections.Counter()
    for (service, _, _), count in calls.items():
        found[service] += count
    return found
