"""One service as its callers see it, and what stands in its tables."""

import json

from oslo_config import cfg
import webob

from snapfault import clock
from snapfault import model
from snapfault import seal
from snapfault import vault
from snapfault.api import app
from snapfault.api import backend
import snapfault.conf
from snapfault.db import points
from snapfault.db import policies
from snapfault.db import protections
from snapfault.outlook import foresight
from snapfault.outlook import preview
from snapfault.outlook import readying
from snapfault.rank import load
from snapfault.rank import run as rank
from tests import build
from tests.fake import cloud as fake
from tests.functional import databases
from tests.functional.api import conformance
from tests.functional.api import identity

MINE = 'mine'
THEIRS = 'theirs'
KEY = seal.new_key()


class World:
    """A database, a cloud in memory, and the application over them."""

    def __init__(self, url, files=(), authenticate=identity.authenticate):
        """Open a database, and read what configuration files say.

        :param authenticate: lets callers in; see ``app.make_application``
        """
        self.database = databases.open_(url)
        self.cloud = fake.FakeCloud()
        self.wakes = 0
        self.probes = {'database': lambda: None}
        self.weighers = load.load()
        self.vault = vault.Vault(self.database, seal.Seal([KEY]))
        self.cloud.opens = self.vault.open
        conf = self.conf = cfg.ConfigOpts()
        snapfault.conf.register_opts(conf)
        conf([], project='snapfault', default_config_files=files)
        made = app.make_application(
            conf,
            backend.Backend(
                database=self.database,
                enroller=fake.FakeEnroller(self.cloud),
                revoke=self.cloud.revoke,
                vault=self.vault,
                preview=self._preview,
                foresee=lambda *asked: foresight.foresee(
                    self.database, self.cloud, *asked
                ),
                readiness=lambda *asked: readying.judge(
                    self.database, self.cloud, *asked
                ),
                wake=self._wake,
                weighers=frozenset(self.weighers),
                probes={'database': lambda: self.probes['database']()},
                limits=self.cloud.limits,
            ),
            authenticate,
        )
        self.inner = made
        self.application = conformance.Conforming(made)
        self.rights = {
            project_id: self.cloud.add_project(project_id)
            for project_id in (MINE, THEIRS)
        }

    def _preview(self, project_id, now):
        ranker = rank.Ranker(self.cloud.read_measures, self.weighers)
        return preview.preview(
            self.database, self.cloud, ranker, project_id, now
        )

    def _wake(self):
        self.wakes += 1

    def request(self, method, path, body=None, token='member@mine', **headers):
        """Send one request; a body that is no bytes is sent as JSON."""
        request = webob.Request.blank(path, method=method)
        request.headers.update(headers)
        if token:
            request.headers['X-Auth-Token'] = token
        if body is not None:
            request.content_type = 'application/json'
            request.body = (
                body if isinstance(body, bytes) else json.dumps(body).encode()
            )
        return request.get_response(self.application)

    # what stands in the tables

    def policy(self, project_id=MINE, **changes):
        """Put a policy there."""
        values = {
            'id': f'policy-{project_id}',
            'project_id': project_id,
            'created_at': clock.now(),
        }
        return policies.create(self.database, build.policy(**values | changes))

    def protection(self, project_id=MINE, **changes):
        """Put a protection there, of a server that exists."""
        server = self.cloud.add_server(project_id)
        values = {
            'id': f'protection-{project_id}',
            'project_id': project_id,
            'policy_id': f'policy-{project_id}',
            'server_id': server.id,
            'image_id': server.image_id,
            'right_id': self.rights[project_id].right_id,
            'created_at': clock.now(),
        }
        return protections.create(
            self.database, build.protection(**values | changes)
        )

    def point(self, number=1, status=model.PointStatus.GOOD, **changes):
        """Put a recovery point of ``shop`` there."""
        values = {
            'project_id': MINE,
            'protection_id': 'protection-mine',
            'members': (build.member(1, id=f'member-{number}'),),
        }
        return points.create(
            self.database, build.point(number, status, **values | changes)
        )

    def fill(self):
        """Put one protected service into each project."""
        for project_id in (MINE, THEIRS):
            self.policy(project_id)
            self.protection(project_id)
