"""What the processes of a cluster say to each other: control by gRPC, data by TCP."""
