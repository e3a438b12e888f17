"""Route 53's data plane: health checks, and a DNS server that answers as the checks say."""
