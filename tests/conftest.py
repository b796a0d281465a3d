"""What every test may ask for: real servers, started when the first test does. Generated inputs have no deadline."""

from hypothesis import settings

pytest_plugins = ["lightflus.testing.servers.fixtures"]

settings.register_profile("lightflus", deadline=None)
settings.load_profile("lightflus")
