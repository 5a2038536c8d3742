"""Put a fault into the code, to see that it is found."""

import inspect
import textwrap


def mutate(monkeypatch, owner, name, *changes):
    """Put a function in place that differs in its source.

    :param changes: pairs of what stands there and what is to
    """
    function = getattr(owner, name)
    source = textwrap.dedent(inspect.getsource(function))
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    made = {}
    exec(source, function.__globals__, made)
    monkeypatch.setattr(owner, name, made[name])
