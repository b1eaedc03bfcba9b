from databases import clock

__all__ = ["clock"]
