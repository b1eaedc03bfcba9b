from signing_in import easy, elsewhere, enable, lines, pairs, reconfigured, sp

__all__ = ["easy", "elsewhere", "enable", "lines", "pairs", "reconfigured", "sp"]
