"""What syncd serves: webhooks, health, metrics. One door to starlette and uvicorn in `syncd`."""
