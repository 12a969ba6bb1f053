"""`assistant.pipeline.crew.Crew` of a Ray cluster: what its workers do, and how it is given to them."""
