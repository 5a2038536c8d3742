"""What is answered to anybody, without a token."""

from snapfault.api.answers import form

VERSION = form.whole(
    {
        'id': form.TEXT,
        'status': form.TEXT,
        'min_version': form.TEXT,
        'max_version': form.TEXT,
        'links': form.many(form.whole({'rel': form.TEXT, 'href': form.TEXT})),
    }
)
VERSIONS = form.Form(200, form.whole({'versions': form.many(VERSION)}))
ONE_VERSION = form.one('version', VERSION)
DEPENDENCIES = form.whole(
    {
        'dependencies': form.many(
            form.whole(
                {
                    'name': form.TEXT,
                    'status': {'enum': ['ok', 'failing', 'silent']},
                }
            )
        )
    }
)
#: Of the document that has these very schemas.
DOCUMENT = form.Form(200, form.ANYTHING)
ERROR = form.whole(
    {
        'request_id': form.TEXT,
        'code': form.TEXT,
        'status': {'type': 'integer', 'minimum': 400, 'maximum': 599},
        'title': form.TEXT,
        'detail': form.TEXT,
        'links': form.many(form.ANYTHING),
    }
)
#: An error of microversions says which are served, too.
ERRORS = form.whole(
    {
        'errors': form.many(
            {
                **ERROR,
                'properties': {
                    **ERROR['properties'],
                    'min_version': form.TEXT,
                    'max_version': form.TEXT,
                },
            }
        )
    }
)
