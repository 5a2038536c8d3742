"""Blot secrets out of what people are told. Pure.

Texts quote what Nova, Cinder or a check answered, and those may quote a
request. A password that is in no text cannot be read out of a log.
"""

import re
import typing

from oslo_utils import strutils

#: The user and the password within a URL.
_IN_URL: typing.Final = re.compile(r'(?<=://)[^\s/@:]+:[^\s/@]+(?=@)')
#: A token of Keystone, wherever it stands.
_TOKEN: typing.Final = re.compile(r'\bgAAAA[\w=-]{8,}')
#: One in a header, of whatever kind it is.
_HEADER: typing.Final = re.compile(
    r'(?i)(\bx-(?:auth|subject|service)-token\b["\']?\s*[:=]\s*["\']?)'
    r'[^\s"\',}]+'
)
#: JSON that is quoted in JSON, which oslo.utils does not see through.
_QUOTED: typing.Final = re.compile(
    r'(?i)(\\+["\'][\w-]*(?:secret|password|adminpass|token)\\+["\']'
    r'\s*:\s*\\+["\'])[^"\'\\]+'
)
#: The secret in the address of a webhook.
_WEBHOOK: typing.Final = re.compile(r'(/webhooks/+[^/\s]+/+)[^\s"\'<>]+')


def blot(text: str) -> str:
    """Give the text without passwords, secrets and tokens."""
    masked: str = strutils.mask_password(text)
    for kept in (_HEADER, _QUOTED, _WEBHOOK):
        masked = kept.sub(r'\1***', masked)
    return _TOKEN.sub('***', _IN_URL.sub('***', masked))
