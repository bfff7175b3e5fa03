"""Settings that all tests share."""

import os

from hypothesis import settings

# No deadlines: a slow machine is no failure. CI draws the same examples every time; elsewhere they are new.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("dev", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
