#!/usr/bin/env bash
# Run one phase as DevStack does: its functions, the settings, the plugin.
cd "${BASH_SOURCE[0]%/*}/../.."
source tests/devstack/stand_ins.sh
source devstack/override-defaults
source devstack/settings
source devstack/plugin.sh "$@"
