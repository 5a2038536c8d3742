"""Entry points: read the configuration, put the rooms together, run."""

import warnings

# oslo.service, of which oslo.messaging takes a base class, imports eventlet
# where it is installed. Nothing here uses it or is patched by it.
warnings.filterwarnings('ignore', message='\\s*Eventlet is deprecated')
