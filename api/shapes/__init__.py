"""The shapes of what is answered, one module per thing: what the service's document promises and a client can rely on."""
