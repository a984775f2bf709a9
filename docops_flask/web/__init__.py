"""All that knows Flask: blueprints, schemas, uploads, errors, headers."""
