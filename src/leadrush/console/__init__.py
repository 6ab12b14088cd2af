"""The back office's frame: menu, lists, forms and who may enter."""
