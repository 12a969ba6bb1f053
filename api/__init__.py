"""The web door: routes, streaming, guard and pages over the application; it decides nothing about meaning."""
