"""The partner network in a box. Reaches the product as a stranger would: sockets, HTTP, folders."""
