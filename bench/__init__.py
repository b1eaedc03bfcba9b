"""The benchmarks: what one thing costs, told in RSA-2048 signatures of the same run."""
