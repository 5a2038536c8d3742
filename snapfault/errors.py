"""What can go wrong; the docstring of each says what to do about it."""


class SnapfaultError(Exception):
    """Something snapfault can name went wrong."""


class InvalidInput(SnapfaultError):
    """A person, a file or a message asked for what cannot be: mend it."""


class NotFound(SnapfaultError):
    """What was asked for does not exist, or belongs to another project."""


class Conflict(SnapfaultError):
    """It exists already, or its state does not allow this now."""


class ChangedMeanwhile(SnapfaultError):
    """It is not as it was read: read it again, and decide anew."""


class LeaseLost(SnapfaultError):
    """Another worker holds this now: stop acting on it at once."""


class CloudRefused(SnapfaultError):
    """The cloud will not do this, however often it is asked."""


class CloudConflict(SnapfaultError):
    """The cloud cannot do this in the resource's present state."""


class QuotaExceeded(SnapfaultError):
    """The project's quota has no room: raise it, or lower the policy's."""


class CloudUnavailable(SnapfaultError):
    """A service of the cloud did not answer, or not with sense: retry."""


class DelegationDead(SnapfaultError):
    """Keystone gives no token for the project: give another right to it."""


class ResourceFailed(SnapfaultError):
    """The cloud accepted the request and then could not fulfil it."""
