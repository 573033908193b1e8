"""A newer version out of a bundle: looked at here, put in place by its own installer."""
