"""Files in which data sets are handed out: class folders, csv, images, RecordIO, COCO."""
