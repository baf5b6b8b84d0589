"""Where workbooks lie: in folders of this machine, or in stores that fsspec reaches (S3, SFTP and others)."""
