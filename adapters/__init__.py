"""Everything that speaks to one particular outside service. Adapters see `syncd.domain` and `syncd.http` only."""
