from administered import farm_folder, keys_folder
from signing_in import easy, lines, pairs, sp
from stored_server import stored_server

__all__ = ["easy", "farm_folder", "keys_folder", "lines", "pairs", "sp", "stored_server"]
