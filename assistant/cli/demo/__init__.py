"""The command that shows the whole way on the sample corpus, by the rules, a model, or a model that was recorded."""
