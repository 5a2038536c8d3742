"""Write a file of settings, as DevStack's iniset and inidelete do.

>>> python -m tests.devstack.ini set FILE SECTION OPTION VALUE
"""

import configparser
import pathlib
import sys


def main(verb, file, section, option, *values):
    """Set an option, or delete it."""
    # uwsgi and oslo.config know no interpolation, and case matters
    settings = configparser.RawConfigParser(default_section='')
    settings.optionxform = str
    path = pathlib.Path(file)
    if path.exists():
        settings.read_string(path.read_text())
    if not settings.has_section(section):
        settings.add_section(section)
    if verb == 'set':
        settings.set(section, option, ' '.join(values))
    else:
        settings.remove_option(section, option)
    with path.open('w') as output:
        settings.write(output)


if __name__ == '__main__':
    main(*sys.argv[1:])
