"""What is in the world, to be named by requests that know nothing of it.

What is made from schemas alone names nothing that exists, and would find
little but 404.
"""

from snapfault.api import openapi

POINTS = (
    *('point-1', 'point-2', 'point-3', 'point-6', 'point-21', 'point-11'),
    *('point-31', 'point-32'),
)
SECRET = 'known-secret'  #: of the webhook of protection-spare
#: By the name of a parameter or a member.
VALUES = {
    'policy_id': ('policy-mine', 'policy-theirs', 'policy-spare'),
    'protection_id': (
        'protection-mine',
        'protection-theirs',
        'protection-spare',
    ),
    'secret': (SECRET,),
    'recovery_point_id': POINTS,
    'recovery_id': (
        'recovery-mine',
        'recovery-held',
        'recovery-done',
        'recovery-failed',
        'recovery-theirs',
    ),
    'drill_id': ('drill-theirs',),
    'task_id': ('known-task',),
    'server_id': ('known-server',),
    'business_id': ('shop', 'mail', 'spare'),
    'policy': ('gold',),
    'schedules': ([{'interval': 3600}], [{'cron': '0 3 * * *'}]),
    'quota': ({'count': 3},),
    'blackouts': ([{'begin': '02:00', 'end': '04:00'}],),
    'selector': (None, {'tags': ['gold']}),
    'consistency': ({'level': 'group'},),
    'multipliers': ({'performance': 2},),
    'marker': POINTS,
    'limit': ('1', '5'),
    'version': (1,),
}
HEADERS = {
    'OpenStack-API-Version': (
        'fault-tolerance 1.0',
        'fault-tolerance latest',
        'compute 2.90',
    ),
    'If-Match': ('*', '"1"', '"1", "2"'),
}


def document():
    """Give the API's document, with the headers that let requests in."""
    made = openapi.make_document()
    operations = [
        operation
        for of_path in made['paths'].values()
        for operation in of_path.values()
    ]
    listed = [p for each in operations for p in each.get('parameters', ())]
    for parameter in (*listed, *made['components']['parameters'].values()):
        if parameter.get('name') in HEADERS:
            parameter['schema'] = {'enum': list(HEADERS[parameter['name']])}
    return made


def put(value, chance, share=0.7):
    """Put what is there into a case, where it names such things.

    :param share: of the members of such names, how many
    """
    if isinstance(value, list):
        return [put(each, chance, share) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: chance.choice(VALUES[name])
        # A policy that is the body itself is not the name of one.
        if name in VALUES
        and not (name == 'policy' and isinstance(each, dict))
        and chance.random() < share
        else put(each, chance, share)
        for name, each in value.items()
    }
