"""Settings, the home and the policies of retries."""
