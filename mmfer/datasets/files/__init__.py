"""File formats of data sets: class folders, csv, images, RecordIO, COCO."""
