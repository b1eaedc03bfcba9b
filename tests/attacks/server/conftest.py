from support.servers.sign_in_server import easy, elsewhere, enable, lines, pairs, reconfigured, sp

__all__ = ["easy", "elsewhere", "enable", "lines", "pairs", "reconfigured", "sp"]
