"""What is answered about the snapshot record table as a whole."""

from snapfault import difference
from snapfault.api.answers import form
from snapfault.api.schemas import record_table

#: An export is what an import takes.
SHOWN = form.tagged(
    form.one(
        'record_table',
        form.whole(
            {
                'version': {'const': 1},
                'policies': form.many(record_table.POLICY),
                'protections': form.many(record_table.PROTECTION),
            }
        ),
    )
)
CHANGE = form.whole(
    {
        'action': form.one_of(difference.Action),
        'kind': form.one_of(difference.Kind),
        'name': form.TEXT,
        #: What was and what is may be of any kind that a member may be of.
        'members': form.many(
            form.whole({'name': form.TEXT, 'was': {}, 'now': {}})
        ),
    }
)
#: The generation is that of what stands now.
CHANGES = form.tagged(
    form.Form(
        200,
        form.whole({'changes': form.many(CHANGE), 'generation': form.TEXT}),
    )
)
