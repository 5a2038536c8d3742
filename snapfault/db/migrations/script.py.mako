"""${message}"""

from alembic import op
import sqlalchemy as sa

from snapfault.db import base

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Add to the schema."""
    ${upgrades if upgrades else "pass"}
