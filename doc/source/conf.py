"""How Sphinx builds these pages."""

project = 'snapfault'
copyright = 'the snapfault developers'

extensions = [
    'openstackdocstheme',
    'oslo_config.sphinxext',
    'oslo_policy.sphinxext',
    'reno.sphinxext',
]
root_doc = 'index'
html_theme = 'openstackdocs'
pygments_style = 'native'

openstackdocs_auto_name = False
openstackdocs_use_storyboard = False
# the pages tell no version: they describe the checkout they were built from
html_last_updated_fmt = None
