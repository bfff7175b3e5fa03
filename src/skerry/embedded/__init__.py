"""An AWS in this process: moto, with the rules of AWS that it leaves out put back.

It serves the demo and the tests. moto stores what it is given and does not judge it; each module here
corrects one part of it, by AWS's documentation, so that what AWS would refuse is refused and what is read
back is what AWS would print. Only ``running``, ``serving`` and ``faults`` may be imported where moto is not
installed.
"""
