"""The command line `voc`: arguments in, text or one JSON document out, exit codes kept."""
