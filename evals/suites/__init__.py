"""One module per suite: what is measured, on which cases, with which floor."""
