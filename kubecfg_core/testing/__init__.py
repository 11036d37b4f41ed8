"""In-memory twins of the ports, for the tests of whoever builds on kubecfg."""
