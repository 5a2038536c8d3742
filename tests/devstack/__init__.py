"""The DevStack plugin, phase by phase, on doubles of DevStack that act."""
