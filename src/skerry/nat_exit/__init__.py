"""The exit from NAT: whether a VPC can do without its NAT gateways, and what must change before."""
