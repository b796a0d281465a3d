"""What programs of a user's use to speak to a cluster: an ApiServer's address, its token, its routes."""
