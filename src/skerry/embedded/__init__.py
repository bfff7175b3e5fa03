"""Embedded AWS: moto in this process, with patches for the rules of AWS that it leaves out.

It serves the demo and the tests. moto stores every request without checking it. Each module here patches one part
of moto by AWS's documentation: invalid requests are refused, and answers look like those of AWS.
The modules with patches need moto; the others can be imported without it.
"""
