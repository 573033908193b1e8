"""Sound in and out: recordings, devices, the headless timeline, chimes, voice activity."""
