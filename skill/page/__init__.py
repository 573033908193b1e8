"""The companion page: a picture of the session for those who can glance at a screen."""
