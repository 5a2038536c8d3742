"""What the service answers: a body, or why not."""

import typing

from osc_lib import exceptions

ERRORS: typing.Final[dict[int, typing.Any]] = {
    400: exceptions.BadRequest,
    401: exceptions.Unauthorized,
    403: exceptions.Forbidden,
    404: exceptions.NotFound,
    409: exceptions.Conflict,
    413: exceptions.OverLimit,
    501: exceptions.HTTPNotImplemented,
}


def refusal(response: typing.Any) -> Exception:
    """Turn an answer of 400 or above into what the command raises."""
    code = response.status_code
    errors = json_of(response).get('errors')
    error = errors[0] if isinstance(errors, list) and errors else {}
    text = error.get('detail') or error.get('title') or response.reason
    if not error and code >= 500:
        text += ': the service, or a proxy before it, is in trouble; try later'
    request_id = error.get('request_id') or response.headers.get(
        'X-OpenStack-Request-ID'
    )
    if request_id:
        text = f'{text} [{request_id}]'
    kind = ERRORS.get(code, exceptions.ClientException)
    return typing.cast(Exception, kind(code, text))


def json_of(response: typing.Any) -> dict[str, typing.Any]:
    """Read a body; what is not a JSON object reads as an empty one."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
