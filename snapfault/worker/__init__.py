"""The process that runs the pipeline."""
