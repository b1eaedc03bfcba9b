from signing_in import easy, lines, pairs, sp

__all__ = ["easy", "lines", "pairs", "sp"]
