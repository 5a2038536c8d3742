"""The servers the tests start are real, and may die and come back."""

import kombu
import pytest
import sqlalchemy as sa

from tests.servers import mariadb
from tests.servers import postgresql
from tests.servers import private
from tests.servers import rabbitmq


@pytest.mark.parametrize(
    ('module', 'name'), [(mariadb, 'MariaDB'), (postgresql, 'PostgreSQL')]
)
def test_a_database_survives_a_power_cut(module, name, tmp_path):
    with module.running(tmp_path) as server:
        server.create('kept')
        engine = sa.create_engine(server.url('kept'))
        with engine.begin() as connection:
            version = connection.scalar(sa.text('SELECT version()'))
            connection.execute(sa.text('CREATE TABLE here (id INTEGER)'))
        engine.dispose()
        server.kill()
        assert not server.answers()
        server.start(server.answers)
        with engine.connect() as connection:
            assert sa.inspect(connection).get_table_names() == ['here']
        engine.dispose()
    assert name in version
    assert not private.listens(server.port)


def test_a_mariadb_has_temporary_files_of_its_own(tmp_path):
    """Where they are it removes all that it finds as it starts."""
    with mariadb.running(tmp_path) as server:
        assert server.do('SELECT @@tmpdir') == (
            (str(tmp_path / 'temporary'),),
        )


def test_a_broker_takes_messages_and_comes_back(tmp_path):
    with rabbitmq.running(tmp_path) as server:
        _send_and_take(server)
        server.kill()
        assert not server.answers()
        server.start(server.answers)
        _send_and_take(server)
    assert not private.listens(server.port)


def _send_and_take(server):
    with kombu.Connection(server.url.replace('rabbit:', 'amqp:')) as broker:
        queue = broker.SimpleQueue('tests')
        queue.put('wake')
        message = queue.get(timeout=10)
        message.ack()
        queue.close()
    assert message.payload == 'wake'
