from support.servers.sign_in_server import easy, lines, pairs, sp

__all__ = ["easy", "lines", "pairs", "sp"]
