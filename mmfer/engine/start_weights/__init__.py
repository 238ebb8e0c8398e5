"""Names of weights in the files of other libraries, and their match with a backbone."""
