"""Notifications into a file: on fake:/ they cannot leave the process."""

import json
import os
import pathlib

from oslo_messaging.notify import notifier


class FileNotifier(notifier.Driver):
    """Writes one JSON document a line to notifications.jsonl."""

    def notify(self, ctxt, msg, priority, retry):
        """Append the notification in one write, so that lines stay whole."""
        document = {**msg, 'priority': priority, 'topics': self.topics}
        line = json.dumps(document, default=str) + '\n'
        folder = pathlib.Path(os.environ['MINICLOUD_STATE'])
        with (folder / 'notifications.jsonl').open('ab', 0) as file:
            file.write(line.encode())
