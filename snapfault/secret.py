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


def blot(text: str) -> str:
    """Give the text without passwords and tokens."""
    masked: str = strutils.mask_password(text)
    return _TOKEN.sub('***', _IN_URL.sub('***', masked))
