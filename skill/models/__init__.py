"""Official models and voices: the lists, the download, the installation.

`manifest` says what there is, `install` fetches and installs, `store` knows where things lie. Only
`download` and `install` import httpx, so that asking for an installed model stays cheap.
"""
