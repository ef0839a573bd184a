"""An endpoint of the OpenAI protocol inside the process: models without a network."""
