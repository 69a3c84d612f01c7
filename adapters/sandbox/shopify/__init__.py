"""A Shopify that lives in this process: real GraphQL against the real schema, with the recorded behaviour."""
