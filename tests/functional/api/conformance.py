"""Holds every answer of the application to what is published of it."""

import functools
import json
import re

import jsonschema
import webob

from snapfault.api import openapi


@functools.cache
def document():
    """Give the document that the answers are held to."""
    return openapi.make_document()


@functools.cache
def _paths():
    return [
        (re.compile(re.sub(r'{\w+}', '[^/]+', path)), path)
        for path in document()['paths']
    ]


def template(path):
    """Give the path of the document that a request's is one of, if any."""
    for expression, found in _paths():
        if expression.fullmatch(path):
            return found
    return '/v1' if path == '/v1/' else None


@functools.cache
def _validator(*keys):
    """Make what judges by the schema that is found under some keys."""
    pointer = '/'.join(k.replace('~', '~0').replace('/', '~1') for k in keys)
    return jsonschema.Draft202012Validator(
        document() | {'$ref': f'#/{pointer}'},
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


class Conforming:
    """An application whose every answer is looked at on its way out."""

    def __init__(self, application):
        self._application = application
        #: What was answered: method, path of the document, status.
        self.seen = set()

    def __call__(self, environ, start_response):
        """Answer one request, or say what in the answer nobody was told."""
        request = webob.Request(environ)
        response = request.get_response(self._application)
        self._look(request, response)
        return response(environ, start_response)

    def _look(self, request, response):
        status = str(response.status_int)
        shown = f'{request.method} {_text(request)}: {status}'
        path = template(_text(request))
        operation = (
            document()['paths'].get(path, {}).get(request.method.lower())
        )
        if request.method == 'HEAD':  # answered as GET is, without a body
            return
        if 'Access-Control-Request-Method' in request.headers:
            return  # a browser's question, which is none of our operations
        if operation is None or status == '500':
            assert status >= '400', shown
            _check(response, shown, 'components', 'schemas', 'Errors')
            return
        self.seen.add((request.method, path, response.status_int))
        answers = operation['responses']
        assert status in answers, f'{shown} is in no document'
        keys = ['paths', path, request.method.lower(), 'responses', status]
        if '$ref' in answers[status]:
            keys = answers[status]['$ref'].removeprefix('#/').split('/')
        answer = functools.reduce(dict.get, keys, document())
        for name in answer.get('headers', ()):
            assert name in response.headers, f'{shown} lacks {name}'
        if 'content' in answer:
            _check(
                response, shown, *keys, 'content', 'application/json', 'schema'
            )
        elif path != '/healthcheck':
            assert not response.body, shown


def _text(request):
    try:
        return request.path_info
    except UnicodeDecodeError:
        return '/nothing'


def _check(response, shown, *keys):
    assert response.content_type == 'application/json', shown
    problems = [
        f'{each.json_path}: {each.message[:300]}'
        for each in _validator(*keys).iter_errors(json.loads(response.body))
    ]
    assert not problems, f'{shown}: {problems}'
