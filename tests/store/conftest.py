from administered import farm_folder, keys_folder
from stored_server import stored_server

__all__ = ["farm_folder", "keys_folder", "stored_server"]
