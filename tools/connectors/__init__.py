"""Makes the SDKs' builders, the engine's schemas and the tables of docs/connectors from proto/connectors."""
