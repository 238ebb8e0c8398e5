"""Class names of the data sets, in the order of their label indices in mmfer."""

RAFDB_CLASSES = ('surprise', 'fear', 'disgust', 'happiness', 'sadness', 'anger', 'neutral')
