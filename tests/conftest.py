"""What every test may ask for: real servers, started when the first test does."""

pytest_plugins = ["lightflus.testing.servers.fixtures"]
