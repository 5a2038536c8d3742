"""The API's document says what the API does."""

import json

from openapi_spec_validator import OpenAPIV31SpecValidator
import pytest
import webob

from snapfault.api import openapi
from snapfault.api import routes
from tests.functional.api import conformance


def test_the_document_is_sound():
    OpenAPIV31SpecValidator(openapi.make_document()).validate()


def test_it_names_every_route():
    paths = openapi.make_document()['paths']
    named = {
        (method.upper(), path)
        for path, operations in paths.items()
        for method in operations
    }
    served = {(each.method, each.path) for each in routes.ROUTES}
    assert served < named
    assert all(
        operation['security'] == []
        for path, operations in paths.items()
        for method, operation in operations.items()
        if (method.upper(), path) not in served
    )


def test_no_two_operations_have_one_name():
    names = [
        operation['operationId']
        for operations in openapi.make_document()['paths'].values()
        for operation in operations.values()
    ]
    assert len(names) == len(set(names))


def test_no_expression_is_only_pythons():
    assert r'\\Z' not in json.dumps(openapi.make_document())


@pytest.mark.parametrize(
    ('status', 'body', 'said'),
    [
        (200, {'policies': [{'id': 'one'}]}, "'name' is a required"),
        (200, {'policies': [], 'colour': 'red'}, 'colour'),
        (201, {'policies': []}, '201 is in no document'),
        (404, {'error': 'none'}, "'errors' is a required"),
    ],
)
def test_an_answer_that_nobody_was_told_of_is_found(status, body, said):
    def drifted(environ, start):
        response = webob.Response(json_body=body, status=status)
        response.headers['OpenStack-API-Version'] = 'fault-tolerance 1.0'
        response.headers['X-OpenStack-Request-ID'] = 'req-1'
        return response(environ, start)

    request = webob.Request.blank('/v1/policies')
    with pytest.raises(AssertionError, match=said):
        request.get_response(conformance.Conforming(drifted))
