"""The families of faults; each module tells its cases, and why each is one where that is not plain."""
