"""The state of one shop and the rules by which it changes; knows nothing of GraphQL."""
