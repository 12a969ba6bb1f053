"""From a question to a checked answer: plan, count, find, compose, verify."""
