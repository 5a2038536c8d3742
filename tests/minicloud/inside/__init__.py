"""What runs in the services' environment, within their processes."""
