"""Public doubles and conformance suites, for users of Lightflus and for its own tests."""
