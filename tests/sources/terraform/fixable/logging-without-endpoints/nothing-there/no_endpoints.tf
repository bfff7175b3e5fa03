# Nothing is there but the network and its service.
