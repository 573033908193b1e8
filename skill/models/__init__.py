"""Official models and voices: the lists, the download, the installation.

`manifest` says what there is, `install` and `voices` fetch and install, `store` knows where things
lie. Only what fetches imports httpx, so that asking for an installed model stays cheap.
"""
